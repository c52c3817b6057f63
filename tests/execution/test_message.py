"""Messages and what they remember (EXE-10 to EXE-19)."""

from hypothesis import given
from hypothesis import strategies as st

from gearexe_spec.base.ids import ActorId, MessageId
from gearexe_spec.base.numeric import U32, U64, U128
from gearexe_spec.execution import message as m
from gearexe_spec.execution.codes import ReplyCode, SignalCode

ids = st.binary(min_size=32, max_size=32)
values = st.integers(0, U128.MAX).map(U128)
details = st.one_of(
    st.none(),
    st.builds(m.ReplyDetails, ids.map(MessageId), st.sampled_from(ReplyCode)),
    st.builds(m.SignalDetails, ids.map(MessageId), st.sampled_from(SignalCode)),
)
stores = st.builds(
    m.ContextStore,
    st.frozensets(ids.map(ActorId), max_size=3),
    st.integers(0, U64.MAX).map(U64),
    st.none() | st.integers(0, U64.MAX).map(U64),
    st.integers(0, U32.MAX).map(U32),
)
messages = st.builds(
    m.Message,
    ids.map(MessageId),
    ids.map(ActorId),
    ids.map(ActorId),
    st.binary(max_size=100),
    st.none() | st.integers(0, U64.MAX).map(U64),
    values,
    details,
)
stored = st.builds(
    m.StoredMessage,
    ids.map(MessageId),
    ids.map(ActorId),
    ids.map(ActorId),
    st.binary(max_size=100),
    values,
    details,
)


def test_a_fresh_store_is_fourteen_zero_bytes() -> None:
    assert m.context_store.encode(m.ContextStore()) == bytes(14)


def test_the_local_nonce_stands_at_the_end() -> None:
    assert m.context_store.encode(m.ContextStore(local_nonce=U32(3))) == bytes(10) + b"\x03\0\0\0"


def test_details_as_production_encodes_them() -> None:
    origin = MessageId(b"\xaf" + bytes(31))
    given_details = m.ReplyDetails(origin, ReplyCode.UnavailableReinstrumentationFailure)
    assert m.message_details.encode(given_details).hex() == "00af" + "00" * 31 + "010204"


def test_entries_and_answers() -> None:
    assert [kind.entry for kind in m.DispatchKind] == ["init", "handle", "handle_reply", "handle_signal"]
    assert [kind.is_answered for kind in m.DispatchKind] == [True, True, False, False]


@given(stores)
def test_stores_survive(store: m.ContextStore) -> None:
    assert m.context_store.decode(m.context_store.encode(store)) == store


@given(st.builds(m.Dispatch, st.sampled_from(m.DispatchKind), messages))
def test_sent_dispatches_survive(dispatch: m.Dispatch) -> None:
    assert m.dispatch.decode(m.dispatch.encode(dispatch)) == dispatch


@given(st.builds(m.StoredDispatch, st.sampled_from(m.DispatchKind), stored, st.none() | stores))
def test_stored_dispatches_survive(dispatch: m.StoredDispatch) -> None:
    assert m.stored_dispatch.decode(m.stored_dispatch.encode(dispatch)) == dispatch
