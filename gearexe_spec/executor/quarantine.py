"""How deep an Ethereum block must lie before the executors may advance to it.

Rules: BLK-100 to BLK-103.
Source: ethexe/malachite/service/src/quarantine.rs.
"""

from __future__ import annotations

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.executor.node_view import NodeView


def find_anchor(view: NodeView, head: Bytes32, depth: int) -> Bytes32 | None:
    """The ancestor `depth` blocks below a head; None if the chain begins before that (BLK-100).

    Raises:
        Rejected: HeaderMissing, also that of the ancestor itself.
    """
    record = view.header(head)
    for _ in range(depth):
        if record.hash == view.start_block:
            return None
        record = view.header(record.parent_hash)
    return record.hash


def is_strict_descendant(view: NodeView, candidate: Bytes32, ancestor: Bytes32) -> bool:
    """Whether a block lies behind another one on its chain; every block lies behind zero (BLK-101 to BLK-103).

    Raises:
        Rejected: HeaderMissing.
    """
    if ancestor.is_zero():
        return True
    ancestor_height = view.header(ancestor).height
    cursor = view.header(candidate)
    for _ in range(int(cursor.height) - int(ancestor_height)):
        parent = cursor.parent_hash
        if parent == ancestor:
            return True
        if parent == view.start_block:
            return False
        cursor = view.header(parent)
    return False
