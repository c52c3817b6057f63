"""`gearexe-spec demo`: one message travels all the way, on real parts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from gearexe_spec.cli.account import Account, page
from gearexe_spec.cli.story import Act, Story
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.evm.artifacts import load_artifacts
from gearexe_spec.evm.network import StepReverted
from gearexe_spec.shipped import shipped

AGREED, DIFFERED, UNUSABLE = 0, 1, 2
PING_CALL = keccak256(b"ping(bool)")[:4] + bytes(32)
"""`ping(false)`: the flag says that the reply need not come as a call."""


def demo(
    program: Annotated[Path | None, typer.Option(help="A Gear program (.wasm) in place of ours.")] = None,
    payload: Annotated[
        str, typer.Option(help="What is sent to --program, 0x hex: once to initialize it, once to handle.")
    ] = "0x",
    value: Annotated[int, typer.Option(min=0, help="Wei that the second message brings.")] = 0,
    artifacts: Annotated[
        Path | None, typer.Option(help="Folder of published artifacts (Router.json, Mirror.json, …) in place of ours.")
    ] = None,
    html: Annotated[Path | None, typer.Option(help="Write the account as one self-contained page.")] = None,
) -> None:
    """Deploy the contracts, upload a program, send it messages, execute them, commit the batch: the whole way.

    Every step on Ethereum runs on an EVM and in the specification. The exit code is 0 if they agreed.
    """
    console, errors = Console(highlight=False, soft_wrap=True), Console(stderr=True, soft_wrap=True)
    try:
        acts = _choose_acts(program, payload, value)
        story = Story(Account("Gear.exe: one message travels all the way", console), load_artifacts(artifacts))
        agreed = story.tell(acts)
    except (OSError, ValueError, StepReverted) as error:
        errors.print(f"gearexe-spec demo: {error}", markup=False)
        raise typer.Exit(UNUSABLE) from None

    outcome = "The specification and the EVM agree on every step."
    story.account.close(outcome if agreed else "The specification and the EVM differ.", agreed)
    if html is not None:
        html.write_text(page(story.account), encoding="utf-8")
        console.print(f"written: {html}", markup=False)
    raise typer.Exit(AGREED if agreed else DIFFERED)


def _choose_acts(program: Path | None, payload: str, value: int) -> list[Act]:
    """The user's program, or ours: ping behind a full Mirror, the counter behind a small one.

    Raises:
        OSError: the file cannot be read.
        ValueError: the payload is no hexadecimal.
    """
    if program is None:
        return [
            Act("ping", shipped("examples/ping.wasm").read_bytes(), init=b"PING", call=PING_CALL),
            Act("counter", shipped("examples/counter.wasm").read_bytes(), init=b"", handle=b"ADD", value=1000),
        ]
    try:
        sent = bytes.fromhex(payload.removeprefix("0x"))
    except ValueError:
        raise ValueError(f"--payload {payload}: hexadecimal digits are expected") from None
    return [Act(program.stem, program.read_bytes(), init=sent, handle=sent, value=value)]
