"""Random histories of the contracts: a deployment, and what people and validators do afterwards, mostly sensible.

A history is made step by step: what the next step may be depends on what came of the last one (which codes are
validated, which programs exist, which batch was committed). From the same seed and the same answers comes the same
history.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.conformance.json_form import Json
from gearexe_spec.conformance.suite import read_document, shipped_suite
from gearexe_spec.conformance.wire import Accepted, Answer, Apply, Init
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.evm.artifacts import embedded_artifacts
from gearexe_spec.evm.world import compute_create_address
from gearexe_spec.fuzzing.contract_people import (
    CURVE_ORDER,
    Fields,
    ValidatorSet,
    address_of,
    hash_batch,
    make_key,
    make_set,
    sign_digest,
    sign_for_group,
    word,
)

KINDS = (
    "Acceptor",
    "Burner",
    "NonPayable",
    "OnlyData",
    "OnlyPlain",
    "Rejecter",
    "Returner",
    "SilentRejecter",
    "Spender",
)
"""Foreign accounts that may be paid and called."""
EVENTS = Address(b"\xff" * 20)
NOBODY = Address.zero()
NO_PERMIT = (0, 27, bytes(32), bytes(32))
CODES = 5
SALTS = 3
SCHEDULES = ((1_200, 120), (86_400, 7_200), (600, 100))
"""Seconds of an era, and of the election at its end."""

ROUTER = embedded_artifacts()["Router"].abi
MIRROR = embedded_artifacts()["Mirror"].abi
TOKEN = embedded_artifacts()["WrappedVara"].abi
MULTICALL = embedded_artifacts()["BatchMulticall"].abi
PROXY = embedded_artifacts()["ERC1967Proxy"].abi


@cache
def foreign_runtimes() -> dict[str, str]:
    """Runtime code of the foreign accounts, as the recordings of production hold it."""
    receivers: Any = read_document(shipped_suite() / "onchain" / "chain.json.xz")["receivers"]
    return {kind: receivers[kind]["runtime"] for kind in KINDS if kind in receivers}


class History:
    """One random history.

    Args:
        seed: everything random comes from it.
    """

    def __init__(self, seed: int) -> None:
        self.chance = chance = random.Random(seed)
        self.salt = chance.randbytes(32)
        self.number = chance.choice([3, 200, 10**6])
        self.timestamp = self.genesis_timestamp = 1_700_000_000 + chance.randrange(10**6)
        self.users = [make_key(f"user {index}") for index in range(4)]
        self.owner = self.users[0]
        self.era, self.election = chance.choice(SCHEDULES)
        self.delay = chance.randrange((self.era - self.election) // 10)
        self.sets = [make_set(chance, (1, 2, 3, 4, 5))]
        self.foreign = {Address(keccak256(kind.encode())[:20]): kind for kind in foreign_runtimes()}
        self.token, self.router, self.mirror, self.multicall = (self.created(nonce) for nonce in (1, 3, 4, 5))
        self.requested: list[bytes] = []
        self.programs: list[Address] = []
        self.previous, self.previous_timestamp = bytes(32), 0
        self.candidate: ValidatorSet | None = None
        self.batch: tuple[Fields, bytes] | None = None

    def created(self, nonce: int) -> Address:
        """The address of the owner's contract number `nonce`."""
        return compute_create_address(address_of(self.owner), nonce)

    # the chain before the deployment

    def init(self) -> Init:
        """The chain and what is watched."""
        people = [address_of(user) for user in self.users]
        accounts: list[Json] = [account_form(person, 10**21, "eoa", "0x") for person in people]
        accounts += [
            account_form(address, 10**15, kind, foreign_runtimes()[kind]) for address, kind in self.foreign.items()
        ]
        hashes = self.clone_hashes()
        clones = [
            self.predict(index % CODES, index // CODES, kind) for index in range(CODES * SALTS) for kind in hashes
        ]
        watch = {*people, *self.foreign, *clones, self.token, self.router, self.mirror, self.multicall}
        clone_forms: dict[str, Json] = {kind: "0x" + value.hex() for kind, value in hashes.items()}
        return Init(
            "onchain",
            {
                "chainId": "0x5",
                "blockHashSalt": "0x" + self.salt.hex(),
                "block": self.block_form(),
                "accounts": accounts,
                "cloneInitcodeHashes": [{"router": self.router.to_hex(), **clone_forms}],
                "roles": {"router": self.router.to_hex(), "wvara": self.token.to_hex()},
                "watch": [address.to_hex() for address in sorted(watch)],
                "codes": [],
            },
        )

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

    def deployment(self) -> Iterator[Apply]:
        """The network, tokens and allowances for everybody."""
        owner = address_of(self.owner)
        yield self.create("WrappedVara")
        yield self.create(
            "ERC1967Proxy", PROXY.encode_constructor(self.created(0), TOKEN.encode_call("initialize", owner))
        )
        yield self.create("Router")
        yield self.create("ERC1967Proxy", PROXY.encode_constructor(self.created(2), self.initialization()))
        yield self.create("Mirror", embedded_artifacts()["Mirror"].abi.encode_constructor(self.router))
        yield self.create("BatchMulticall")
        self.mine(1, 12)
        yield self.call(self.owner, self.router, ROUTER.encode_call("lookupGenesisHash"))
        for user in self.users[1:]:
            yield self.call(self.owner, self.token, TOKEN.encode_call("transfer", address_of(user), 10**16))
        for user in self.users:
            yield self.call(user, self.token, TOKEN.encode_call("approve", self.router, 2**256 - 1))

    def initialization(self) -> bytes:
        """Calldata of the Router's `initialize`."""
        first = self.sets[0]
        middleware = Address(b"\x77" * 20)
        places = (address_of(self.owner), self.mirror, self.token, middleware)
        times = (self.era, self.election, self.delay)
        return ROUTER.encode_call("initialize", *places, *times, first.aggregated_key, b"shares", first.addresses)

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

    def call(self, user: Any, to: Address, calldata: bytes, value: int = 0, blobs: Sequence[bytes] = ()) -> Apply:
        """A transaction."""
        form: dict[str, Json] = {
            "block": self.block_form(),
            "from": address_of(user).to_hex(),
            "to": to.to_hex(),
            "calldata": "0x" + calldata.hex(),
            "value": hex(value),
            "blobHashes": ["0x" + blob.hex() for blob in blobs],
            "dry": False,
            "foreign": [],
        }
        return Apply("onchain/call", form)

    def create(self, contract: str, arguments: bytes = b"") -> Apply:
        """A deployment by the owner."""
        form: dict[str, Json] = {
            "block": self.block_form(),
            "from": address_of(self.owner).to_hex(),
            "contract": contract,
            "constructorArguments": "0x" + arguments.hex(),
            "value": "0x0",
            "dry": False,
            "foreign": [],
        }
        return Apply("onchain/create", form)

    # steps

    def step(self) -> Apply:
        """What happens next."""
        chance = self.chance
        self.batch = self.candidate = None
        if chance.random() < 0.3:
            self.mine(1, 12)
        choice = chance.random()
        if choice < 0.4:
            return self.commit()
        if choice < 0.5:
            blobs = [b"\x01" * 32] if chance.random() < 0.95 else []
            calldata = ROUTER.encode_call("requestCodeValidation", code_id(chance.randrange(CODES)), *NO_PERMIT)
            return self.call(chance.choice(self.users), self.router, calldata, 0, blobs)
        if choice < 0.62:
            return self.create_program()
        if choice < 0.86 and self.programs:
            return self.use_program(chance.choice(self.programs))
        if choice < 0.93:
            return self.govern()
        if choice < 0.97:
            return self.send_several()
        views = ("validators", "validatorsThreshold", "validatorsCount", "paused", "validatorsAggregatedPublicKey")
        return self.call(chance.choice(self.users), self.router, ROUTER.encode_call(chance.choice(views)))

    def create_program(self) -> Apply:
        """One of the four creations."""
        chance = self.chance
        user = chance.choice(self.users)
        initializer = chance.choice([NOBODY, NOBODY, NOBODY, address_of(user), next(iter(self.foreign))])
        arguments: list[Any] = [code_id(chance.randrange(CODES)), word(chance.randrange(SALTS)), initializer]
        name = "createProgram"
        shown, funded = chance.random() < 0.5, chance.random() < 0.5
        if shown:
            name += "WithAbiInterface"
            arguments.append(Address(chance.randbytes(20)))
        if funded:
            name += "AndExecutableBalance" if shown else "WithExecutableBalance"
            arguments += [chance.choice([0, 5, 10**12, 10**19]), *NO_PERMIT]
        return self.call(user, self.router, ROUTER.encode_call(name, *arguments))

    def use_program(self, program: Address) -> Apply:
        """A message, a reply, a claim, a payment, or anything else a program can be asked."""
        chance = self.chance
        value = chance.choice([0, 0, 1, 7, 10**9])
        amount = chance.choice([0, 5, 10**20])
        some, more = chance.randbytes(32), chance.randbytes(chance.randrange(40))
        message = MIRROR.encode_call("sendMessage", more, chance.random() < 0.5)
        calldata, value = chance.choice(
            [
                (message, value),
                (message, value),
                (message, value),
                (MIRROR.encode_call("sendReply", some, more), value),
                (MIRROR.encode_call("claimValue", some), value % 2),
                (MIRROR.encode_call("executableBalanceTopUp", amount), 0),
                (MIRROR.encode_call("executableBalanceTopUpWithPermit", amount, *NO_PERMIT), 0),
                (MIRROR.encode_call("transferLockedValueToInheritor"), 0),
                (chance.randbytes(chance.choice([0, 0, 3, 4, 35, 36, 100])), value),
            ]
        )
        if chance.random() < 0.1:
            return self.call(chance.choice(self.users), self.token, TOKEN.encode_call("approve", program, amount))
        return self.call(chance.choice(self.users), program, calldata, value)

    def govern(self) -> Apply:
        """What owners do, and others try."""
        chance = self.chance
        user = self.owner if chance.random() < 0.8 else chance.choice(self.users)
        calls: list[tuple[Any, ...]] = [
            ("pause",),
            ("unpause",),
            ("unpause",),
            ("unpause",),
            ("setMirror", self.mirror),
            ("setRequestCodeValidationBaseFee", chance.randrange(10**6)),
            ("setRequestCodeValidationExtraFee", chance.randrange(10**6)),
        ]
        if chance.random() < 0.1:
            calls.append(("transferOwnership", address_of(chance.choice(self.users))))
        return self.call(user, self.router, ROUTER.encode_call(*chance.choice(calls)))

    def send_several(self) -> Apply:
        """Messages in one transaction."""
        chance = self.chance
        mirrors = self.programs or [self.router]
        calls = [
            {"mirror": chance.choice(mirrors), "payload": chance.randbytes(4), "value": chance.choice([0, 3])}
            for _ in range(chance.choice([0, 1, 2]))
        ]
        calldata = MULTICALL.encode_call("sendMessageBatch", calls)
        return self.call(chance.choice(self.users), self.multicall, calldata, chance.choice([0, 6, 10]))

    # batches

    def commit(self) -> Apply:
        """A batch, mostly a good one, signed by those who may or nearly."""
        chance = self.chance
        self.mine(chance.choice([1, 1, 2]), chance.choice([12, 12, 24, 1, self.era // 7]))
        validators = self.validators_commitments()
        if not validators and chance.random() < 0.1:
            self.mine(0, chance.choice([self.era, self.delay, self.era // 2]))
        timestamp = self.timestamp - chance.choice([1] * 10 + [5, 12, 0, self.delay, self.era])
        batch = {
            "blockHash": self.block_hash(self.number - chance.choice([1] * 8 + [2, 3, 4])),
            "blockTimestamp": max(timestamp, self.previous_timestamp if chance.random() < 0.8 else 0),
            "previousCommittedBatchHash": self.previous if chance.random() < 0.97 else chance.randbytes(32),
            "expiry": chance.choice([3] * 8 + [0, 1, 255]),
            "chainCommitment": self.chain_commitments(),
            "codeCommitments": self.code_commitments(),
            "rewardsCommitment": [],
            "validatorsCommitment": validators,
        }
        batch_hash = hash_batch(batch)
        self.batch = batch, batch_hash
        kind, signatures = self.sign(keccak256(b"\x19\x00" + self.router + batch_hash))
        calldata = ROUTER.encode_call("commitBatch", batch, kind, signatures)
        return self.call(chance.choice(self.users), self.router, calldata)

    def validators_commitments(self) -> list[Fields]:
        """The set of the next era, in or near the election."""
        chance = self.chance
        if chance.random() > 0.12:
            return []
        era = (self.timestamp - self.genesis_timestamp) // self.era
        opens = self.genesis_timestamp + (era + 1) * self.era - self.election
        if self.timestamp < opens and chance.random() < 0.9:
            self.mine(1, opens - self.timestamp + chance.randrange(self.election))
        has_key = chance.random() < 0.8
        self.candidate = make_set(chance, (1, 2, 3, 4))
        if not has_key:
            self.candidate = ValidatorSet(self.candidate.keys, self.sets[-2:][0].group_secret)
        x, y = self.candidate.aggregated_key
        return [
            {
                "hasAggregatedPublicKey": has_key,
                "aggregatedPublicKey": {"x": x, "y": y ^ (chance.random() < 0.05)},
                "verifiableSecretSharingCommitment": chance.randbytes(chance.choice([0, 5, 40])),
                "validators": self.candidate.addresses if chance.random() < 0.97 else [],
                "eraIndex": era + 1 + (chance.random() < 0.05),
            }
        ]

    def chain_commitments(self) -> list[Fields]:
        """Transitions of programs, none at all, and once in a while two commitments."""
        chance = self.chance
        if not self.programs or chance.random() < 0.3:
            return []
        transitions = [self.transition() for _ in range(chance.choice([0, 1, 1, 2, 3]))]
        advanced = chance.choice([bytes(32), chance.randbytes(32)])
        commitment = {"transitions": transitions, "head": chance.randbytes(32), "lastAdvancedEthBlock": advanced}
        return [commitment] * (2 if chance.random() < 0.01 else 1)

    def code_commitments(self) -> list[Fields]:
        """Verdicts on requested codes; rarely on one that nobody requested."""
        chance = self.chance
        codes = self.requested[: chance.choice([0, 1, 2])] if chance.random() < 0.98 else [chance.randbytes(32)]
        return [{"id": code, "valid": chance.random() < 0.85} for code in codes]

    def transition(self) -> Fields:
        """What became of a program."""
        chance = self.chance
        exited = chance.random() < 0.06
        names_inheritor = exited or chance.random() < 0.02
        receivers = [*self.foreign, address_of(self.users[3]), *self.programs[:2]]
        claims = [
            {"messageId": chance.randbytes(32), "destination": chance.choice(receivers), "value": self.amount()}
            for _ in range(chance.choice([0, 0, 1, 2]))
        ]
        program = chance.choice(self.programs) if chance.random() < 0.97 else Address(chance.randbytes(20))
        return {
            "actorId": program,
            "newStateHash": chance.choice([chance.randbytes(32), word(chance.randrange(3))]),
            "exited": exited,
            "inheritor": chance.choice([*receivers, NOBODY]) if names_inheritor else NOBODY,
            "valueToReceive": chance.choice([0, 0, 1, 9, 10**6, 10**10]),
            "valueToReceiveNegativeSign": chance.random() < 0.25,
            "valueClaims": claims,
            "messages": [self.message(program) for _ in range(chance.choice([0, 1, 1, 2, 4]))],
        }

    def amount(self) -> int:
        """Wei: none, little, or more than there is."""
        return self.chance.choice([0, 0, 1, 7, 10**6, 10**17])

    def message(self, program: Address) -> Fields:
        """A message or reply of a program, to people, foreign accounts, contracts of the protocol, or an event."""
        chance = self.chance
        people = [address_of(user) for user in self.users]
        ours = [program, self.router, self.multicall, *self.programs[-3:]]
        destination = chance.choice([*self.foreign, *people, *ours, EVENTS, EVENTS])
        is_event = destination == EVENTS and chance.random() < 0.9
        is_reply = not is_event and chance.random() < 0.6
        code = bytes([chance.choice([0, 0, 1, 255])]) + chance.randbytes(3)
        return {
            "id": chance.randbytes(32),
            "destination": destination,
            "payload": self.event_payload() if is_event else self.payload(destination),
            "value": 0 if is_event and chance.random() < 0.9 else self.amount(),
            "replyDetails": {"to": chance.randbytes(32), "code": code}
            if is_reply
            else {"to": bytes(32), "code": bytes(4)},
            "call": chance.random() < 0.5,
        }

    def payload(self, destination: Address) -> bytes:
        """Bytes, or a call that the destination understands."""
        chance = self.chance
        if destination in self.programs and chance.random() < 0.5:
            return chance.choice(
                [MIRROR.encode_call("sendMessage", b"hello", False), MIRROR.encode_call("claimValue", bytes(32))]
            )
        return chance.randbytes(chance.choice([0, 1, 4, 36, 70]))

    def event_payload(self) -> bytes:
        """An event of a program, sometimes one that may not be, sometimes cut."""
        chance = self.chance
        topics = chance.choice([0, 1, 2, 3, 4, 4, 5])
        first = chance.choice([*[chance.randbytes(32)] * 4, *list(MIRROR.events)[:1]])
        payload = bytes([topics]) + first + chance.randbytes(32 * max(topics - 1, 0) + chance.choice([0, 5, 64]))
        return payload if chance.random() < 0.9 else payload[: chance.randrange(len(payload))]

    def sign(self, digest: bytes) -> tuple[int, list[bytes]]:
        """Kind and signatures; the set is mostly the one that the slot rule asks for."""
        chance = self.chance
        known = [*self.sets[-2:], *([self.candidate] if self.candidate else [])]
        takes_effect_at_once = self.candidate is not None and len(self.sets) % 2 == 0
        usual = self.candidate if self.candidate and takes_effect_at_once else self.sets[-1]
        signers = usual if chance.random() < 0.8 else chance.choice(known)
        if chance.random() < 0.3:
            signature = sign_for_group(signers.group_secret, digest, chance.randrange(1, CURVE_ORDER))
            broken: tuple[list[bytes], ...] = ([], [signature] * 2, [signature[:95]], [chance.randbytes(96)])
            return 0, [signature] if chance.random() < 0.92 else chance.choice(broken)
        keys = list(signers.keys)
        chance.shuffle(keys)
        if chance.random() < 0.12:
            keys = keys[: chance.randrange(len(keys) + 1)]
        signatures = [sign_digest(key, digest) for key in keys]
        if chance.random() < 0.1:
            odd = (chance.randbytes(65), chance.randbytes(64), b"", bytes(65), sign_digest(self.owner, digest))
            signatures.insert(chance.randrange(len(signatures) + 1), chance.choice(odd))
        return 1, signatures

    # feedback

    def learn(self, answer: Answer) -> None:
        """Take notice of what a step led to."""
        if not isinstance(answer, Accepted) or not isinstance(answer.outputs, dict):
            return
        logs: Any = answer.outputs["logs"]
        for log in logs:
            if log["address"] == self.router.to_hex():
                topics = [bytes.fromhex(topic[2:]) for topic in log["topics"]]
                found = ROUTER.decode_event(topics, bytes.fromhex(log["data"][2:]))
                if found is not None:
                    self.learn_event(*found)

    def learn_event(self, name: str, arguments: Fields) -> None:
        """One event of the Router."""
        match name:
            case "CodeValidationRequested":
                self.requested.append(arguments["codeId"])
            case "CodeGotValidated":
                self.requested.remove(arguments["codeId"])
            case "ProgramCreated":
                self.programs.append(Address(arguments["actorId"]))
            case "ValidatorsCommittedForEra" if self.candidate is not None:
                self.sets.append(self.candidate)
            case "BatchCommitted" if self.batch is not None:
                batch, batch_hash = self.batch
                if arguments["hash"] != batch_hash:
                    raise AssertionError("the contracts hash batches otherwise than this generator")
                self.previous, self.previous_timestamp = batch_hash, batch["blockTimestamp"]


def code_id(index: int) -> bytes:
    """The id of a code that exists in name only."""
    return keccak256(f"code {index}".encode())


def account_form(address: Address, balance: int, kind: str, code: str) -> Json:
    """An account before the deployment."""
    return {"address": address.to_hex(), "balance": hex(balance), "kind": kind, "code": code}
