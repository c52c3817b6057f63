"""Election: the Middleware elects by stake, the founders commit the result, and the new era begins."""

from __future__ import annotations

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.base.numeric import U64, U256
from gearexe_spec.cli.era.committing import TIMES, Committee
from gearexe_spec.cli.era.network import FOUNDERS, OPERATORS, VALIDATION_DELAY
from gearexe_spec.cli.story import wvara
from gearexe_spec.evm.network import SECP256K1_GENERATOR
from gearexe_spec.executor.commitments import ValidatorsCommitment
from gearexe_spec.executor.timelines import compute_election_start, compute_era_start
from gearexe_spec.onchain.commitments import AggregatedPublicKey

SEATS = 4
ELECTED_ERA = U64(1)


def elect(committee: Committee) -> None:
    """The whole phase."""
    telling = committee.telling
    chain = telling.chain
    begins = int(compute_election_start(TIMES, U64(0)))
    chain.wait_until(begins + 60)
    telling.begin("Election")

    operators, stakes = chain.ask("Middleware", "getActiveOperatorsStakeAt(uint48)", begins).values(
        "address[],uint256[]"
    )
    telling.told(
        "Middleware",
        "knows the stakes at the first second of the election",
        **{name_of(telling.network.labels, who): wvara(units) for who, units in zip(operators, stakes, strict=True)},
    )
    (elected,) = chain.ask("Middleware", "makeElectionAt(uint48,uint256)", begins, SEATS).values("address[]")
    names = tuple(name_of(telling.network.labels, who) for who in elected)
    telling.told("Middleware", f"elected {SEATS} of {len(OPERATORS)}", elected=", ".join(names))

    commitment = ValidatorsCommitment(
        has_aggregated_public_key=True,
        aggregated_public_key=AggregatedPublicKey(*map(U256, SECP256K1_GENERATOR)),
        verifiable_secret_sharing_commitment=b"",
        validators=tuple(Address.from_hex(who) for who in elected),
        era_index=ELECTED_ERA,
    )
    signed = committee.commit(validators=commitment)
    telling.told(
        "validators",
        f"of the first era, {len(FOUNDERS)} founders, committed them for era {ELECTED_ERA}",
        batch=signed.digest.to_hex(),
    )
    chain.wait_until(int(compute_era_start(TIMES, ELECTED_ERA)) + VALIDATION_DELAY)
    (sitting,) = chain.ask("Router", "validators()").values("address[]")
    threshold = chain.ask("Router", "validatorsThreshold()").number()
    committee.members = tuple(name_of(telling.network.labels, who) for who in sitting)
    chain.check("validators", list(elected), list(sitting))
    telling.told("Router", f"has them as validators; {threshold} must sign", era=int(ELECTED_ERA))
    telling.end()


def name_of(labels: dict[str, str], address: str) -> str:
    """Whose address it is."""
    return next(name for name, place in labels.items() if place == address)
