"""`gearexe-spec explain`: what a call of the contracts says, its hashes and signers, and what would become of it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.numeric import U256
from gearexe_spec.base.rejection import NotSpecifiedYet
from gearexe_spec.conformance.explanation import (
    DecodedCall,
    NotACall,
    SignedBatch,
    decode_call,
    decode_signed_batch,
    judge_checks,
    list_hashes,
    list_signers,
    read_hex,
)
from gearexe_spec.conformance.explanation_reasons import Judged, moment, say_why
from gearexe_spec.conformance.onchain_world import MalformedState, Roles, world_from_paths
from gearexe_spec.conformance.operations.contract_abi import CONTRACTS, contract_abi
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.onchain.commitment_abi import SignatureType
from gearexe_spec.onchain.commitments import compute_signed_digest, hash_batch_commitment
from gearexe_spec.onchain.environment import UnexpectedForeignCall
from gearexe_spec.onchain.eras import compute_threshold, select_signers
from gearexe_spec.onchain.transaction import Applied, Call, Result, apply_call
from gearexe_spec.onchain.world import Block, CloneInitcode, RouterStorage, World

UNDERSTOOD, WOULD_REVERT, NOT_UNDERSTOOD = 0, 1, 2
LONGEST = 100
"""Characters of a byte string that are shown."""


@dataclass(frozen=True, slots=True)
class Situation:
    """A state that a call may be judged in.

    Args:
        world: of the contracts.
        block: the next one.
        router: its Router.
        wvara: its token, if known.
    """

    world: World
    block: Block
    router: Address
    wvara: Address | None


def explain(  # noqa: PLR0917  # one parameter per option
    calldata: Annotated[str, typer.Argument(help="Hexadecimal; `-` reads standard input, `@FILE` a file.")],
    state: Annotated[Path | None, typer.Option(help="State of the contracts, see spec/31-wire.md.")] = None,
    router: Annotated[str | None, typer.Option(help="Address of the Router, for digest and signers.")] = None,
    to: Annotated[str | None, typer.Option(help="Called contract; by default the Router or the token.")] = None,
    sender: Annotated[str | None, typer.Option("--from", help="Caller; by default the zero address.")] = None,
    value: Annotated[str, typer.Option(help="Wei, decimal or 0x.")] = "0",
    blob: Annotated[list[str] | None, typer.Option(help="Versioned hash of a blob; may be repeated.")] = None,
) -> None:
    """Explain a call of the Router, a Mirror, the token, BatchMulticall or the Middleware.

    With a state it says which checks pass and what would happen; the exit code is 1 if the call would revert.
    """
    console = Console(highlight=False, soft_wrap=True)
    try:
        situation = read_situation(state) if state else None
        call = decode_call(read_hex(read_text(calldata)))
        show_call(console, call)
        batch = decode_signed_batch(call)
        known_router = read_address(router) if router else (situation.router if situation else None)
        if batch is not None:
            show_batch(console, batch, known_router, situation)
        if situation is None:
            raise typer.Exit(UNDERSTOOD)
        request = Call(
            sender=read_address(sender) if sender else Address.zero(),
            to=read_address(to) if to else default_target(call, situation),
            data=call.data,
            value=U256(int(value, 0)),
            blob_hashes=tuple(Bytes32.from_hex(text) for text in blob or ()),
        )
        check_known(situation, request.to)
        result = apply_call(situation.world, situation.block, request)
        judged = Judged(batch, router_storage(situation), request.to, situation.block) if batch else None
        raise typer.Exit(show_judgement(console, call, judged, result))
    except (NotACall, MalformedState, ValueError, ArithmeticError, NotSpecifiedYet, UnexpectedForeignCall) as problem:
        console.print(str(problem), markup=False)
        raise typer.Exit(NOT_UNDERSTOOD) from problem


def read_text(argument: str) -> str:
    """The calldata, from wherever it stands."""
    if argument == "-":
        return sys.stdin.read()
    if argument.startswith("@"):
        try:
            return Path(argument[1:]).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise NotACall(f"{argument[1:]} cannot be read: {error}") from error
    return argument


def read_address(text: str) -> Address:
    """An address from its text."""
    try:
        return Address.from_hex(text)
    except ValueError as error:
        raise NotACall(f"{text} is no address: 40 hexadecimal digits are expected.") from error


def read_situation(path: Path) -> Situation:
    """The state in a file.

    Raises:
        MalformedState: it cannot be read, or lacks something.
    """
    try:
        parts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        addresses = parts["addresses"]
        router = Address.from_hex(addresses["router"])
        wvara, mirror = (
            Address.from_hex(addresses[name]) if name in addresses else None for name in ("wvara", "mirror")
        )
        hashes = parts.get("cloneInitcodeHashes")
        initcode = CloneInitcode(*(Bytes32.from_hex(hashes[name]) for name in ("small", "full"))) if hashes else None
        paths = parts["state"]
        paths = paths if isinstance(paths, dict) else dict(paths)
        world = world_from_paths(paths, Roles(router, wvara, mirror), U256(number(parts.get("chainId", 1))), initcode)
        block = Block(
            U256(number(parts["block"]["number"])), U256(number(parts["block"]["timestamp"])), hashes_of(parts)
        )
        return Situation(world, block, router, wvara)
    except (OSError, KeyError, TypeError, ValueError, ArithmeticError) as error:
        what = f"lacks {error}" if isinstance(error, KeyError) else str(error)
        raise MalformedState(f"The state {path} cannot be used: {what}") from error


def hashes_of(parts: Mapping[str, Any]) -> Any:
    """The block hashes of a state: listed by number, or made of a salt as recordings make them."""
    listed = {int(name, 0): Bytes32.from_hex(text) for name, text in parts.get("blockHashes", {}).items()}
    salt = bytes.fromhex(str(parts.get("blockHashSalt", "0x"))[2:])

    def hash_of(height: int) -> Bytes32:
        if height in listed:
            return listed[height]
        return keccak256(salt + height.to_bytes(32, "big")) if salt else Bytes32.zero()

    return hash_of


def number(form: Any) -> int:
    """A number, or its text."""
    return int(form, 0) if isinstance(form, str) else int(form)


def default_target(call: DecodedCall, situation: Situation) -> Address:
    """Where a call goes if nobody says."""
    if call.contract == "Router":
        return situation.router
    if call.contract == "WrappedVara" and situation.wvara is not None:
        return situation.wvara
    raise NotACall(f"Say with --to which {call.contract} is called.")


def check_known(situation: Situation, target: Address) -> None:
    """A state tells nothing of contracts that it does not hold.

    Raises:
        NotACall: there is no code at the address.
    """
    if situation.world.account(target).code is None:
        raise NotACall(
            f"The state holds no contract at {target}, so what the call would lead to is not known. On chain, a call of"
            " an account without code succeeds and does nothing."
        )


def router_storage(situation: Situation) -> RouterStorage:
    """The Router's storage."""
    return situation.world.account(situation.router).storage.router


def show_call(console: Console, call: DecodedCall) -> None:
    """Function and arguments."""
    sharing = [name for name in CONTRACTS if call.data[:4] in contract_abi(name).selectors]
    console.print(f"{' or '.join(sharing)}: {call.function}", markup=False)
    for name, value in call.arguments.items():
        for line in argument_lines(name, value, "  "):
            console.print(line, markup=False)


def argument_lines(name: str, value: Any, indent: str) -> Iterator[str]:
    """An argument, its parts below it."""
    if isinstance(value, Mapping):
        yield f"{indent}{name}"
        parts: list[tuple[str, Any]] = list(value.items())
    elif isinstance(value, (list, tuple)):
        yield f"{indent}{name}: {len(value) or 'none'}"
        parts = [(str(index), inner) for index, inner in enumerate(value)]
    else:
        yield f"{indent}{name}: {meant(name, value)}"
        return
    for part, inner in parts:
        yield from argument_lines(part, inner, indent + "  ")


def meant(name: str, value: Any) -> str:
    """A value as text, in the words of its name."""
    if name == "_signatureType" and value in (0, 1):
        return f"{value} ({SignatureType(value).name})"
    if isinstance(value, int) and name.lower().endswith(("timestamp", "deadline")):
        return moment(value)
    return shown(value)


def shown(value: Any) -> str:
    """A value as text."""
    if isinstance(value, bytes):
        text = "0x" + value.hex()
        return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(value)} bytes)"
    return str(value)


def show_batch(console: Console, signed: SignedBatch, router: Address | None, situation: Situation | None) -> None:
    """Hashes up to the digest, and signers."""
    console.print("\nHashes")
    for name, digest in list_hashes(signed.batch):
        console.print(f"  {digest}  {name}", markup=False)
    if router is None:
        console.print("  Say with --router which Router is called, to see the digest and who signed it.")
        return
    digest = compute_signed_digest(router, hash_batch_commitment(signed.batch))
    console.print(f"  {digest}  signed digest for Router {router}", markup=False)

    console.print("\nSigners")
    if signed.kind is SignatureType.FROST:
        console.print("  one FROST signature of the whole set; it names nobody")
    members: frozenset[Address] | None = None
    if situation is not None:
        members = show_required(console, signed, situation)
    for index, signer in enumerate(list_signers(signed, router)):
        who = str(signer.address) if signer.address else f"nobody: {signer.problem}"
        note = "" if members is None or signer.address is None else f"  {standing(signer.address, members)}"
        console.print(f"  {index}  {who}{note}", markup=False)


def standing(address: Address, members: frozenset[Address]) -> str:
    """Whether somebody is a validator."""
    return "validator" if address in members else "no validator now"


def show_required(console: Console, signed: SignedBatch, situation: Situation) -> frozenset[Address] | None:
    """How many have to sign, as storage is before the batch."""
    router = router_storage(situation)
    try:
        required = select_signers(router, signed.batch.block_timestamp, situation.block.timestamp)
    except Exception as problem:
        console.print(f"  who has to sign is not known: {problem}", markup=False)
        return None
    count = U256(len(required.listed))
    threshold = compute_threshold(count, router.threshold_numerator, router.threshold_denominator)
    console.print(f"  {threshold} of {count} validators have to sign (before what the batch itself changes)")
    return required.members


def show_judgement(console: Console, call: DecodedCall, judged: Judged | None, result: Result) -> int:
    """Which checks pass, and what would happen; the exit code."""
    reason = None if isinstance(result, Applied) else result.rejected.reason
    batch = judged.signed if judged else None
    checks = list(judge_checks(call.function, reason.name if reason else None, batch))
    if checks:
        console.print("\nChecks")
    for check, passed in checks:
        mark = {True: "passes", False: "FAILS", None: "not reached"}[passed]
        console.print(f"  {mark:12}{check.rule:9}{check.words}", markup=False)
    console.print("\nOutcome")
    if isinstance(result, Applied):
        show_effects(console, call, result)
        return UNDERSTOOD
    console.print(f"  would revert: {revert_text(result.data)} (0x{result.data.hex()})", markup=False)
    why = say_why(result.rejected.reason.name, judged) if judged else None
    if why is not None:
        console.print(f"  {why}", markup=False)
    return WOULD_REVERT


def revert_text(data: bytes) -> str:
    """An error by name, with its arguments."""
    for contract in CONTRACTS:
        name, arguments = contract_abi(contract).decode_error(data)
        if name == "empty":
            return "without data: malformed arguments, missing code, too little balance or gas"
        if name != "unknown":
            return f"{name}({arguments_text(arguments)})" if arguments else name
    return "an error of a foreign contract"


def show_effects(console: Console, call: DecodedCall, result: Applied) -> None:
    """What everybody would see."""
    console.print("  would be accepted")
    for log in result.logs:
        console.print(f"  {log.address} emits {event_text(log.topics, log.data)}", markup=False)
    for made in result.calls:
        console.print(f"  {made.sender} calls {made.to} with {made.value} wei", markup=False)
    if result.output:
        console.print("  answers", markup=False)
        for name, value in contract_abi(call.contract).decode_returns(call.function, result.output).items():
            for line in argument_lines(call.function if name == "arg0" else name, value, "    "):
                console.print(line, markup=False)


def arguments_text(arguments: Mapping[str, Any]) -> str:
    """Arguments by name, in one line."""
    return ", ".join(f"{name} {shown(value)}" for name, value in arguments.items())


def event_text(topics: tuple[Bytes32, ...], data: bytes) -> str:
    """An event by name, where it is one of the contracts'."""
    for contract in CONTRACTS:
        try:
            found = contract_abi(contract).decode_event(topics, data)
        except Exception:  # a program's own event in the clothes of another
            continue
        if found is not None:
            return f"{found[0]}({arguments_text(found[1])})"
    return f"a program's own event with {len(topics)} topics and {len(data)} bytes"
