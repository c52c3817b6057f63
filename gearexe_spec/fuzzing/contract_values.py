"""Random arguments for any function of an ABI, of the right types, often with a meaning."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from gearexe_spec.evm.contract_abi import ContractAbi, Parameter

ADDRESS, WORD = 20, 32


def random_arguments(chance: random.Random, contract: ContractAbi, function: str, names: Sequence[bytes]) -> list[Any]:
    """Arguments in order.

    Args:
        chance: what is random.
        contract: its ABI.
        function: name.
        names: addresses and ids that mean something.
    """
    return [random_value(chance, parameter, names) for parameter in contract.functions[function].inputs]


def random_value(chance: random.Random, parameter: Parameter, names: Sequence[bytes]) -> Any:
    """A value of one type."""
    if parameter.is_list:
        single = Parameter(parameter.name, parameter.kind.removesuffix("[]"), parameter.members, False)
        count = int(single.kind.rpartition("[")[2][:-1]) if single.is_list else chance.randrange(4)
        return [random_value(chance, single, names) for _ in range(count)]
    if parameter.members:
        return [random_value(chance, member, names) for member in parameter.members]
    kind = parameter.kind
    if kind == "address":
        return chance.choice([bytes(ADDRESS), *(name for name in names if len(name) == ADDRESS)])
    if kind == "bool":
        return chance.random() < 0.5
    if kind == "bytes":
        return chance.randbytes(chance.choice([0, 3, 32, 40]))
    if kind.startswith("bytes"):
        width = int(kind.removeprefix("bytes"))
        return chance.choice([bytes(width), chance.randbytes(width), *(name for name in names if len(name) == width)])
    bits = int(kind.removeprefix("uint"))
    return chance.choice([0, 1, 2, 27, 28, chance.getrandbits(bits), 2**bits - 1]) % 2**bits
