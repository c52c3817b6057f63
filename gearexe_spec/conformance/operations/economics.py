"""Operations of the area `economics`: elections."""

from __future__ import annotations

from gearexe_spec.base.numeric import U48
from gearexe_spec.conformance.json_form import Json, from_json, to_json
from gearexe_spec.conformance.operations.registry import Input, operation
from gearexe_spec.onchain.election import compute_draw, compute_seed


@operation("economics/electionDraws")
def election_draws(given: Input) -> Json:
    """The seed of a timestamp, and the winner's place for each number of contenders (ELE-4)."""
    timestamp = U48(from_json(U48, given["timestamp"]))
    contenders = from_json(tuple[int, ...], given["contenders"])
    return {
        "seed": to_json(compute_seed(timestamp)),
        "draws": [hex(compute_draw(timestamp, number)) for number in contenders],
    }
