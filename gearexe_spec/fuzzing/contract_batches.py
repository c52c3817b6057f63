"""The validators of a random history and their batches: mostly good ones, signed by those who may or nearly."""

from __future__ import annotations

import random
from typing import Any

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.conformance.wire import Apply
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.fuzzing.contract_people import (
    CURVE_ORDER,
    Fields,
    ValidatorSet,
    address_of,
    hash_batch,
    make_set,
    sign_digest,
    sign_for_group,
    word,
)
from gearexe_spec.fuzzing.contract_settlement import MIRROR, ROUTER, Settlement, foreign_address

EVENTS = Address(b"\xff" * 20)
NOBODY = Address.zero()
STUB = foreign_address("StubMiddleware")


class Committee:
    """Who signs batches, and what they commit.

    Args:
        settlement: the chain.
    """

    def __init__(self, settlement: Settlement) -> None:
        self.settlement = settlement
        self.chance: random.Random = settlement.chance
        self.sets = [settlement.first_set]
        self.starts = [0]
        self.candidate: ValidatorSet | None = None
        self.pending: set[bytes] = set()
        self.reward_hashes = bytes(64)

    # requests

    def plan_rewards(self) -> Apply:
        """What the stand-in of a Middleware shall answer, or that it shall refuse, pull tokens, or call somebody."""
        chance, chain = self.chance, self.settlement
        self.reward_hashes = chance.randbytes(64)
        mode = chance.choice([0, 0, 0, 1, 2, 3, 4, 5])
        first, second = self.reward_hashes[:32], self.reward_hashes[32:]
        calls = [
            (chain.router, ROUTER.encode_call("commitBatch", self.batch([]), 1, [])),
            (chain.router, ROUTER.encode_call("pause")),
            (chance.choice([*chain.programs, chain.router]), MIRROR.encode_call("sendMessage", b"again", False)),
        ]
        return chain.plan("StubMiddleware", first, second, mode, *chance.choice(calls))

    def commit(self) -> Apply:
        """A batch."""
        chance, chain = self.chance, self.settlement
        chain.mine(chance.choice([1, 1, 2]), chance.choice([12, 12, 24, 1, chain.era // 7]))
        validators = self.validators_commitments()
        if not validators and chance.random() < 0.12:
            chain.mine(0, chance.choice([chain.era, chain.delay, chain.era // 2, self.until_next_era()]))
        return self.signed(self.batch(validators))

    def commit_only(self, **parts: Any) -> Apply:
        """A batch with nothing but what is named, signed by every validator of the first set, in the next block."""
        chain = self.settlement
        chain.mine(1, 12)
        batch: dict[str, Any] = {
            "blockHash": chain.block_hash(chain.number - 1),
            "blockTimestamp": chain.timestamp - 1,
            "previousCommittedBatchHash": self.latest_batch(),
            "expiry": 3,
            "chainCommitment": [],
            "codeCommitments": [],
            "rewardsCommitment": [],
            "validatorsCommitment": [],
            **parts,
        }
        batch_hash = hash_batch(batch, bytes(64))
        self.pending.add(batch_hash)
        digest = keccak256(b"\x19\x00" + chain.router + batch_hash)
        signatures = [sign_digest(key, digest) for key in self.sets[0].keys]
        return chain.call(chain.users[1], chain.router, ROUTER.encode_call("commitBatch", batch, 1, signatures))

    def latest_batch(self) -> bytes:
        """The hash of the batch that was committed last."""
        return bytes.fromhex((self.settlement.state.get("router/latestCommittedBatch/hash") or "0x" + "00" * 32)[2:])

    def follow(self, first: Apply) -> Apply:
        """A second, empty batch that builds on a first one, for the same transaction."""
        latest = bytes.fromhex(str(first.input["calldata"])[2:])
        committed: Any = ROUTER.decode_call(latest)[1]["_batch"]
        batch = {
            **self.batch([]),
            "previousCommittedBatchHash": hash_batch(committed, self.reward_hashes),
            "blockTimestamp": committed["blockTimestamp"],
            "chainCommitment": [],
            "codeCommitments": [],
        }
        return self.signed(batch)

    def signed(self, batch: Fields) -> Apply:
        """A batch with signatures, sent by anybody."""
        chain = self.settlement
        batch_hash = hash_batch(batch, self.reward_hashes)
        self.pending.add(batch_hash)
        kind, signatures = self.sign(keccak256(b"\x19\x00" + chain.router + batch_hash), batch["blockTimestamp"])
        calldata = ROUTER.encode_call("commitBatch", batch, kind, signatures)
        return chain.call(self.chance.choice(chain.users), chain.router, calldata)

    def batch(self, validators: list[Fields]) -> Fields:
        """A batch on top of the latest one."""
        chance, chain = self.chance, self.settlement
        previous = self.latest_batch()
        latest = chain.read_number("router/latestCommittedBatch/timestamp")
        timestamp = chain.timestamp - chance.choice([1] * 12 + [5, 12, 0, chain.delay, chain.era, 2 * chain.era])
        timestamp = max(timestamp, latest if chance.random() < 0.8 else 0)
        return {
            "blockHash": chain.block_hash(chain.number - chance.choice([1] * 20 + [2, 3, 4])),
            "blockTimestamp": timestamp,
            "previousCommittedBatchHash": previous if chance.random() < 0.97 else chance.randbytes(32),
            "expiry": chance.choice([3] * 20 + [0, 1, 255]),
            "chainCommitment": self.chain_commitments(),
            "codeCommitments": self.code_commitments(),
            "rewardsCommitment": self.rewards_commitments(timestamp),
            "validatorsCommitment": validators,
        }

    # its parts

    def validators_commitments(self) -> list[Fields]:
        """The set of the next era, in or near the election; often again while an election runs."""
        chance, chain = self.chance, self.settlement
        era = (chain.timestamp - self.genesis()) // chain.era
        opens = self.genesis() + (era + 1) * chain.era - chain.election
        if chance.random() > (0.4 if chain.timestamp >= opens else 0.12):
            return []
        if chain.timestamp < opens and chance.random() < 0.9:
            chain.mine(1, opens - chain.timestamp + chance.randrange(chain.election))
        has_key = chance.random() < 0.8
        self.candidate = make_set(chance, (1, 2, 3, 4))
        if not has_key:
            self.candidate = ValidatorSet(self.candidate.keys, self.sets[-2:][0].group_secret)
        x, y = self.candidate.aggregated_key
        commitment = {
            "hasAggregatedPublicKey": has_key,
            "aggregatedPublicKey": {"x": x, "y": y ^ (chance.random() < 0.05)},
            "verifiableSecretSharingCommitment": chance.randbytes(chance.choice([0, 5, 40])),
            "validators": self.candidate.addresses if chance.random() < 0.97 else [],
            "eraIndex": era + 1 + (chance.random() < 0.05),
        }
        return [commitment] * (2 if chance.random() < 0.03 else 1)

    def rewards_commitments(self, timestamp: int) -> list[Fields]:
        """Rewards of an earlier era, or of a wrong moment."""
        chance, chain = self.chance, self.settlement
        if chance.random() < (0.85 if chain.middleware == STUB else 0.96):
            return []
        start = self.genesis() + (timestamp - self.genesis()) // chain.era * chain.era
        moment = chance.choice(
            [start - 1] * 8 + [start, timestamp, self.genesis(), self.genesis() - 1, start - chain.era]
        )
        some = chance.choice([0, 5, 10**12])
        vaults = [{"vault": chance.choice(chain.receivers), "amount": some} for _ in range(chance.randrange(3))]
        commitment = {
            "operators": {"amount": 2**256 - 1 if chance.random() < 0.05 else some, "root": chance.randbytes(32)},
            "stakers": {"distribution": vaults, "totalAmount": some * len(vaults), "token": chain.token},
            "timestamp": max(moment, 0),
        }
        return [commitment] * (2 if chance.random() < 0.03 else 1)

    def chain_commitments(self) -> list[Fields]:
        """Transitions of programs, none at all, and once in a while two commitments."""
        chance = self.chance
        if not self.settlement.programs or chance.random() < 0.3:
            return []
        transitions = [self.transition() for _ in range(chance.choice([0, 1, 1, 2, 3]))]
        advanced = chance.choice([bytes(32), chance.randbytes(32)])
        commitment = {"transitions": transitions, "head": chance.randbytes(32), "lastAdvancedEthBlock": advanced}
        return [commitment] * (2 if chance.random() < 0.01 else 1)

    def code_commitments(self) -> list[Fields]:
        """Verdicts on requested codes; rarely on one that nobody requested."""
        chance, requested = self.chance, self.settlement.requested
        codes = requested[: chance.choice([0, 1, 2])] if chance.random() < 0.98 else [chance.randbytes(32)]
        return [{"id": code, "valid": chance.random() < 0.85} for code in codes]

    def transition(self) -> Fields:
        """What became of a program."""
        chance, chain = self.chance, self.settlement
        exited = chance.random() < 0.06
        names_inheritor = exited or chance.random() < 0.02
        receivers = [*chain.receivers, address_of(chain.users[3]), *chain.programs[:2]]
        claims = [
            {"messageId": chance.randbytes(32), "destination": chance.choice(receivers), "value": self.amount()}
            for _ in range(chance.choice([0, 0, 1, 2]))
        ]
        program = chance.choice(chain.programs or [NOBODY]) if chance.random() < 0.97 else Address(chance.randbytes(20))
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
        chance, chain = self.chance, self.settlement
        people = [address_of(user) for user in chain.users]
        ours = [program, chain.router, chain.multicall, *chain.programs[-3:]]
        again = [foreign_address("Reenterer")] * 3
        destination = chance.choice([*chain.receivers, *again, *people, *ours, EVENTS, EVENTS])
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
        if destination in self.settlement.programs and chance.random() < 0.5:
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

    # signatures

    def sign(self, digest: bytes, timestamp: int) -> tuple[int, list[bytes]]:
        """Kind and signatures; the set is mostly the one that the slot rule asks for."""
        chance = self.chance
        known = [*self.sets[-2:], *([self.candidate] if self.candidate else [])]
        signers = self.usual_signers(timestamp) if chance.random() < 0.9 else chance.choice(known)
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
            odd = (
                chance.randbytes(65),
                chance.randbytes(64),
                b"",
                bytes(65),
                sign_digest(self.settlement.deployer, digest),
            )
            signatures.insert(chance.randrange(len(signatures) + 1), chance.choice(odd))
        return 1, signatures

    def usual_signers(self, timestamp: int) -> ValidatorSet:
        """The set in force: every second one is so from the moment it is committed."""
        if len(self.sets) % 2 == 0 and self.candidate is not None:
            return self.candidate
        is_late = timestamp < self.starts[-1]
        return self.sets[-2] if is_late and len(self.sets) % 2 == 0 else self.sets[-1]

    # time

    def genesis(self) -> int:
        """When the first era began; `reinitialize` moves it."""
        return self.settlement.read_number("router/genesisBlock/timestamp") or self.settlement.timestamp

    def until_next_era(self) -> int:
        """Seconds until the next era runs for a moment shorter than the validation delay, or a little longer."""
        chain = self.settlement
        gone = (chain.timestamp - self.genesis()) % chain.era
        return chain.era - gone + self.chance.randrange(chain.delay + 2)

    # feedback

    def forget(self) -> None:
        """A new step begins."""
        self.candidate = None
        self.pending.clear()

    def learn_event(self, name: str, arguments: Fields) -> None:
        """One event of the Router."""
        match name:
            case "ValidatorsCommittedForEra" if self.candidate is not None:
                self.sets.append(self.candidate)
                self.starts.append(self.genesis() + arguments["eraIndex"] * self.settlement.era)
            case "BatchCommitted" if self.pending and arguments["hash"] not in self.pending:
                raise AssertionError("the contracts hash batches otherwise than this generator")
