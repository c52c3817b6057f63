"""Words of storage written from outside, one by one, and what the contracts tell then (ROU-240 to ROU-242)."""

from __future__ import annotations

import random
from collections.abc import Iterator

from gearexe_spec.conformance.vectors.recorder import Recorder
from gearexe_spec.conformance.wire import Apply
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.evm.storage_view import ROUTER_V1
from gearexe_spec.fuzzing.contract_histories import History
from gearexe_spec.fuzzing.contract_settlement import MIRROR, ROUTER
from tests.vectors.onchain.test_histories import live, record

SEED = 3
WORD = int.from_bytes(bytes(range(1, 33)), "big")
"""Every byte another one."""
OF_THE_ROUTER = (*range(11), *range(14, 17), *range(20, 25), *range(27, 33))
"""All but those of maps, lists and pointers to stored bytes."""
ADDRESSES = (5, 6, 7)
OF_A_PROGRAM = range(4)
UNPACKED_OWNER = int.from_bytes(b"\xaa" * 20, "big")
SHARED = {"Ownable": UNPACKED_OWNER, "Initializable": 7, "Pausable": 1}


def namespace(name: str) -> int:
    """The slot of one of OpenZeppelin's namespaces."""
    inner = int.from_bytes(keccak256(f"openzeppelin.storage.{name}".encode()), "big") - 1
    return int.from_bytes(keccak256(inner.to_bytes(32, "big")), "big") & ~0xFF


def test_words_of_the_router(vectors: Recorder) -> None:
    """Each word is written, all bits of it, and emptied; the summary of the Router shows what it holds (ROU-241)."""
    history = History(random.Random(SEED))
    record(vectors, *live(history, router_words(history)))


def router_words(history: History) -> Iterator[Apply]:
    yield from history.deployment()
    chain = history.chain
    for distance in OF_THE_ROUTER:
        yield chain.set_storage(chain.router, ROUTER_V1 + distance, WORD % 2**160 if distance in ADDRESSES else WORD)
        yield chain.call(chain.users[1], chain.router, ROUTER.encode_call("storageView"), dry=True)
        yield chain.set_storage(chain.router, ROUTER_V1 + distance, 0)


def test_words_of_a_program(vectors: Recorder) -> None:
    """The four words of a clone, and what its getters tell; flags are set by any bit of their byte (ROU-242)."""
    history = History(random.Random(SEED))
    record(vectors, *live(history, program_words(history)))


def program_words(history: History) -> Iterator[Apply]:
    yield from history.deployment()
    yield from history.first_program()
    chain, program = history.chain, history.chain.predict(0, 0, "full")
    for place in OF_A_PROGRAM:
        for value in (WORD, WORD & ~0xFF, 0):
            yield chain.set_storage(program, place, value)
            for name in ("stateHash", "nonce", "exited", "inheritor", "initializer"):
                yield chain.call(chain.users[1], program, MIRROR.encode_call(name), dry=True)


def test_words_of_libraries(vectors: Recorder) -> None:
    """Owner, version and pause of the Router, where OpenZeppelin keeps them (ROU-240)."""
    history = History(random.Random(SEED))
    record(vectors, *live(history, shared_words(history)))


def shared_words(history: History) -> Iterator[Apply]:
    yield from history.deployment()
    chain = history.chain
    for name, value in SHARED.items():
        yield chain.set_storage(chain.router, namespace(name), value)
        for view in ("owner", "paused"):
            yield chain.call(chain.users[1], chain.router, ROUTER.encode_call(view), dry=True)
        yield chain.call(chain.deployer, chain.router, ROUTER.encode_call("pause"), dry=True)
        yield chain.call(chain.deployer, chain.router, ROUTER.encode_call("reinitialize"), dry=True)


def test_impossible_timelines(vectors: Recorder) -> None:
    """Eras of no length or of all time, a fraction over zero: who divides or adds panics (ROU-70 to ROU-72)."""
    history = History(random.Random(SEED))
    record(vectors, *live(history, impossible_timelines(history)))


def impossible_timelines(history: History) -> Iterator[Apply]:
    """The deployment, then a word and what is asked of it, and the word as it was."""
    yield from history.deployment()
    chain, committee = history.chain, history.committee
    x, y = chain.first_set.aggregated_key
    validators = {
        "hasAggregatedPublicKey": True,
        "aggregatedPublicKey": {"x": x, "y": y},
        "verifiableSecretSharingCommitment": b"",
        "validators": chain.first_set.addresses,
        "eraIndex": 1,
    }
    for distance, value, before in ((22, 0, chain.era), (22, 2**256 - 1, chain.era), (23, 2**256 - 1, chain.election)):
        yield chain.set_storage(chain.router, ROUTER_V1 + distance, value)
        yield committee.commit_only(validatorsCommitment=[validators])
        yield committee.commit_only()
        yield chain.set_storage(chain.router, ROUTER_V1 + distance, before)
    yield chain.set_storage(chain.router, ROUTER_V1 + 8, 2)
    yield committee.commit_only()
    yield chain.call(chain.users[1], chain.router, ROUTER.encode_call("validatorsThreshold"), dry=True)
