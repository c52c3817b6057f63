"""Which items of the contracts' ABIs our vectors meet, and why the others are not met.

The gaps are data: a gap without a reason, and a reason without a gap, are both mistakes.

Run: python -m gearexe_spec.conformance.abi_coverage [--write FILE]
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from gearexe_spec.conformance.abi_sightings import CONTRACTS, Item, Sightings, all_items
from gearexe_spec.conformance.runner import cases_of
from gearexe_spec.conformance.suite import find_files, read_document, shipped_vectors
from gearexe_spec.conformance.wire import Accepted

NEVER_EMITTED = "declared by an interface; no code emits it"
NONCES_UNCHECKED = (
    "declared with the nonces of OpenZeppelin; only their checked use reverts with it, and nothing uses that"
)
INSIDE_INITIALIZERS = "declared with OpenZeppelin's initializers; only initializers call what would revert with it"
HAS_CODE = "declared with OpenZeppelin's proxies; whoever comes so far was seen to have code before"
OF_THE_LIBRARY = (
    "declared by the library; its functions are inlined, so the Router reverts with it, and is where it is met"
)
OF_VAULTS = (
    "declared by the interface shared with the Middleware (chapter 9); "
    "a network by authority refuses such calls with text"
)
NO_GUARD = "declared with the guard; no function of this contract is guarded"
NO_BYTES = "declared with OpenZeppelin's ECDSA; `permit` takes v, r, s, which have no length"
NO_SENDER = "the sender is never zero, and for an owner of zero ERC20InvalidApprover comes first"

GAPS: dict[str, str] = {
    "Router event ComputationSettingsChanged": NEVER_EMITTED,
    "Router event EIP712DomainChanged": NEVER_EMITTED,
    "Router error AddressEmptyCode": HAS_CODE,
    "Router error InvalidAccountNonce": NONCES_UNCHECKED,
    "Router error NotInitializing": INSIDE_INITIALIZERS,
    "WrappedVara event EIP712DomainChanged": NEVER_EMITTED,
    "WrappedVara error AddressEmptyCode": HAS_CODE,
    "WrappedVara error ECDSAInvalidSignatureLength": NO_BYTES,
    "WrappedVara error ERC20InvalidSender": NO_SENDER,
    "WrappedVara error InvalidAccountNonce": NONCES_UNCHECKED,
    "WrappedVara error NotInitializing": INSIDE_INITIALIZERS,
    "POAMiddleware error AddressEmptyCode": HAS_CODE,
    "POAMiddleware error NotInitializing": INSIDE_INITIALIZERS,
    "POAMiddleware error ReentrancyGuardReentrantCall": NO_GUARD,
    "ERC1967Proxy error AddressEmptyCode": HAS_CODE,
}
"""Items that no vector meets, and why not."""
VAULT_ERRORS = (
    *("BurnerHookNotSupported", "DelegatorNotInitialized", "EraDurationMustBeGreaterThanZero"),
    *("IncompatibleSlasherType", "IncompatibleStakerRewardsVersion", "IncompatibleVaultVersion"),
    *("IncorrectTimestamp", "InvalidStakerRewardsVault", "MaxValidatorsMustBeGreaterThanZero"),
    *("MinSlashExecutionDelayMustBeGreaterThanZero", "MinVaultEpochDurationLessThanTwoEras"),
    *("MinVetoAndSlashDelayTooLongForVaultEpoch", "MinVetoDurationMustBeGreaterThanZero"),
    *("NonFactoryStakerRewards", "NonFactoryVault", "NotRegisteredOperator", "NotRegisteredVault", "NotRouter"),
    *("NotSlashExecutor", "NotSlashRequester", "NotVaultOwner", "OperatorDoesNotExist", "OperatorDoesNotOptIn"),
    *("OperatorGracePeriodLessThanMinVaultEpochDuration", "OperatorGracePeriodNotPassed", "ResolverMismatch"),
    *("ResolverSetDelayMustBeAtLeastThree", "ResolverSetDelayTooLong", "SlasherNotInitialized"),
    *("UnknownCollateral", "UnsupportedBurner", "UnsupportedDelegatorHook"),
    *("VaultGracePeriodLessThanMinVaultEpochDuration", "VaultGracePeriodNotPassed", "VaultWrongEpochDuration"),
    *("VetoDurationTooLong", "VetoDurationTooShort"),
)
LIBRARY_ERRORS = (
    *("ErasTimestampMustNotBeEqual", "InvalidFrostSignatureCount", "InvalidFrostSignatureLength", "TimestampInFuture"),
    *("TimestampOlderThanPreviousEra", "ValidationBeforeGenesis", "ValidatorsNotFoundForTimestamp"),
)
GAPS |= {f"POAMiddleware error {name}": OF_VAULTS for name in VAULT_ERRORS}
GAPS |= {f"Gear error {name}": OF_THE_LIBRARY for name in LIBRARY_ERRORS}

Met = dict[Item, list[str]]


def met_items(folder: Path | None = None) -> Met:
    """Each item with the cases that meet it, in the order of the files."""
    found: Met = defaultdict(list)
    base = (folder or shipped_vectors()) / "onchain"
    for file in find_files(base):
        for case in cases_of(read_document(file.path)):
            sightings = Sightings()
            for exchange in case.exchanges():
                sightings.look(exchange.request, exchange.expected or Accepted())
            for item in sightings.seen:
                found[item].append(f"{file.name}/{case.name}")
    return found


def mistakes(met: Met) -> Iterator[str]:
    """Items with neither vector nor reason, and reasons for what is met or is no item."""
    for item in all_items():
        if item not in met and str(item) not in GAPS:
            yield f"{item}: no vector and no reason"
        if item in met and str(item) in GAPS:
            yield f"{item}: met by {met[item][0]}, in spite of a reason why not"
    names = {str(item) for item in all_items()}
    yield from (f"{name}: a reason for what no ABI has" for name in GAPS if name not in names)


def page(met: Met) -> str:
    """The table as a page of Markdown."""
    count = sum(item in met for item in all_items())
    lines = [
        "# 41. The contracts' ABIs and our vectors",
        "",
        "Generated by `python -m gearexe_spec.conformance.abi_coverage --write spec/41-abi-coverage.md`; not edited by",
        "hand. It states no rules. A function is met when a case calls it, whatever the answer; an error when a call",
        "is answered with it. Functions that proxies and clones pass on count for them, too.",
        "",
        f"{len(all_items())} items, {count} met by a vector, {len(all_items()) - count} not met, each with the reason.",
    ]
    for contract in CONTRACTS:
        lines += ["", f"## {contract}", "", "| item | cases | the first, or why there is none |", "|---|---|---|"]
        for item in (item for item in all_items() if item.contract == contract):
            cases = met.get(item, [])
            words = f"`{cases[0]}`" if cases else GAPS.get(str(item), "**neither vector nor reason**")
            lines.append(f"| {item.kind} `{item.name}` | {len(cases)} | {words} |")
    return "\n".join(lines) + "\n"


def main(write: Annotated[Path | None, typer.Option(help="Write the page to this file.")] = None) -> None:
    """Print what is wrong with the table, and write it."""
    met = met_items()
    found = list(mistakes(met))
    for mistake in found:
        typer.echo(mistake)
    typer.echo(f"{len(all_items())} items, {sum(item in met for item in all_items())} met, {len(found)} mistakes")
    if write is not None:
        write.write_text(page(met), encoding="utf-8")
    raise typer.Exit(1 if found else 0)


if __name__ == "__main__":
    typer.run(main)
