"""The chain of a random history: its people, foreign accounts and contracts, its time, and what became of it so far.

Everything here is known to whoever looks at the chain: the addresses that CREATE gives, events, and the watched state.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.conformance.json_form import Json
from gearexe_spec.conformance.suite import find_files, read_document, shipped_suite
from gearexe_spec.conformance.wire import Accepted, Answer, Apply, Init
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.evm.artifacts import embedded_artifacts
from gearexe_spec.evm.contract_abi import ContractAbi
from gearexe_spec.evm.world import compute_create_address
from gearexe_spec.fuzzing.contract_people import Fields, address_of, make_key, make_set, word

RECEIVERS = (
    "Acceptor",
    "Burner",
    "NonPayable",
    "OnlyData",
    "OnlyPlain",
    "Reenterer",
    "Rejecter",
    "Returner",
    "SilentRejecter",
    "Spender",
)
"""Foreign accounts that programs pay and call."""
INSTRUMENTS = (
    "Executor",
    "NoRefund",
    "OtherMirror",
    "StubMiddleware",
    "StubRouter",
    "StubToken",
    "UpgradeGood",
    "UpgradeWrongSlot",
)
"""Foreign contracts that people use, or that stand where one of the protocol's could."""
CONTRACTS = (
    "WrappedVara",
    "token",
    "Router",
    "router",
    "Mirror",
    "BatchMulticall",
    "other Mirror",
    "other Router",
    "other WrappedVara",
    "POAMiddleware",
    "middleware",
    "Gear",
    "lonely Mirror",
)
"""What the owner creates, one after another; the small letters are proxies."""
CODES = 5
SALTS = 3
SCHEDULES = ((1_200, 120), (86_400, 7_200), (600, 100))
"""Seconds of an era, and of the election at its end."""
CHAIN_ID = 5
TOKENS_OF_EVERYBODY = 10**16
DEAF = Address(b"\x77" * 20)
"""An account without code, as Middleware."""


def abi(contract: str) -> ContractAbi:
    """The ABI of one of our contracts."""
    return embedded_artifacts()[contract].abi


ROUTER, MIRROR, TOKEN = abi("Router"), abi("Mirror"), abi("WrappedVara")
MULTICALL, MIDDLEWARE, PROXY = abi("BatchMulticall"), abi("POAMiddleware"), abi("ERC1967Proxy")


@cache
def foreign_contracts() -> dict[str, Fields]:
    """Runtime code and ABI of the foreign accounts by kind, as the recordings of production hold them."""
    found: dict[str, Fields] = {}
    for file in find_files(shipped_suite() / "onchain"):
        document: Any = read_document(file.path)
        found |= document.get("receivers") or {}
    return {kind: found[kind] for kind in (*RECEIVERS, *INSTRUMENTS)}


@cache
def foreign_abi(kind: str) -> ContractAbi:
    """The ABI of a foreign contract."""
    return ContractAbi(list(foreign_contracts()[kind]["abi"]))


def foreign_address(kind: str) -> Address:
    """Where the foreign account of a kind stands."""
    return Address(keccak256(kind.encode())[:20])


class Settlement:
    """The chain of one history.

    Args:
        chance: everything random comes from it.
    """

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.salt = chance.randbytes(32)
        self.number = chance.choice([3, 200, 10**6])
        self.timestamp = 1_700_000_000 + chance.randrange(10**6)
        self.users = [make_key(f"user {index}") for index in range(4)]
        self.deployer = self.users[0]
        self.era, self.election = chance.choice(SCHEDULES)
        self.delay = chance.randrange((self.era - self.election) // 10)
        self.first_set = make_set(chance, (1, 2, 3, 4, 5))
        self.receivers = [foreign_address(kind) for kind in RECEIVERS]
        self.contracts = {name: self.created(nonce) for nonce, name in enumerate(CONTRACTS)}
        self.router, self.multicall = self.contracts["router"], self.contracts["BatchMulticall"]
        self.token = foreign_address("StubToken") if chance.random() < 0.12 else self.contracts["token"]
        self.middleware = chance.choice([foreign_address("StubMiddleware")] * 3 + [self.contracts["middleware"], DEAF])
        self.state: dict[str, Any] = {}
        self.requested: list[bytes] = []
        self.programs: list[Address] = []

    # places

    def created(self, nonce: int) -> Address:
        """The address of the deployer's contract number `nonce`."""
        return compute_create_address(address_of(self.deployer), nonce)

    def clone_hashes(self) -> dict[str, bytes]:
        """Hashes of the creation code of both clones."""
        head = "3d605080600a3d3981f3608060405263e6fabc0960e01b5f5260205f60048173"
        tail = "5afa15604c575f808051368280378136915af43d5f803e156048573d5ff35b3d5ffd5b5f80fd"
        full = embedded_artifacts()["MirrorProxy"].bytecode.replace(b"\xee" * 20, bytes(self.router))
        return {"small": keccak256(bytes.fromhex(head + self.router.hex() + tail)), "full": keccak256(full)}

    def predict(self, code: int, salt: int, kind: str) -> Address:
        """Where a program will stand."""
        inner = keccak256(code_id(code) + word(salt))
        return Address(keccak256(b"\xff" + self.router + inner + self.clone_hashes()[kind])[12:])

    # before and during the deployment

    def init(self) -> Init:
        """The chain before the deployment, and what is watched."""
        people = [address_of(user) for user in self.users]
        accounts: list[Json] = [account_form(person, 10**21, "eoa", "0x") for person in people]
        accounts += [
            account_form(foreign_address(kind), 10**15, kind, contract["runtime"])
            for kind, contract in foreign_contracts().items()
        ]
        hashes = self.clone_hashes()
        clones = [
            self.predict(index % CODES, index // CODES, kind) for index in range(CODES * SALTS) for kind in hashes
        ]
        foreign = [foreign_address(kind) for kind in foreign_contracts()]
        watch = {*people, *foreign, *clones, *self.contracts.values()}
        clone_forms: dict[str, Json] = {kind: "0x" + value.hex() for kind, value in hashes.items()}
        return Init(
            "onchain",
            {
                "chainId": hex(CHAIN_ID),
                "blockHashSalt": "0x" + self.salt.hex(),
                "block": self.block_form(),
                "accounts": accounts,
                "cloneInitcodeHashes": [{"router": self.router.to_hex(), **clone_forms}],
                "roles": {"router": self.router.to_hex(), "wvara": self.token.to_hex()},
                "watch": [address.to_hex() for address in sorted(watch)],
                "codes": [],
            },
        )

    def deployment(self) -> Iterator[Apply]:
        """The network, tokens and allowances for everybody, and a plan for the foreign contracts that need one."""
        owner, places = address_of(self.deployer), self.contracts
        proxies = {
            "token": ("WrappedVara", TOKEN.encode_call("initialize", owner)),
            "router": ("Router", self.router_initialization()),
            "middleware": ("POAMiddleware", self.middleware_initialization(owner)),
        }
        mirrors = {
            "Mirror": self.router,
            "other Mirror": self.router,
            "lonely Mirror": foreign_address("StubRouter"),
        }
        yield self.plan("StubToken", 0, 0, 0, 12)
        yield self.plan("StubRouter", places["lonely Mirror"], self.token, False, 0)
        for name in CONTRACTS:
            if name in proxies:
                implementation, call = proxies[name]
                yield self.create("ERC1967Proxy", PROXY.encode_constructor(places[implementation], call))
            elif name in mirrors:
                yield self.create("Mirror", MIRROR.encode_constructor(mirrors[name]))
            else:
                yield self.create(name.removeprefix("other "))
        self.mine(1, 12)
        yield self.call(self.deployer, self.router, ROUTER.encode_call("lookupGenesisHash"))
        for user in self.users[1:]:
            calldata = TOKEN.encode_call("transfer", address_of(user), TOKENS_OF_EVERYBODY)
            yield self.call(self.deployer, places["token"], calldata)
        for user in self.users:
            yield self.call(user, places["token"], TOKEN.encode_call("approve", self.router, 2**256 - 1))

    def router_initialization(self, **changed: Any) -> bytes:
        """Calldata of the Router's `initialize`."""
        arguments: dict[str, Any] = {
            "owner": address_of(self.deployer),
            "mirror": self.contracts["Mirror"],
            "token": self.token,
            "middleware": self.middleware,
            "era": self.era,
            "election": self.election,
            "delay": self.delay,
            "key": self.first_set.aggregated_key,
            "shares": b"shares",
            "validators": self.first_set.addresses,
        }
        return ROUTER.encode_call("initialize", *(arguments | changed).values())

    def middleware_initialization(self, owner: Address) -> bytes:
        """Calldata of the POAMiddleware's `initialize`, of which only owner and Router are read."""
        parameters = [0] * 10
        places = [Address.zero()] * 10
        return MIDDLEWARE.encode_call("initialize", (owner, *parameters, self.token, self.router, places))

    # requests

    def mine(self, blocks: int, seconds: int) -> None:
        """Let time pass."""
        self.number, self.timestamp = self.number + blocks, self.timestamp + seconds

    def block_form(self) -> Json:
        """The current block."""
        return {"number": hex(self.number), "timestamp": hex(self.timestamp)}

    def block_hash(self, number: int) -> bytes:
        """The hash of a block."""
        return keccak256(self.salt + word(number)) if number >= 0 else bytes(32)

    def call(
        self,
        user: Any,
        to: Address,
        calldata: bytes,
        value: int = 0,
        blobs: Sequence[bytes] = (),
        *,
        dry: bool = False,
    ) -> Apply:
        """A transaction; a dry one is only asked what it would lead to."""
        form: dict[str, Json] = {
            "block": self.block_form(),
            "from": address_of(user).to_hex(),
            "to": to.to_hex(),
            "calldata": "0x" + calldata.hex(),
            "value": hex(value),
            "blobHashes": ["0x" + blob.hex() for blob in blobs],
            "dry": dry,
            "foreign": [],
        }
        return Apply("onchain/call", form)

    def create(self, contract: str, arguments: bytes = b"", user: Any = None, value: int = 0) -> Apply:
        """A deployment, by the deployer if nobody else is named."""
        form: dict[str, Json] = {
            "block": self.block_form(),
            "from": address_of(user or self.deployer).to_hex(),
            "contract": contract,
            "constructorArguments": "0x" + arguments.hex(),
            "value": hex(value),
            "dry": False,
            "foreign": [],
        }
        return Apply("onchain/create", form)

    def set_storage(self, address: Address, slot: int, value: int) -> Apply:
        """A word written from outside."""
        form: dict[str, Json] = {
            "block": self.block_form(),
            "address": address.to_hex(),
            "slot": hex(slot),
            "value": hex(value),
        }
        return Apply("onchain/setStorage", form)

    def plan(self, kind: str, *arguments: Any) -> Apply:
        """Tell a foreign contract what to do from now on; anybody but the deployer does, whose nonces count."""
        return self.call(self.users[1], foreign_address(kind), foreign_abi(kind).encode_call("plan", *arguments))

    # feedback

    def read_number(self, path: str) -> int:
        """A number of the watched state."""
        return int(self.state.get(path) or "0x0", 16)

    def owner_of(self, contract: str) -> Any:
        """Who owns `router` or `wvara`; the deployer if it is none of the users."""
        owner = self.state.get(f"{contract}/owner")
        return next((user for user in self.users if address_of(user).to_hex() == owner), self.deployer)

    def learn(self, answer: Answer) -> list[tuple[str, Fields]]:
        """Take notice of what a step led to; the Router's events by name."""
        if not isinstance(answer, Accepted) or not isinstance(answer.outputs, dict):
            return []
        parts: dict[str, Any] = answer.outputs
        self.state.update(parts["delta"])
        events: list[tuple[str, Fields]] = []
        for log in parts.get("logs", []):
            if log["address"] == self.router.to_hex():
                topics = [bytes.fromhex(topic[2:]) for topic in log["topics"]]
                found = ROUTER.decode_event(topics, bytes.fromhex(log["data"][2:]))
                events += [found] if found is not None else []
        for name, arguments in events:
            self.learn_event(name, arguments)
        return events

    def learn_event(self, name: str, arguments: Fields) -> None:
        """One event of the Router."""
        match name:
            case "CodeValidationRequested":
                self.requested.append(arguments["codeId"])
            case "CodeGotValidated" if arguments["codeId"] in self.requested:
                self.requested.remove(arguments["codeId"])
            case "ProgramCreated":
                self.programs.append(Address(arguments["actorId"]))


def code_id(index: int) -> bytes:
    """The id of a code that exists in name only."""
    return keccak256(f"code {index}".encode())


def account_form(address: Address, balance: int, kind: str, code: str) -> Json:
    """An account before the deployment."""
    return {"address": address.to_hex(), "balance": hex(balance), "kind": kind, "code": code}
