"""What the contracts of the economics say, in words: events, results and errors by the official ABIs.

Which contract stands where is not looked at: a topic or selector means the same in all of them, or is left unread.
"""

from __future__ import annotations

from collections.abc import Sequence

from eth_abi.exceptions import DecodingError

from gearexe_spec.evm.contract_abi import ERROR_STRING, PANIC, ContractAbi, Parameter, Signature, Values, decode
from gearexe_spec.evm.economics_artifacts import CONTRACTS, EconomicsArtifacts


class EconomicsReading:
    """Reads by the ABIs of all contracts.

    Args:
        artifacts: where the ABIs come from.

    Raises:
        ArtifactError: one is missing.
    """

    def __init__(self, artifacts: EconomicsArtifacts) -> None:
        abis = [artifacts[name].abi for name in CONTRACTS]
        self._errors = ContractAbi([])
        self._events: dict[tuple[bytes, int], Signature] = {}
        self._results: dict[bytes, set[tuple[Parameter, ...]]] = {}
        for abi in abis:
            self._errors.errors |= abi.errors
            for topic, event in abi.events.items():
                self._events[topic, sum(parameter.indexed for parameter in event.inputs)] = event
            for selector, function in abi.selectors.items():
                self._results.setdefault(selector, set()).add(function.outputs)

    def event(self, topics: Sequence[bytes], data: bytes) -> str | None:
        """An event with its arguments; None for one of another contract."""
        signature = self._events.get((topics[0], len(topics) - 1)) if topics else None
        if signature is None:
            return None
        plain = _read([parameter for parameter in signature.inputs if not parameter.indexed], data)
        indexed = _read([parameter for parameter in signature.inputs if parameter.indexed], b"".join(topics[1:]))
        if plain is None or indexed is None:
            return None
        values = plain | indexed
        return _words(signature.name, {parameter.name: values[parameter.name] for parameter in signature.inputs})

    def result(self, calldata: bytes, data: bytes) -> str | None:
        """What a function returned; None where no contract has it, or two differ in it, or nobody answered."""
        outputs = self._results.get(calldata[:4], set())
        return _words("returns", _read(next(iter(outputs)), data)) if len(outputs) == 1 else None

    def error(self, data: bytes) -> str | None:
        """A named error with its arguments; None for others."""
        if data[:4] not in {PANIC, ERROR_STRING, *self._errors.errors}:
            return None
        try:
            return _words(*self._errors.decode_error(data))
        except DecodingError:
            return None


def _read(parameters: Sequence[Parameter], data: bytes) -> Values | None:
    try:
        return decode(parameters, data)
    except DecodingError:
        return None


def _words(name: str, values: Values | None) -> str | None:
    return None if values is None else f"{name}({', '.join(f'{key} {_word(value)}' for key, value in values.items())})"


def _word(value: object) -> str:
    if isinstance(value, bytes):
        return "0x" + value.hex()
    return f"[{', '.join(map(_word, value))}]" if isinstance(value, list) else str(value)
