"""From operations to what a block is executed on (BLK-12 to BLK-16)."""

from typing import Any

import pytest

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.ids import ActorId
from gearexe_spec.base.numeric import U32, U64, U128
from gearexe_spec.conformance.json_form import to_json
from gearexe_spec.conformance.operations.blocks import EthereumBlock
from gearexe_spec.conformance.vectors.forms import Flag
from gearexe_spec.conformance.vectors.recorder import Recorder
from gearexe_spec.executor.ethereum_events import ExecutableBalanceTopUpRequested, FromMirror
from gearexe_spec.executor.node_records import BlockHeader
from tests.executor.validators import eb

ZERO = Bytes32.zero()
EVENT = FromMirror(ActorId(bytes(12) + b"\x01" * 20), ExecutableBalanceTopUpRequested(U128(5)))


def block(number: int, height: int | None = None, parent: Bytes32 | None = None, known: bool = True) -> EthereumBlock:
    """An Ethereum block with one event, or whose events are missing."""
    before = (eb(number - 1) if number else ZERO) if parent is None else parent
    header = BlockHeader(U32(30 + number if height is None else height), U64(1_000 + 10 * number), before)
    return EthereumBlock(header, (EVENT,) if known else None)


def chain(*without: int, **others: EthereumBlock) -> dict[Bytes32, EthereumBlock]:
    """Four blocks, less those left out; others replace theirs (`b2`)."""
    whole = {number: block(number) for number in range(4) if number not in without}
    whole |= {int(name[1:]): other for name, other in others.items()}
    return {eb(number): whole[number] for number in sorted(whole)}


def advance(number: int) -> dict[str, Any]:
    return {"advanceTillEthereumBlock": {"blockHash": to_json(eb(number))}}


def queues(version: str, gas: int = 7) -> dict[str, Any]:
    return {f"processQueues{version}": {"gasAllowance": hex(gas)}}


TASKS: dict[str, Any] = {"progressTasks": {}}
GENESIS_AT_ZERO = chain(b0=block(0, 0), b1=block(1, 1), b2=block(2, 2), b3=block(3, 3))
CASES: list[tuple[str, dict[Bytes32, EthereumBlock], dict[str, Any], list[dict[str, Any]]]] = [
    ("first", chain(), {}, [advance(2), TASKS, queues("V3")]),
    ("next", chain(), {"lastAdvanced": eb(1)}, [advance(3), TASKS, queues("V3")]),
    ("two_advances", chain(), {"lastAdvanced": eb(1)}, [advance(2), advance(3)]),
    ("nothing", chain(), {}, []),
    ("last_version_counts", chain(), {}, [queues("V3", 1), queues("V2", 2)]),
    ("validity_of_the_first_version_stays", chain(), {}, [queues("", 1), queues("V3", 2)]),
    ("anchor_unknown", chain(1), {"lastAdvanced": eb(1)}, []),
    ("target_unknown", chain(), {}, [advance(9)]),
    ("genesis_unknown", chain(), {"genesisBlock": eb(9), "startBlock": eb(9)}, []),
    ("start_is_not_genesis", chain(), {"startBlock": eb(1)}, [advance(2)]),
    ("start_not_synced", chain(0), {}, [advance(2)]),
    ("start_at_height_0", GENESIS_AT_ZERO, {}, [advance(2)]),
    ("older_target", chain(), {"lastAdvanced": eb(2)}, [advance(1)]),
    ("same_target", chain(), {"lastAdvanced": eb(2)}, [advance(2)]),
    ("same_target_twice", chain(), {"lastAdvanced": eb(1)}, [advance(2), advance(2)]),
    ("header_missing", chain(2), {"lastAdvanced": eb(1)}, [advance(3)]),
    ("another_branch", chain(b3=block(3, parent=eb(1))), {"lastAdvanced": eb(2)}, [advance(3)]),
    ("genesis_has_a_parent", chain(b0=block(0, parent=eb(8))), {}, [advance(2)]),
    ("events_missing", chain(b2=block(2, known=False)), {"lastAdvanced": eb(1)}, [advance(3)]),
    ("states_missing", chain(1), {"lastAdvanced": eb(1), "hasParentStates": False}, []),
]


@pytest.mark.parametrize(("name", "blocks", "changes", "operations"), CASES)
def test_block_input(
    name: str,
    blocks: dict[Bytes32, EthereumBlock],
    changes: dict[str, Any],
    operations: list[dict[str, Any]],
    vectors: Recorder,
) -> None:
    """Events behind the last advance, height and time of the new one, gas and mailbox of the queue operation."""
    form = {
        "ethereumBlocks": blocks,
        "hasParentStates": True,
        "startBlock": eb(0),
        "genesisBlock": eb(0),
        "lastAdvanced": ZERO,
        "operations": operations,
        **changes,
    }
    flags = [Flag.ANOMALY] if name == "validity_of_the_first_version_stays" else []
    vectors.hash("blocks/blockInput", form, name=name, flags=flags)
