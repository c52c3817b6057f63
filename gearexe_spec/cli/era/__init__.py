"""`gearexe-spec era`: stake, election, batches, rewards, misbehaviour and slash, withdrawal: an era with its money."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from gearexe_spec.cli.account import page
from gearexe_spec.cli.era.chain import SpecificationAlone, StoryBroken
from gearexe_spec.cli.era.rewarding import PUPPET
from gearexe_spec.cli.era.scenario import begin, tell
from gearexe_spec.cli.era.telling import Telling
from gearexe_spec.conformance.targets.target import TargetUnavailable
from gearexe_spec.evm.economics_artifacts import find_economics_artifacts
from gearexe_spec.fuzzing.economics_campaign import EconomicsPanel

AGREED, DIFFERED, UNUSABLE = 0, 1, 2


def era(
    html: Annotated[Path | None, typer.Option(help="Write the account as one self-contained page.")] = None,
) -> None:
    """Play a whole era: stake, election, batches, rewards and claims, misbehaviour, veto and slash, withdrawal.

    Every transaction runs in the specification and on Symbiotic's official contracts with the published Middleware and
    Router; status, events and every balance are compared after every step. Where these contracts are not installed the
    specification acts alone, and the account says so. The exit code is 0 if nothing differed.
    """
    console, errors = Console(highlight=False, soft_wrap=True), Console(stderr=True, soft_wrap=True)
    try:
        telling = _begin(console)
        tell(telling)
        _close(telling)
        if html is not None:
            html.write_text(page(telling.account), encoding="utf-8")
            console.print(f"written: {html}", markup=False)
    except (OSError, StoryBroken) as error:
        errors.print(f"gearexe-spec era: {error}", markup=False)
        raise typer.Exit(DIFFERED if isinstance(error, StoryBroken) else UNUSABLE) from None
    raise typer.Exit(AGREED if telling.agreed else DIFFERED)


def _begin(console: Console) -> Telling:
    """On both sides, or on the specification alone."""
    try:
        telling = begin(EconomicsPanel(), console, compared=True)
    except TargetUnavailable as missing:
        telling = begin(SpecificationAlone(), console, compared=False)
        telling.said("everybody", f"acts in the specification alone, compared with nothing: {missing}")
        return telling
    made = find_economics_artifacts().origins((*telling.network.artifacts, PUPPET))
    origins = {origin: ", ".join(names) for origin, names in made.items()}
    telling.said("EVM", "runs these contracts beside the specification; by where they come from", **origins)
    telling.said(
        "executors", "are the specification's alone: what runs off-chain, the rewards, the evidence (proposed)"
    )
    return telling


def _close(telling: Telling) -> None:
    steps = telling.chain.steps
    if not telling.agreed:
        outcome = f"{len(telling.chain.differences)} differences in {steps} transactions."
    elif telling.compared:
        outcome = f"The specification and the EVM agree on all {steps} transactions, and on every balance after each."
    else:
        outcome = f"{steps} transactions in the specification alone; every token is accounted for after each."
    telling.account.close(outcome, telling.agreed)
