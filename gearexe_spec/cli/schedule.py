"""`gearexe-spec schedule`: the weights, and the costs made from them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated

import typer
from rich.console import Console

from gearexe_spec.wasm import schedule as tables
from gearexe_spec.wasm.costs import LAZY_PAGES_COSTS

SOURCE = "protocol/core/src/gas_metering/schedule.rs"
GROUPS: Mapping[str, tuple[str, Mapping[str, int]]] = {
    "limits": ("Limits; chapter 14 says which are enforced", tables.LIMITS),
    "instructions": ("Instructions", tables.INSTRUCTION_WEIGHTS),
    "syscalls": ("System calls", tables.SYSCALL_WEIGHTS),
    "memory": ("Memory and pages", tables.MEMORY_WEIGHTS),
    "pages": ("Pages as they are charged", LAZY_PAGES_COSTS),
    "instantiation": ("Instantiation, per byte of section", tables.INSTANTIATION_WEIGHTS),
    "db": ("Stored objects", tables.DB_WEIGHTS),
    "rent": ("Rent, per block", tables.RENT_WEIGHTS),
    "tasks": ("Tasks; without effect", tables.TASK_WEIGHTS),
    "instrumentation": ("Instrumentation; without effect", tables.INSTRUMENTATION_WEIGHTS),
    "allocations": ("Allocations", {"load_allocations_per_interval": tables.LOAD_ALLOCATIONS_PER_INTERVAL}),
}


def schedule(
    group: Annotated[str | None, typer.Argument(help=f"Only one of: {', '.join(GROUPS)}.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False,
) -> None:
    """Print the Schedule: what everything costs, in gas."""
    if group is not None and group not in GROUPS:
        raise typer.BadParameter(f"{group} is none of {', '.join(GROUPS)}")
    chosen = {name: part for name, part in GROUPS.items() if group in (None, name)}
    if as_json:
        typer.echo(json.dumps({name: dict(values) for name, (_, values) in chosen.items()}, indent=1, sort_keys=True))
        return
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"source: {SOURCE}", markup=False)
    for title, values in chosen.values():
        console.print(f"\n{title}", style="bold", markup=False)
        width = max(map(len, values))
        for name, value in values.items():
            console.print(f"  {name:<{width}}  {value:>15,}", markup=False)
