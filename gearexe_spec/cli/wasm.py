"""`gearexe-spec wasm`: what production would say of a code, and what it would make of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
import wasmtime
from rich.console import Console
from rich.table import Table

from gearexe_spec.base.rejection import Rejected
from gearexe_spec.cli.wasm_listing import Listing, list_functions
from gearexe_spec.crypto.ids import compute_code_id
from gearexe_spec.wasm.code import CheckedCode, check_and_instrument_code
from gearexe_spec.wasm.costs import SECTIONS, compute_preparation_cost, compute_section_costs
from gearexe_spec.wasm.gas_metering import charge_cost
from gearexe_spec.wasm.page_hooks import add_page_hooks
from gearexe_spec.wasm.rejection import CodeRejection

VALID, INVALID, UNREADABLE = 0, 1, 2

app = typer.Typer(no_args_is_help=True, help="What production would say of a code, and make of it.")

CodeFile = Annotated[Path, typer.Argument(metavar="FILE", help="A .wasm file, or .wat text.")]


@app.command()
def validate(file: CodeFile) -> None:
    """Say whether a code is valid, and what would be kept of it."""
    code = read_code(file)
    checked = check_or_leave(code)
    metadata = checked.metadata
    rows = {
        "verdict": "valid",
        "code id": compute_code_id(code).to_hex(),
        "entry points": ", ".join(entry.export for entry in sorted(metadata.exports)),
        "static pages": str(int(metadata.static_pages)),
        "stack end": "none" if metadata.stack_end is None else f"page {int(metadata.stack_end)}",
        "length": f"{len(code)} bytes, instrumented {len(checked.instrumented.code)}",
    }
    for label, value in rows.items():
        typer.echo(f"{label:<13}{value}")
    _print_sections(checked)


@app.command()
def instrument(
    file: CodeFile,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Where to write; default: beside FILE, .instrumented.wasm.")
    ] = None,
    hooks: Annotated[bool, typer.Option(help="Also add the page hooks that executors use.")] = False,
) -> None:
    """Write the module that production would run."""
    checked = check_or_leave(read_code(file))
    made = checked.instrumented.code
    if hooks:
        made = add_page_hooks(made, checked.metadata.stack_end)
    place = out or file.with_suffix(".instrumented.wasm")
    place.write_bytes(made)
    typer.echo(f"{place}: {len(made)} bytes")


@app.command()
def cost(file: CodeFile) -> None:
    """List the metered blocks of each function with their costs, and what a message costs before it runs."""
    code = read_code(file)
    checked = check_or_leave(code)
    console = Console(highlight=False, soft_wrap=True)
    _print_sections(checked)
    own = charge_cost()
    typer.echo(f"each charge costs {own:,} besides what it charges\n")
    for listing in list_functions(code, checked):
        console.print(f"{listing.title}: {_count(len(listing.blocks), 'metered block')}", markup=False)
        for block in listing.blocks:
            whole = block.cost + own * len(block.charges)
            console.print(f"  at {block.start:>5}  {block.cost:>14,}  with charge {whole:>14,}", markup=False)


@app.command()
def show(
    file: CodeFile,
    function: Annotated[int | None, typer.Option(help="Only the function with this index.")] = None,
) -> None:
    """List the instrumented code; lines with + were put in."""
    code = read_code(file)
    checked = check_or_leave(code)
    console = Console(highlight=False, soft_wrap=True)
    shown = [listing for listing in list_functions(code, checked) if function in (None, listing.index)]
    if not shown:
        typer.echo(f"there is no metered function {function}", err=True)
        raise typer.Exit(UNREADABLE)
    for listing in shown:
        _print_listing(console, listing)


def read_code(file: Path) -> bytes:
    """The bytes of a .wasm file, or of what .wat text means."""
    try:
        data = file.read_bytes()
        return bytes(wasmtime.wat2wasm(data.decode())) if file.suffix == ".wat" else data
    except (OSError, UnicodeDecodeError, wasmtime.WasmtimeError) as error:
        typer.echo(f"{file}: {error}", err=True)
        raise typer.Exit(UNREADABLE) from None


def check_or_leave(code: bytes) -> CheckedCode:
    """The checked code; where it is invalid, production's reason is printed and the command ends."""
    try:
        return check_and_instrument_code(code)
    except Rejected as rejected:
        typer.echo(f"{'verdict':<13}invalid: {describe_refusal(rejected)}")
        raise typer.Exit(INVALID) from None


def describe_refusal(rejected: Rejected) -> str:
    """The refusal under production's names: `Export.ExcessExport (1)`."""
    reason = rejected.reason
    if not isinstance(reason, CodeRejection):
        return str(rejected)
    name = reason.outer if reason.inner is None else f"{reason.outer}.{reason.inner}"
    carried = [
        ", ".join(f"{key} {value}" for key, value in argument.items()) if isinstance(argument, dict) else str(argument)
        for argument in rejected.arguments
    ]
    return f"{name} ({', '.join(carried)})" if carried else name


def _print_sections(checked: CheckedCode) -> None:
    sizes = checked.instrumented.section_sizes
    table = Table("section", "bytes", "gas", box=None)
    for column in table.columns[1:]:
        column.justify = "right"
    for name, cost in zip(SECTIONS, compute_section_costs(sizes), strict=True):
        table.add_row(name, f"{int(getattr(sizes, f'{name}_section')):,}", f"{cost:,}")
    table.add_row("before a run", "", f"{compute_preparation_cost(sizes, 0):,}")
    Console(highlight=False).print(table)


def _print_listing(console: Console, listing: Listing) -> None:
    console.print(f"\n{listing.title}", markup=False, style="bold")
    for line in listing.lines:
        sign = "+" if line.injected else " "
        note = f"   ;; charge for position {line.block.start}: {line.block.cost:,}" if line.block else ""
        style = "green" if line.injected else None
        console.print(f"{sign} {'  ' * line.depth}{line.text}{note}", markup=False, style=style)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
