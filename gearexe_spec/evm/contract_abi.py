"""Calls, results, events and errors of a contract by name, from its JSON ABI.

Encoding is eth-abi's, not the specification's: the oracle shall not repeat our mistakes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from eth_abi import abi as eth_abi

from gearexe_spec.crypto.hashes import keccak256

JsonAbi = list[dict[str, Any]]
Values = dict[str, Any]

ERROR_STRING = bytes.fromhex("08c379a0")
PANIC = bytes.fromhex("4e487b71")


@dataclass(frozen=True)
class Parameter:
    """A parameter, result or member of a struct.

    Args:
        name: `arg0`, `arg1`, … by position where the ABI has none.
        kind: the ABI type, tuples spelled out: `(address,bytes32)[]`.
        members: of the struct, where it is one.
        indexed: stands in a topic of an event.
    """

    name: str
    kind: str
    members: tuple[Parameter, ...]
    indexed: bool

    @property
    def is_list(self) -> bool:
        """Whether it is an array of whatever the members say."""
        return self.kind.endswith("]")


@dataclass(frozen=True)
class Signature:
    """A function, event or error."""

    name: str
    inputs: tuple[Parameter, ...]
    outputs: tuple[Parameter, ...] = ()

    @cached_property
    def text(self) -> str:
        """`transfer(address,uint256)`."""
        return f"{self.name}{tuple_kind(self.inputs)}"

    @cached_property
    def topic(self) -> bytes:
        """Keccak-256 of the text."""
        return keccak256(self.text.encode())

    @property
    def selector(self) -> bytes:
        """The first 4 bytes of it."""
        return self.topic[:4]


class ContractAbi:
    """The functions, events and errors of one contract."""

    def __init__(self, abi: JsonAbi) -> None:
        entries = [(entry["type"], read_signature(entry)) for entry in abi if "name" in entry]
        self.functions = {signature.name: signature for kind, signature in entries if kind == "function"}
        self.events = {signature.topic: signature for kind, signature in entries if kind == "event"}
        self.errors = {signature.selector: signature for kind, signature in entries if kind == "error"}
        self.selectors = {signature.selector: signature for kind, signature in entries if kind == "function"}
        constructors = [entry for entry in abi if entry["type"] == "constructor"]
        self.constructor = read_parameters(constructors[0].get("inputs", [])) if constructors else ()

    def encode_call(self, function: str, *arguments: Any) -> bytes:
        """Calldata of a function: the selector and the arguments; structs as mappings or sequences."""
        signature = self.functions[function]
        return signature.selector + encode(signature.inputs, arguments)

    def encode_constructor(self, *arguments: Any) -> bytes:
        """What follows the creation code."""
        return encode(self.constructor, arguments)

    def decode_call(self, calldata: bytes) -> tuple[str, Values]:
        """Name and arguments of a call.

        Raises:
            KeyError: no function has this selector.
        """
        signature = self.selectors[calldata[:4]]
        return signature.name, decode(signature.inputs, calldata[4:])

    def decode_returns(self, function: str, data: bytes) -> Values:
        """The results of a function by name."""
        return decode(self.functions[function].outputs, data)

    def decode_event(self, topics: Sequence[bytes], data: bytes) -> tuple[str, Values] | None:
        """Name and arguments of an event, None for one that is not the contract's."""
        signature = self.events.get(topics[0]) if topics else None
        if signature is None:
            return None
        indexed = [parameter for parameter in signature.inputs if parameter.indexed]
        plain = [parameter for parameter in signature.inputs if not parameter.indexed]
        values = decode(plain, data)
        for parameter, topic in zip(indexed, topics[1:], strict=True):
            values |= decode([parameter], topic)
        return signature.name, {parameter.name: values[parameter.name] for parameter in signature.inputs}

    def decode_error(self, data: bytes) -> tuple[str, Values]:
        """Name and arguments of revert data; `Panic`, `Error`, `empty` and `unknown` are names too."""
        if data[:4] == PANIC:
            return "Panic", {"code": int.from_bytes(data[4:], "big")}
        if data[:4] == ERROR_STRING:
            return "Error", {"message": eth_abi.decode(["string"], data[4:])[0]}
        if data[:4] in self.errors:
            signature = self.errors[data[:4]]
            return signature.name, decode(signature.inputs, data[4:])
        return ("unknown", {"data": data}) if data else ("empty", {})


def read_signature(entry: Mapping[str, Any]) -> Signature:
    """A function, event or error from its JSON."""
    return Signature(entry["name"], read_parameters(entry.get("inputs", [])), read_parameters(entry.get("outputs", [])))


def read_parameters(entries: Sequence[Mapping[str, Any]]) -> tuple[Parameter, ...]:
    """Parameters from their JSON."""
    return tuple(read_parameter(entry, place) for place, entry in enumerate(entries))


def read_parameter(entry: Mapping[str, Any], place: int) -> Parameter:
    """A parameter from its JSON."""
    kind, members = entry["type"], read_parameters(entry.get("components", []))
    if kind.startswith("tuple"):
        kind = tuple_kind(members) + kind.removeprefix("tuple")
    return Parameter(entry["name"] or f"arg{place}", kind, members, entry.get("indexed", False))


def tuple_kind(parameters: Sequence[Parameter]) -> str:
    """`(address,uint256)`."""
    return f"({','.join(parameter.kind for parameter in parameters)})"


def encode(parameters: Sequence[Parameter], arguments: Sequence[Any]) -> bytes:
    """Standard ABI encoding of arguments in order."""
    plain = [
        to_positions(parameter, argument, parameter.is_list)
        for parameter, argument in zip(parameters, arguments, strict=True)
    ]
    return eth_abi.encode([parameter.kind for parameter in parameters], plain)


def decode(parameters: Sequence[Parameter], data: bytes) -> Values:
    """The values by name, structs as dictionaries, lists as lists, addresses and byte strings as bytes.

    Raises:
        eth_abi.exceptions.DecodingError: the data is none of these types.
    """
    values = eth_abi.decode([parameter.kind for parameter in parameters], data, strict=False)
    return {
        parameter.name: to_names(parameter, value, parameter.is_list)
        for parameter, value in zip(parameters, values, strict=True)
    }


def to_positions(parameter: Parameter, value: Any, is_list: bool) -> Any:
    """Structs as tuples, as eth-abi takes them; addresses as text, since it takes no bytes of a subclass."""
    if is_list:
        return [to_positions(parameter, item, False) for item in value]
    if parameter.members:
        parts = [value[member.name] for member in parameter.members] if isinstance(value, Mapping) else value
        return tuple(
            to_positions(member, part, member.is_list) for member, part in zip(parameter.members, parts, strict=True)
        )
    if isinstance(value, bytes):
        return "0x" + value.hex() if parameter.kind.startswith("address") else bytes(value)
    return value


def to_names(parameter: Parameter, value: Any, is_list: bool) -> Any:
    """Tuples as dictionaries, addresses as bytes."""
    if is_list:
        return [to_names(parameter, item, False) for item in value]
    if parameter.members:
        return {
            member.name: to_names(member, part, member.is_list)
            for member, part in zip(parameter.members, value, strict=True)
        }
    return bytes.fromhex(value[2:]) if parameter.kind.startswith("address") else value
