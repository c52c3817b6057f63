"""Offences that are really signed, and the trial in which they are slashed."""

from dataclasses import replace

from gearexe_spec.base.fixed_bytes import Address, Bytes32, Bytes65
from gearexe_spec.base.ids import CodeId, MessageId
from gearexe_spec.base.numeric import U8, U16, U32, U48, U64, U256
from gearexe_spec.crypto.ecdsa import PrivateKey, hash_personal_message, sign
from gearexe_spec.executor.batch_signing import sign_batch
from gearexe_spec.executor.commitments import BatchCommitment, ChainCommitment, digest_batch
from gearexe_spec.executor.evidence import (
    BrokenPromise,
    ConflictingBatches,
    MissedDuties,
    SignedBatchPart,
    WrongTransitions,
)
from gearexe_spec.executor.misbehaviour import (
    AccountableValidator,
    CommittedSignatures,
    FinalizedReply,
    Penalties,
    RecomputedChain,
    SlashableVault,
    Terms,
    Trial,
)
from gearexe_spec.executor.receipts import digest_compact_receipt
from gearexe_spec.executor.timelines import Timelines
from gearexe_spec.onchain.commitments import CodeCommitment
from gearexe_spec.program.promise import CompactPromise

KEYS = tuple(PrivateKey(bytes([number]) * 32) for number in (1, 2, 3, 4))
ACCUSED, *OTHERS = (key.to_address() for key in KEYS)
ROUTER = Address(b"\x70" * 20)
VAULT, OTHER_VAULT = Address(b"\xaa" * 20), Address(b"\xbb" * 20)
TIMES = Timelines(U64(10_000), U64(1_000), U64(100), U64(10))
NOW = U48(13_500)
TRIAL = Trial(
    terms=Terms(
        router=ROUTER,
        subnetwork=Bytes32(b"\x5b" * 32),
        timelines=TIMES,
        penalties=Penalties(U16(10_000), U16(5_000), U16(1_000), U16(3)),
        window=U32(4),
        participation=U16(5_000),
    ),
    now=NOW,
    era=U64(3),
    validators=tuple(
        AccountableValidator(
            key.to_address(),
            (
                SlashableVault(VAULT, U256(99_999), U48(2_000), U48(500)),
                SlashableVault(OTHER_VAULT, U256(10**18), U48(3_000), U48(500)),
            ),
        )
        for key in KEYS
    ),
    punished=(),
)


def named(number: int) -> Bytes32:
    return Bytes32(bytes([number]) * 32)


CODE = CodeCommitment(CodeId(named(0xC0)), True)
BATCH = BatchCommitment(
    block_hash=named(1),
    timestamp=U64(13_100),
    previous_batch=named(2),
    expiry=U8(5),
    chain_commitment=ChainCommitment((), named(3), named(4)),
    code_commitments=(CODE,),
    validators_commitment=None,
    rewards_commitment=None,
)


def signed(batch: BatchCommitment, key: PrivateKey = KEYS[0]) -> SignedBatchPart:
    return SignedBatchPart(batch, sign_batch(batch, ROUTER, key).encode())


def conflict(one: BatchCommitment, other: BatchCommitment) -> ConflictingBatches:
    first, second = sorted((one, other), key=digest_batch)
    return ConflictingBatches(ACCUSED, signed(first), signed(second))


def on_code(one: BatchCommitment, other: BatchCommitment, other_codes: bool) -> ConflictingBatches:
    """The second batch with another code, or with none."""
    codes = (CodeCommitment(CodeId(named(0xC1)), False),) if other_codes else ()
    return conflict(one, replace(other, block_hash=named(9), code_commitments=codes))


def forged(part: SignedBatchPart) -> SignedBatchPart:
    return signed(part.batch, KEYS[1])


def promised(promise: CompactPromise, key: PrivateKey = KEYS[0]) -> BrokenPromise:
    prehash = hash_personal_message(digest_compact_receipt(promise))
    return BrokenPromise(ACCUSED, promise, sign(key, prehash).encode())


CONFLICT = conflict(BATCH, replace(BATCH, code_commitments=(replace(CODE, valid=False),)))
WRONG = WrongTransitions(ACCUSED, signed(BATCH))
HONEST = RecomputedChain(named(2), ChainCommitment((), named(3), named(5)))
BROKEN = promised(CompactPromise(MessageId(named(6)), named(7)))
FINALIZED = FinalizedReply(CompactPromise(MessageId(named(6)), named(8)), U64(13_999))
COMMITTED = tuple(
    CommittedSignatures(named(0x20 + place), U64(13_000 + 10 * place), (ACCUSED, *OTHERS) if place == 0 else (*OTHERS,))
    for place in range(6)
)
MISSED = MissedDuties(ACCUSED, U64(3), COMMITTED[0].digest, COMMITTED[5].digest)
BAD_BYTES = Bytes65(bytes(65))
