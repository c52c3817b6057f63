"""Random histories of the contracts: transactions that mostly make sense where the history stands.

A history is a list of wire requests made from a seed. It is made while it runs, since a batch must name the batch
before it and be signed for the storage it meets; afterwards it is plain data.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from gearexe_spec.base.fixed_bytes import Address, Bytes4, Bytes32
from gearexe_spec.base.ids import CodeId, MessageId
from gearexe_spec.base.numeric import U8, U48, U64, U128, U256
from gearexe_spec.codec.abi import abi_bytes, address, dynamic_array, encode_sequence, tuple_of, uint256
from gearexe_spec.codec.eip712 import PERMIT_TYPE, REQUEST_CODE_VALIDATION_ON_BEHALF_TYPE
from gearexe_spec.conformance.operations.onchain import OnchainState
from gearexe_spec.crypto.ecdsa import PrivateKey, sign
from gearexe_spec.crypto.frost import ROUTER_SUITE, multiply_base, sign_alone
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.crypto.ids import compute_create2_address, compute_create_address, compute_program_salt
from gearexe_spec.crypto.typed_data import Domain, hash_typed_data
from gearexe_spec.onchain.clone_initcode import compute_small_clone_initcode_hash
from gearexe_spec.onchain.commitment_abi import SignatureType, encode_commit_batch
from gearexe_spec.onchain.commitments import (
    NO_REPLY,
    AggregatedPublicKey,
    BatchCommitment,
    ChainCommitment,
    CodeCommitment,
    Message,
    ReplyDetails,
    StateTransition,
    ValidatorsCommitment,
    ValueClaim,
    compute_signed_digest,
    hash_batch_commitment,
)
from gearexe_spec.onchain.contract_calls import encode_call
from gearexe_spec.onchain.router_setup import DOMAIN_VERSION, INITIALIZE, NAME
from gearexe_spec.onchain.words import compute_selector, encode_bytes, encode_tuple, encode_word
from gearexe_spec.onchain.world import CodeState, RouterStorage
from gearexe_spec.onchain.wrapped_vara import NAME as TOKEN_NAME

Form = dict[str, Any]
ETHER = 10**18
ERA, ELECTION, DELAY = 3_600, 600, 100
FOREIGN = {
    "Acceptor": "00",
    "SilentRejecter": "5f5ffd",
    "Burner": "fe",
    "Spender": "60015f5500",
    "Returner": "305f52336020523460405260605ff3",
    "OnlyData": "366007575f5ffd5b00",
    "Forwarder": "36600557005b6020360380" + "60205f375f5f91" + "5f5f5f355af15000",
}
"""Runtime code of foreign contracts. Forwarder calls the address in the first word with the rest of its calldata."""


VIEWS = (
    "validators()",
    "validatorsThreshold()",
    "validatorsAggregatedPublicKey()",
    "validatorsVerifiableSecretSharingCommitment()",
    "latestCommittedBatchHash()",
    "programsCount()",
    "timelines()",
    "DOMAIN_SEPARATOR()",
)


def hex_of(data: bytes) -> str:
    """`0x` and the digits."""
    return "0x" + data.hex()


@dataclass
class Cast:
    """Who takes part: made from the seed alone."""

    seed: int

    @cached_property
    def keys(self) -> tuple[PrivateKey, ...]:
        """Validators and users share them: the first four are the first validators."""
        return tuple(PrivateKey(keccak256(f"{self.seed}/{number}".encode())) for number in range(9))

    @property
    def deployer(self) -> Address:
        return self.keys[-1].to_address()

    @cached_property
    def contracts(self) -> dict[str, Address]:
        """Addresses in the order of deployment."""
        names = ("wvaraImplementation", "wvara", "routerImplementation", "router", "mirror")
        return {name: compute_create_address(self.deployer, U64(nonce)) for nonce, name in enumerate(names)}

    @cached_property
    def foreign(self) -> dict[str, Address]:
        """Foreign contracts by kind."""
        return {kind: Address(keccak256(f"{self.seed}/{kind}".encode())[12:]) for kind in FOREIGN}

    @cached_property
    def codes(self) -> tuple[CodeId, ...]:
        return tuple(CodeId(keccak256(f"{self.seed}/code{number}".encode())) for number in range(4))

    @cached_property
    def salts(self) -> tuple[Bytes32, ...]:
        return tuple(Bytes32(bytes([number]) * 32) for number in range(3))

    def programs(self, full_hash: Bytes32) -> list[Address]:
        """Every program that a history can create."""
        router = self.contracts["router"]
        hashes = (compute_small_clone_initcode_hash(router), full_hash)
        salts = [compute_program_salt(code, salt) for code in self.codes for salt in self.salts]
        return [compute_create2_address(router, salt, kind) for salt in salts for kind in hashes]

    def genesis(self, full_hash: Bytes32) -> Form:
        """The chain before the deployment (WIR-44)."""
        people = [key.to_address() for key in self.keys]
        accounts: list[Form] = [
            {"address": hex_of(person), "balance": hex(1_000 * ETHER), "kind": "eoa", "code": "0x"} for person in people
        ]
        accounts += [
            {"address": hex_of(place), "balance": "0x64", "kind": kind, "code": "0x" + FOREIGN[kind]}
            for kind, place in self.foreign.items()
        ]
        router = self.contracts["router"]
        watched = {*people, *self.contracts.values(), *self.foreign.values(), *self.programs(full_hash)}
        small = compute_small_clone_initcode_hash(router)
        return {
            "chainId": "0x1",
            "blockHashSalt": hex_of(keccak256(str(self.seed).encode())),
            "block": {"number": hex(1_000), "timestamp": hex(1_700_000_000)},
            "accounts": accounts,
            "cloneInitcodeHashes": [{"router": hex_of(router), "small": hex_of(small), "full": hex_of(full_hash)}],
            "roles": {name: hex_of(place) for name, place in self.contracts.items()},
            "watch": sorted(map(hex_of, watched)),
            "codes": sorted(map(hex_of, self.codes)),
        }


@dataclass
class History:
    """A history in the making.

    Args:
        cast: who takes part.
        chance: where everything random comes from.
        number: of the current block.
        now: its timestamp.
    """

    cast: Cast
    chance: random.Random
    number: int = 1_000
    now: int = 1_700_000_000
    state: OnchainState | None = None
    people: list[PrivateKey] = field(default_factory=list)

    @property
    def storage(self) -> RouterStorage:
        assert self.state is not None
        return self.state.world.account(self.cast.contracts["router"]).storage.router

    def call(self, sender: Address, to: Address, data: bytes, value: int = 0, blobs: tuple[Bytes32, ...] = ()) -> Form:
        """A transaction in the current block."""
        return {
            "step": "call",
            "block": {"number": hex(self.number), "timestamp": hex(self.now)},
            "from": hex_of(sender),
            "to": hex_of(to),
            "calldata": hex_of(data),
            "value": hex(value),
            "blobHashes": [hex_of(blob) for blob in blobs],
            "dry": False,
        }

    def create(self, contract: str, arguments: bytes = b"") -> Form:
        """A deployment in the current block."""
        form = self.call(self.cast.deployer, Address.zero(), b"")
        del form["to"], form["calldata"], form["blobHashes"]
        return form | {"step": "create", "contract": contract, "constructorArguments": hex_of(arguments)}

    def deployment(self) -> list[Form]:
        """The network, its genesis hash looked up, and tokens for everybody."""
        place, deployer = self.cast.contracts, self.cast.deployer
        proxy = (address, abi_bytes)
        token_setup = encode_call(compute_selector("initialize(address)"), deployer)
        members = [key.to_address() for key in self.cast.keys[:4]]
        kinds = (*(address,) * 4, *(uint256,) * 3, tuple_of(uint256, uint256), abi_bytes, dynamic_array(address))
        book = (deployer, place["mirror"], place["wvara"], Address.zero())
        key = multiply_base(7).coordinates()
        values = (*book, U256(ERA), U256(ELECTION), U256(DELAY), key, b"first", members)
        router_setup = compute_selector(INITIALIZE) + encode_sequence(kinds, values)
        steps = [
            self.create("WrappedVara"),
            self.create("ERC1967Proxy", encode_sequence(proxy, (place["wvaraImplementation"], token_setup))),
            self.create("Router"),
            self.create("ERC1967Proxy", encode_sequence(proxy, (place["routerImplementation"], router_setup))),
            self.create("Mirror", encode_word(place["router"])),
        ]
        self.advance(12)
        steps.append(self.call(deployer, place["router"], encode_call(compute_selector("lookupGenesisHash()"))))
        mint = compute_selector("mint(address,uint256)")
        for person in self.cast.keys:
            steps.append(self.call(deployer, place["wvara"], encode_call(mint, person.to_address(), 10**18)))
        approve = compute_selector("approve(address,uint256)")
        for person in self.cast.keys[:6]:
            steps.append(self.call(person.to_address(), place["wvara"], encode_call(approve, place["router"], 10**17)))
        return steps

    def probe_full_clone(self) -> list[Form]:
        """After the deployment: request a code, validate it, make a program with a full clone of it."""
        router, code, person = self.cast.contracts["router"], self.cast.codes[0], self.cast.keys[0]
        request = compute_selector("requestCodeValidation(bytes32,uint256,uint8,bytes32,bytes32)")
        zero = Bytes32.zero()
        data = encode_call(request, code, 0, 0, zero, zero)
        steps = [self.call(person.to_address(), router, data, blobs=(Bytes32(b"\x01" * 32),))]
        self.advance(12)
        salt = keccak256(str(self.cast.seed).encode())
        block_hash = keccak256(salt + (self.number - 1).to_bytes(32, "big"))
        batch = BatchCommitment(
            block_hash, U48(self.now - 1), zero, U8(3), code_commitments=(CodeCommitment(code, True),)
        )
        digest = compute_signed_digest(router, hash_batch_commitment(batch))
        signatures = [sign(key, digest).encode() for key in self.cast.keys[:4]]
        steps.append(
            self.call(person.to_address(), router, encode_commit_batch(batch, SignatureType.ECDSA, signatures))
        )
        create = compute_selector("createProgramWithAbiInterface(bytes32,bytes32,address,address)")
        data = encode_call(create, code, zero, Address.zero(), Address.zero())
        return [*steps, self.call(person.to_address(), router, data)]

    def advance(self, seconds: int) -> None:
        """Go to a later block."""
        self.number += max(1, min(seconds // 12, 300))
        self.now += seconds

    def next_step(self) -> Form:
        """Some transaction."""
        chance = self.chance
        if chance.random() < 0.4:
            self.advance(chance.choice([1, 12, 12, 12, 24, 120, DELAY, ELECTION, self.until_election()]))
        makers: list[tuple[int, Callable[[], Form]]] = [
            (6, self.request_code),
            (4, self.request_on_behalf),
            (22, self.commit_batch),
            (8, self.create_program),
            (30, self.use_program),
            (10, self.use_token),
            (4, self.use_owner),
            (3, self.view_router),
        ]
        weights = [weight for weight, _ in makers]
        step = chance.choices([make for _, make in makers], weights)[0]()
        if chance.random() < 0.05:
            step = self.forward(step)
        if chance.random() < 0.06:
            step["calldata"] = hex_of(self.damage(bytes.fromhex(step["calldata"][2:])))
        if chance.random() < 0.03:
            step["dry"] = True
        return step

    def until_election(self) -> int:
        """Seconds until the next election begins."""
        return max(1, ERA - ELECTION - (self.now - 1_700_000_000) % ERA)

    def person(self) -> PrivateKey:
        return self.chance.choice(self.cast.keys)

    def anybody(self) -> Address:
        """Any account that a program may pay or name."""
        chance, cast = self.chance, self.cast
        groups = (
            [key.to_address() for key in cast.keys],
            list(cast.foreign.values()),
            list(cast.contracts.values()),
            [Address.zero(), Address(b"\xff" * 20), Address(b"\x99" * 20)],
            self.programs() or [Address.zero()],
        )
        return chance.choice(chance.choices(groups, [4, 6, 1, 2, 1])[0])

    def programs(self) -> list[Address]:
        return sorted(self.storage.programs)

    def amount(self) -> int:
        return self.chance.choice([0, 0, 1, 2, 5, 1_000, ETHER])

    def permit_words(self, owner: PrivateKey, spender: Address, amount: int, deadline: int) -> tuple[Any, ...]:
        """Signature of a permit, good or bad."""
        assert self.state is not None
        token = self.cast.contracts["wvara"]
        nonce = self.state.world.account(token).storage.nonces.get(owner.to_address(), U256(0))
        permit = {
            "owner": owner.to_address(),
            "spender": spender,
            "value": U256(amount),
            "nonce": nonce,
            "deadline": U256(deadline),
        }
        domain = Domain(TOKEN_NAME, DOMAIN_VERSION, U256(1), token)
        return self.signature_words(owner, hash_typed_data(domain, PERMIT_TYPE, permit))

    def signature_words(self, key: PrivateKey, digest: Bytes32) -> tuple[int, Bytes32, Bytes32]:
        """v, r, s; sometimes somebody else's or damaged."""
        signer = key if self.chance.random() < 0.85 else self.person()
        data = sign(signer, digest).encode()
        v = data[64] if self.chance.random() < 0.95 else self.chance.choice([0, 1, 26, 29, 255])
        return v, Bytes32(data[:32]), Bytes32(data[32:64])

    def deadline(self) -> int:
        return self.now + self.chance.choice([-1, 0, 1, 1_000])

    def blobs(self) -> tuple[Bytes32, ...]:
        count = self.chance.choice([0, 1, 1, 1, 2])
        return tuple(Bytes32(b"\x01" + bytes([number + 1]) * 31) for number in range(count))

    def request_code(self) -> Form:
        person, router = self.person(), self.cast.contracts["router"]
        deadline, fee = self.deadline(), int(self.storage.request_code_validation_base_fee)
        words = self.permit_words(person, router, fee, deadline)
        selector = compute_selector("requestCodeValidation(bytes32,uint256,uint8,bytes32,bytes32)")
        data = encode_call(selector, self.chance.choice(self.cast.codes), deadline, *words)
        return self.call(person.to_address(), router, data, blobs=self.blobs())

    def request_on_behalf(self) -> Form:
        assert self.state is not None
        requester, router = self.person(), self.cast.contracts["router"]
        blobs, deadline, code = self.blobs(), self.deadline(), self.chance.choice(self.cast.codes)
        named = blobs if self.chance.random() < 0.9 else blobs[1:]
        nonce = self.state.world.account(router).storage.nonces.get(requester.to_address(), U256(0))
        request = {
            "requester": requester.to_address(),
            "codeId": Bytes32(code),
            "blobHashes": named,
            "nonce": nonce,
            "deadline": U256(deadline),
        }
        domain = Domain(NAME, DOMAIN_VERSION, U256(1), router)
        digest = hash_typed_data(domain, REQUEST_CODE_VALIDATION_ON_BEHALF_TYPE, request)
        storage = self.storage
        fee = int(storage.request_code_validation_base_fee) + int(storage.request_code_validation_extra_fee)
        selector = compute_selector(
            "requestCodeValidationOnBehalf(address,bytes32,bytes32[],uint256,uint8,bytes32,bytes32,uint8,bytes32,bytes32)"
        )
        words = [*self.signature_words(requester, digest), *self.permit_words(requester, router, fee, deadline)]
        tail = encode_word(len(named)) + b"".join(named)
        head = (encode_word(requester.to_address()), bytes(code), (tail,), encode_word(deadline))
        data = selector + encode_tuple(*head, *[encode_word(word) for word in words])
        return self.call(self.person().to_address(), router, data, blobs=blobs)

    def create_program(self) -> Form:
        chance, person, router = self.chance, self.person(), self.cast.contracts["router"]
        validated = [code for code, state in self.storage.codes.items() if state is CodeState.Validated]
        code = chance.choice(sorted(validated) if validated and chance.random() < 0.9 else self.cast.codes)
        arguments: list[Any] = [code, chance.choice(self.cast.salts), chance.choice([Address.zero(), self.anybody()])]
        full, funded = chance.random() < 0.5, chance.random() < 0.4
        kinds = "bytes32,bytes32,address"
        if full:
            arguments.append(self.anybody())
            kinds += ",address"
        if funded:
            amount, deadline = self.amount(), self.deadline()
            arguments += [amount, deadline, *self.permit_words(person, router, amount, deadline)]
            kinds += ",uint128,uint256,uint8,bytes32,bytes32"
        names = {
            (False, False): "createProgram",
            (True, False): "createProgramWithAbiInterface",
            (False, True): "createProgramWithExecutableBalance",
            (True, True): "createProgramWithAbiInterfaceAndExecutableBalance",
        }
        selector = compute_selector(f"{names[full, funded]}({kinds})")
        return self.call(person.to_address(), router, encode_call(selector, *arguments))

    def use_program(self) -> Form:
        chance, person = self.chance, self.person()
        programs = self.programs()
        program = chance.choice(programs) if programs else self.anybody()
        payload = chance.randbytes(chance.choice([0, 1, 4, 35, 36, 80]))
        text = (encode_bytes(payload),)
        value = self.amount() if chance.random() < 0.5 else 0
        match chance.randrange(9):
            case 0 | 1 | 2:
                data = compute_selector("sendMessage(bytes,bool)") + encode_tuple(
                    text, encode_word(chance.random() < 0.5)
                )
            case 3:
                data = compute_selector("sendReply(bytes32,bytes)") + encode_tuple(chance.randbytes(32), text)
            case 4:
                data, value = encode_call(compute_selector("claimValue(bytes32)"), Bytes32(chance.randbytes(32))), 0
            case 5:
                data, value = encode_call(compute_selector("executableBalanceTopUp(uint128)"), self.amount()), 0
            case 6:
                amount, deadline = self.amount(), self.deadline()
                selector = compute_selector("executableBalanceTopUpWithPermit(uint128,uint256,uint8,bytes32,bytes32)")
                words = self.permit_words(person, program, amount, deadline)
                data, value = encode_call(selector, amount, deadline, *words), 0
            case 7:
                data, value = encode_call(compute_selector("transferLockedValueToInheritor()")), 0
            case _:
                data = payload
        return self.call(person.to_address(), program, data, value)

    def use_token(self) -> Form:
        chance, person, token = self.chance, self.person(), self.cast.contracts["wvara"]
        other, amount = self.anybody(), self.amount()
        match chance.randrange(6):
            case 0:
                data = encode_call(compute_selector("transfer(address,uint256)"), other, amount)
            case 1:
                data = encode_call(compute_selector("approve(address,uint256)"), other, amount)
            case 2:
                selector = compute_selector("transferFrom(address,address,uint256)")
                data = encode_call(selector, self.person().to_address(), other, amount)
            case 3:
                data = encode_call(compute_selector("burnFrom(address,uint256)"), self.person().to_address(), amount)
            case 4:
                deadline = self.deadline()
                selector = compute_selector("permit(address,address,uint256,uint256,uint8,bytes32,bytes32)")
                words = self.permit_words(person, other, amount, deadline)
                data = encode_call(selector, person.to_address(), other, amount, deadline, *words)
            case _:
                data = encode_call(compute_selector("mint(address,uint256)"), other, amount)
        return self.call(person.to_address(), token, data)

    def use_owner(self) -> Form:
        chance, router = self.chance, self.cast.contracts["router"]
        sender = self.cast.deployer if chance.random() < 0.8 else self.person().to_address()
        calls = [
            encode_call(compute_selector("pause()")),
            *[encode_call(compute_selector("unpause()"))] * 3,
            encode_call(compute_selector("setRequestCodeValidationBaseFee(uint256)"), chance.choice([0, 10, 10**15])),
            encode_call(compute_selector("setMirror(address)"), self.cast.contracts["mirror"]),
            encode_call(compute_selector("reinitialize()")),
        ]
        return self.call(sender, router, chance.choice(calls))

    def view_router(self) -> Form:
        data = encode_call(compute_selector(self.chance.choice(VIEWS)))
        return self.call(self.person().to_address(), self.cast.contracts["router"], data)

    def forward(self, step: Form) -> Form:
        """The same through a foreign contract."""
        data = encode_word(Address.from_hex(step["to"])) + bytes.fromhex(step["calldata"][2:])
        return step | {"to": hex_of(self.cast.foreign["Forwarder"]), "calldata": hex_of(data), "value": "0x0"}

    def damage(self, data: bytes) -> bytes:
        """Calldata with one word changed, or cut."""
        if len(data) < 36 or self.chance.random() < 0.2:
            return data[: self.chance.randrange(len(data) + 1)]
        at = 4 + 32 * self.chance.randrange((len(data) - 4) // 32)
        word = int.from_bytes(data[at : at + 32], "big") ^ 1 << self.chance.choice([0, 1, 5, 8, 48, 64, 128, 160, 255])
        return data[:at] + word.to_bytes(32, "big") + data[at + 32 :]

    def commit_batch(self) -> Form:
        batch = self.make_batch()
        digest = compute_signed_digest(self.cast.contracts["router"], hash_batch_commitment(batch))
        if self.chance.random() < 0.2:
            secret = self.chance.choice([7, 7, 11, 13])
            signature = sign_alone(ROUTER_SUITE, secret, self.chance.randrange(1, 2**200), digest).encode()
            data = encode_commit_batch(batch, SignatureType.FROST, [signature])
        else:
            keys = list(self.cast.keys[:8])
            self.chance.shuffle(keys)
            count = self.chance.choice([8, 8, 8, 8, 8, 4, 2, 0])
            signatures = [bytes(sign(key, digest).encode()) for key in keys[:count]]
            if signatures and self.chance.random() < 0.05:
                signatures[0] = signatures[0][:-1]
            data = encode_commit_batch(batch, SignatureType.ECDSA, signatures)
        return self.call(self.person().to_address(), self.cast.contracts["router"], data)

    def make_batch(self) -> BatchCommitment:
        """A batch on the latest one, of what there is to commit."""
        assert self.state is not None
        chance, storage = self.chance, self.storage
        ancestor = self.number - chance.choice([1, 1, 1, 2, 3, 4])
        salt = self.state.salt
        latest = storage.latest_committed_batch
        stamp = (
            max(int(latest.timestamp), self.now - chance.choice([1, 1, 2, 12, ERA]))
            if chance.random() < 0.97
            else self.now
        )
        pending = sorted(code for code, state in storage.codes.items() if state is CodeState.ValidationRequested)
        codes = [CodeCommitment(code, chance.random() < 0.85) for code in pending if chance.random() < 0.8]
        return BatchCommitment(
            block_hash=keccak256(salt + ancestor.to_bytes(32, "big")),
            block_timestamp=U48(stamp),
            previous_committed_batch_hash=latest.hash,
            expiry=U8(3),
            chain_commitment=self.make_chain(),
            code_commitments=tuple(codes),
            rewards_commitment=(),
            validators_commitment=self.make_validators(),
        )

    def make_chain(self) -> tuple[ChainCommitment, ...]:
        chance, programs = self.chance, self.programs()
        if chance.random() < 0.2:
            return ()
        chosen = [chance.choice(programs) for _ in range(chance.choice([0, 1, 1, 2, 3]))] if programs else []
        if chance.random() < 0.02:
            chosen.append(self.anybody())
        transitions = tuple(map(self.make_transition, chosen))
        last = Bytes32(chance.randbytes(32)) if chance.random() < 0.7 else Bytes32.zero()
        return (ChainCommitment(transitions, Bytes32(chance.randbytes(32)), last),)

    def make_transition(self, program: Address) -> StateTransition:
        assert self.state is not None
        chance = self.chance
        router_has = int(self.state.world.account(self.cast.contracts["router"]).balance)
        has = int(self.state.world.account(program).balance)
        negative = chance.random() < 0.3
        greatest = has if negative else router_has
        value = chance.choice([0, 0, min(greatest, 5), greatest // 2])
        exited = chance.random() < 0.06
        kept = self.state.world.account(program).storage.mirror.state_hash
        return StateTransition(
            actor_id=program,
            new_state_hash=kept if chance.random() < 0.2 else Bytes32(chance.randbytes(32)),
            exited=exited,
            inheritor=self.anybody() if exited else Address.zero(),
            value_to_receive=U128(value),
            value_to_receive_negative_sign=negative,
            value_claims=tuple(self.make_claim() for _ in range(chance.choice([0, 0, 1, 2]))),
            messages=tuple(self.make_message() for _ in range(chance.choice([0, 1, 2, 3]))),
        )

    def make_claim(self) -> ValueClaim:
        return ValueClaim(MessageId(self.chance.randbytes(32)), self.anybody(), U128(self.chance.choice([0, 1, 3])))

    def make_message(self) -> Message:
        chance = self.chance
        is_reply, call = chance.random() < 0.7, chance.random() < 0.5
        destination, payload = self.anybody(), chance.randbytes(chance.choice([0, 1, 4, 40]))
        if chance.random() < 0.15:
            destination = Address(b"\xff" * 20)
            count = chance.randrange(6)
            payload = bytes([count]) + chance.randbytes(
                32 * chance.choice([count, max(0, count - 1)]) + chance.choice([0, 9])
            )
        elif destination == self.cast.foreign["Forwarder"] and call:
            selector = compute_selector("sendMessage(bytes,bool)")
            inner = selector + encode_tuple((encode_bytes(b"again"),), encode_word(False))
            payload = encode_word(self.anybody()) + inner
        code = Bytes4(chance.choice([bytes(4), b"\x00\x01\x00\x00", b"\x01\x00\x00\x00", b"\xff\x00\x00\x00"]))
        details = ReplyDetails(MessageId(chance.randbytes(32)), code) if is_reply else NO_REPLY
        value = U128(chance.choice([0, 0, 1, 4, 10**30]))
        return Message(MessageId(chance.randbytes(32)), destination, payload, value, details, call)

    def make_validators(self) -> tuple[ValidatorsCommitment, ...]:
        chance, genesis = self.chance, int(self.storage.genesis_block.timestamp)
        passed = self.now - genesis
        in_election = passed % ERA >= ERA - ELECTION
        if chance.random() > (0.5 if in_election else 0.02):
            return ()
        members = [chance.choice(self.cast.keys[:8]).to_address() for _ in range(chance.choice([1, 3, 4, 6]))]
        secret = chance.choice([7, 11, 13])
        x, y = multiply_base(secret).coordinates()
        key = AggregatedPublicKey(U256(x), U256(y))
        index = U256(passed // ERA + chance.choice([1, 1, 1, 1, 2]))
        return (ValidatorsCommitment(chance.random() < 0.6, key, chance.randbytes(5), tuple(members), index),)
