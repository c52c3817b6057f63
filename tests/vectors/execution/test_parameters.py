"""Gas and value at the borders."""

import pytest

from gearexe_spec.conformance.vectors.forms import Flag
from gearexe_spec.conformance.vectors.recorder import Recorder

U64_END = (1 << 64) - 1


@pytest.mark.parametrize("gas", [0, 1, 10**12, U64_END])
def test_value_of_gas(vectors: Recorder, gas: int) -> None:
    """A hundred wei for a unit of gas (EXE-21)."""
    vectors.hash("parameters/computeValueOfGas", {"gas": gas}, flags=[Flag.BOUNDARY])


@pytest.mark.parametrize("value", [0, 99, 100, 100 * U64_END + 99, 100 * (U64_END + 1), (1 << 128) - 1])
def test_gas_of_value(vectors: Recorder, value: int) -> None:
    """The low 64 bits of the quotient: very much value buys little (EXE-21)."""
    flags = [Flag.BOUNDARY, Flag.ANOMALY] if value > 100 * U64_END + 99 else [Flag.BOUNDARY]
    vectors.hash("parameters/computeGasOfValue", {"value": value}, flags=flags)


@pytest.mark.parametrize("balance", [0, 99, 10**14 - 1, 10**14, 10**14 + 100, 100 * (1 << 64)])
def test_gas_limit(vectors: Recorder, balance: int) -> None:
    """What the executable balance buys, 10^12 at most (EXE-22)."""
    vectors.hash("parameters/computeGasLimit", {"executableBalance": balance}, flags=[Flag.BOUNDARY])
