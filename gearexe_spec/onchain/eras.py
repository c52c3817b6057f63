"""Eras, the two slots for validators, and which set signs a batch.

The rule that chooses the slot is production's, as it is: a set in slot 0 is in force before its era starts (finding
F-ONC-1).

Rules: ROU-70 to ROU-79.
Source: Gear.sol `eraIndexAt`, `eraStartedAt`, `validatorsStoredInSlot1At`, `previousEraValidators`,
`validatorsThreshold`, `validateSignaturesAt`.
"""

from __future__ import annotations

from gearexe_spec.base.numeric import U48, U128, U256
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.onchain.errors import DIVISION_BY_ZERO, OVERFLOW, RouterRejection, panic
from gearexe_spec.onchain.world import RouterStorage, Validators


def checked_add(left: U256, right: U256) -> U256:
    """A sum in 256 bits.

    Raises:
        Rejected: Panic(0x11).
    """
    total = int(left) + int(right)
    if total > U256.MAX:
        raise panic(OVERFLOW)
    return U256(total)


def checked_sub(left: U256, right: U256) -> U256:
    """A difference in 256 bits.

    Raises:
        Rejected: Panic(0x11).
    """
    if left < right:
        raise panic(OVERFLOW)
    return left - right


def checked_mul(left: U256, right: U256) -> U256:
    """A product in 256 bits.

    Raises:
        Rejected: Panic(0x11).
    """
    product = int(left) * int(right)
    if product > U256.MAX:
        raise panic(OVERFLOW)
    return U256(product)


def compute_era_index_at(router: RouterStorage, timestamp: U256) -> U256:
    """Number of the era that a moment belongs to (ROU-70).

    Raises:
        Rejected: Panic(0x11) before the genesis, Panic(0x12) without eras.
    """
    since_genesis = checked_sub(timestamp, U256(router.genesis_block.timestamp))
    if not router.timelines.era:
        raise panic(DIVISION_BY_ZERO)
    return since_genesis // router.timelines.era


def compute_era_start(router: RouterStorage, index: U256) -> U256:
    """When an era begins, in seconds (ROU-71).

    Raises:
        Rejected: Panic(0x11).
    """
    return checked_add(U256(router.genesis_block.timestamp), checked_mul(index, router.timelines.era))


def compute_era_started_at(router: RouterStorage, timestamp: U256) -> U256:
    """When the era began that a moment belongs to (ROU-71).

    Raises:
        Rejected: Panic(0x11).
    """
    return compute_era_start(router, compute_era_index_at(router, timestamp))


def compute_threshold(count: U256, numerator: U128, denominator: U128) -> U256:
    """How many of `count` validators must sign: count * numerator / denominator, rounded up (ROU-72).

    The product is cut to 256 bits.

    Raises:
        Rejected: Panic(0x12) for a denominator of zero.
    """
    if not denominator:
        raise panic(DIVISION_BY_ZERO)
    product = count.wrapping_mul(U256(numerator))
    quotient, remainder = divmod(int(product), int(denominator))
    return U256(quotient + (1 if remainder else 0))


def is_slot1_at(router: RouterStorage, timestamp: U256) -> bool:
    """Whether the validators of a moment stand in slot 1 (ROU-73).

    Slot 1 is chosen only when it is the newer one and both slots have started or neither has. A slot 0 that is newer is
    chosen always, also before its time.

    Raises:
        Rejected: ErasTimestampMustNotBeEqual, ValidatorsNotFoundForTimestamp.
    """
    use_from0 = router.validators0.use_from_timestamp
    use_from1 = router.validators1.use_from_timestamp
    if use_from0 == use_from1:
        raise Rejected(RouterRejection.ErasTimestampMustNotBeEqual)

    started0, started1 = use_from0 <= timestamp, use_from1 <= timestamp
    if not started0 and not started1:
        raise Rejected(RouterRejection.ValidatorsNotFoundForTimestamp)

    return use_from0 < use_from1 and started0 == started1


def select_validators_at(router: RouterStorage, timestamp: U256) -> Validators:
    """The validators of a moment (ROU-74).

    Raises:
        Rejected: ErasTimestampMustNotBeEqual, ValidatorsNotFoundForTimestamp.
    """
    return router.validators1 if is_slot1_at(router, timestamp) else router.validators0


def has_passed_delay(era_start: U256, delay: U256, now: U256) -> bool:
    """Whether the time for late batches is over (ROU-76).

    Raises:
        Rejected: Panic(0x11).
    """
    return now >= checked_add(era_start, delay)


def select_signers(router: RouterStorage, batch_timestamp: U48, now: U256) -> Validators:
    """The validators who must have signed a batch (ROU-75 to ROU-79).

    For `validationDelay` seconds after the start of an era, a batch of the era before is that era's business. Later,
    any older batch is the current validators' business.

    Raises:
        Rejected: ValidationBeforeGenesis, TimestampOlderThanPreviousEra, TimestampInFuture,
            ErasTimestampMustNotBeEqual, ValidatorsNotFoundForTimestamp.
    """
    timestamp = U256(batch_timestamp)
    timelines = router.timelines
    era_start = compute_era_started_at(router, now)

    if timestamp < era_start and not has_passed_delay(era_start, timelines.validation_delay, now):
        if timestamp < router.genesis_block.timestamp:
            raise Rejected(RouterRejection.ValidationBeforeGenesis)
        if checked_add(timestamp, timelines.era) < era_start:
            raise Rejected(RouterRejection.TimestampOlderThanPreviousEra)
    else:
        if timestamp > now:
            raise Rejected(RouterRejection.TimestampInFuture)
        timestamp = max(timestamp, era_start)

    return select_validators_at(router, timestamp)
