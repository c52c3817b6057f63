"""Bytes and hashes computed by hand with an independent encoder, and values stated in production's tests."""

from __future__ import annotations

from dataclasses import replace

import pytest
from immutables import Map

from gearexe_spec.base.fixed_bytes import Bytes32
from gearexe_spec.base.ids import ActorId, MessageId
from gearexe_spec.base.numeric import U32, U64, U128
from gearexe_spec.crypto.hashes import blake2b256
from gearexe_spec.crypto.ids import compute_outgoing_id, compute_reply_id
from gearexe_spec.execution import journal
from gearexe_spec.execution.codes import ReplyCode
from gearexe_spec.execution.message import ContextStore, DispatchKind, ReplyInfo
from gearexe_spec.executor.injected_transaction import InjectedTransaction, compute_transaction_id
from gearexe_spec.onchain.commitments import hash_message, hash_value_claim
from gearexe_spec.program.allocations import ALLOCATIONS, merge_intervals
from gearexe_spec.program.dispatch import (
    DISPATCH_STASH,
    MESSAGE_QUEUE,
    USER_MAILBOX,
    WAITLIST,
    DelayedDispatch,
    Dispatch,
    Expiring,
    MailboxMessage,
    MessageType,
    automatic_reply,
    dispatch,
)
from gearexe_spec.program.fifo import Fifo
from gearexe_spec.program.journal_handling import DispatchJournal, apply_journal
from gearexe_spec.program.mailbox import MAILBOX
from gearexe_spec.program.outcome import (
    Message,
    StateTransition,
    ValueClaim,
    digest_transition,
    to_on_chain_claim,
    to_on_chain_message,
)
from gearexe_spec.program.pages import EMPTY_PAGES, MEMORY_PAGES, MEMORY_PAGES_REGION
from gearexe_spec.program.payload import DirectPayload, payload_lookup, store_payload
from gearexe_spec.program.promise import hash_reply
from gearexe_spec.program.run_notes import DispatchOrigin, RunCounters, apply_run_notes
from gearexe_spec.program.schedule import (
    SendDispatch,
    SendUserMessage,
    WakeMessage,
    schedule,
    schedule_task,
    take_due_tasks,
)
from gearexe_spec.program.state import ZERO_STATE, ZERO_STATE_HASH, hash_state, program_state, read_state, write_state
from gearexe_spec.program.storage import Reference, Storage
from gearexe_spec.program.tasks import apply_due_tasks, restore_schedule
from tests.program.networks import in_block, send
from tests.program.networks import program_state as make_state


def actor(number: int) -> ActorId:
    return ActorId.from_u64(U64(number))


def message(number: int) -> MessageId:
    return MessageId.from_u64(U64(number))


EVENT_DESTINATION = ActorId(bytes(12) + b"\xff" * 20)


def plain(number: int, kind: DispatchKind, payload: bytes = b"", **changes: object) -> Dispatch:
    made = Dispatch(
        id=message(number),
        kind=kind,
        source=actor(10),
        payload=DirectPayload(payload),
        value=U128(0),
        details=None,
        context=None,
        message_type=MessageType.Canonical,
        call=False,
    )
    return replace(made, **changes)


def hash_of(reference: Reference[object]) -> str:
    return reference.required_hash.hex()


def test_d1_the_zero_state_is_never_stored() -> None:
    assert program_state.encode(ZERO_STATE) == bytes(47)
    assert blake2b256(bytes(47)).hex() == "238c92cc9e2a558971bcb3e6e55eb68a6520f029fb0ea952f18e688f9bd7c78f"
    storage, key = write_state(Storage.empty(), ZERO_STATE)
    assert key == ZERO_STATE_HASH
    assert not storage.blobs
    assert read_state(storage, key) == ZERO_STATE


def test_d2_executable_balance_alone() -> None:
    state = replace(ZERO_STATE, executable_balance=U128(350_000_000_000))
    assert program_state.encode(state) == bytes(31) + bytes.fromhex("002ca07d510000000000000000000000")
    assert hash_state(state).hex() == "01fc91128bf08c809a32d0c11a0d6a6f0ffe9d013215c20d30a00b476a0fd180"


def test_d3_to_d7_queues_and_their_states() -> None:
    first = plain(1, DispatchKind.Init)
    assert dispatch.encode(first) == message(1) + b"\0" + actor(10) + bytes(2) + bytes(16) + bytes(4)
    assert len(dispatch.encode(first)) == 87
    queue = Fifo([first])
    assert (
        hash_of(Reference.to(MESSAGE_QUEUE, queue))
        == "aaebfe4c3090c291846dd8896e555984066609cc71e8ba28a1afd72c3d40c210"
    )
    state = replace(ZERO_STATE, executable_balance=U128(350_000_000_000))
    state = state.with_queue(MessageType.Canonical, queue)
    assert len(program_state.encode(state)) == 79
    assert hash_state(state).hex() == "9dd18d70e3a9ca1c3913337bd8b7eba9ef189612a20b6969c8ca03faa463911e"

    pings = Fifo([plain(1, DispatchKind.Init, b"PING"), plain(2, DispatchKind.Handle, b"PING")])
    assert (
        hash_of(Reference.to(MESSAGE_QUEUE, pings))
        == "765ca630c40fc66962ffd1a89667ef93a39cdab7578411462242ee5a2db4eb05"
    )
    state = replace(ZERO_STATE, executable_balance=U128(150_000_000_000)).with_queue(MessageType.Canonical, pings)
    assert hash_state(state).hex() == "a4cea046b10a61a9b81f91219f14d6b811542937a593250ca930f2960abbb055"


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        (message(10), "0c4541958992ecc5a512981660c5ff6e572508754c27572ba1fb370efe2b9573"),
        (message(1), "cb064d9bdae378524b8bb23c3304b4849e8dcb697b0d883d96d1c1989e82d2bc"),
        (message(0), "2a2012c164d00762f938417652c48ed1dfb28acfc2a86e272e8c7b1b68e0316a"),
    ],
)
def test_d8_reply_ids(origin: MessageId, expected: str) -> None:
    assert compute_reply_id(origin).hex() == expected


def test_d9_outgoing_ids() -> None:
    ids = [compute_outgoing_id(message(1), U32(nonce)).hex() for nonce in (0, 1)]
    assert ids == [
        "01a796b4ca95388e8a67d6280ae081d465556d1a4fe66b3a2afaff452fda5321",
        "cf41625eea50f3f6cd7e87ed259816bc795bc7d98e095fcbf6b0fe2b08793fc8",
    ]


def test_d10_the_automatic_reply_of_an_event_destination() -> None:
    answer = automatic_reply(message(10), EVENT_DESTINATION, MessageType.Canonical)
    assert len(dispatch.encode(answer)) == 122
    queue = Reference.to(MESSAGE_QUEUE, Fifo([answer]))
    assert hash_of(queue) == "c97477c89f35bd13b89a2e20c25e9e8ebc428416ca537a76e831c65fd257747b"


def test_t9_d11_a_message_to_an_event_destination() -> None:
    program = actor(7)
    block = in_block({program: replace(ZERO_STATE, balance=U128(100))}, answers=True)
    note = send(message(1), 10, program, EVENT_DESTINATION, value=11)

    block, _ = apply_journal(block, DispatchJournal(program, MessageType.Canonical, False, (note,)), U64(10**12))

    assert hash_state(block.program(program)).hex() == (
        "ff1519ebbd08276baaeb966b4a593b57cfb4ba9df8409087f745c3696ad26798"
    )
    assert [claim.value for claim in block.modifications[program].claims] == [11]
    assert [outgoing.message.value for outgoing in block.modifications[program].messages] == [11]


def test_t10_d15_without_answers_the_message_goes_to_the_mailbox() -> None:
    program = actor(7)
    block = in_block({program: replace(ZERO_STATE, balance=U128(100))}, height=0)
    note = send(message(1), 10, program, actor(100), value=11)

    block, _ = apply_journal(block, DispatchJournal(program, MessageType.Canonical, False, (note,)), U64(10**12))

    assert hash_state(block.program(program)).hex() == (
        "9c94df7c0ebc73bca428778aa987c7a06b755a76b64b6f661c6df6b37279e207"
    )


def test_t11_a_delayed_message_to_an_event_destination() -> None:
    program = actor(7)
    block = in_block({program: replace(ZERO_STATE, balance=U128(100))}, height=0, answers=True)
    note = send(message(1), 10, program, EVENT_DESTINATION, value=11, delay=5)
    block, _ = apply_journal(block, DispatchJournal(program, MessageType.Canonical, False, (note,)), U64(10**12))
    assert block.program(program).balance == 89
    assert not block.modifications[program].messages

    block = replace(block, config=replace(block.config, height=U32(5)))
    block, _ = apply_due_tasks(block)

    assert block.program(program).stash.is_absent
    assert [claim.value for claim in block.modifications[program].claims] == [11]


def test_d12_long_payloads_are_stored_raw() -> None:
    storage, lookup = store_payload(Storage.empty(), b"\xfe" * 1024)
    assert payload_lookup.encode(lookup).hex() == ("0188ee08fa04847a00c117537ddf6c520004714eba1b4314c49f4b3a6dcc08e173")
    assert list(storage.blobs.values()) == [b"\xfe" * 1024]


def test_d13_d14_mailboxes() -> None:
    entry = MailboxMessage(DirectPayload(b"hi"), U128(11), MessageType.Canonical)
    of_user = Reference.to(USER_MAILBOX, Map({message(10): Expiring(entry, U32(75))}))
    assert hash_of(of_user) == "ecc72ad63f2fa34276b94b2b1c15a65b6ddeb1ecd7193e672074d8999c251bb1"
    mailbox = Reference.to(MAILBOX, Map({actor(100): of_user}))
    assert hash_of(mailbox) == "2da822b93916c5502303039b43170ca4c18f7b382d2ebcf109ee47d58081f89b"


def test_d16_d17_waitlist_and_stash() -> None:
    waiting = plain(2, DispatchKind.Handle, context=ContextStore())
    waitlist = Reference.to(WAITLIST, Map({message(2): Expiring(waiting, U32(110))}))
    assert hash_of(waitlist) == "084fce2df6f95f2a38b4a53a5f1c1b9e59588173fd4b7631034738209e0d278b"
    delayed = plain(10, DispatchKind.Handle, source=actor(7), value=U128(11))
    for user, expected in (
        (EVENT_DESTINATION, "91e951e802ab02e094285b197fb97da95f9f30ba98d2003baad101b5f899ac99"),
        (None, "841a33428ad7854e94fea310acb9cf546b356c87d6ee8c7b51a9c440498a0caa"),
    ):
        stash = Map({message(10): Expiring(DelayedDispatch(delayed, user), U32(5))})
        assert hash_of(Reference.to(DISPATCH_STASH, stash)) == expected


def test_d18_to_d22_pages_and_allocations() -> None:
    page = blake2b256(bytes(16_384))
    assert page.hex() == "087e8b8bdc8b93f4f83212c1d6c01af4c55d3c1d3412da45112e903df797c1cd"
    region = Reference.to(MEMORY_PAGES_REGION, Map({U32(0): page, U32(16): page}))
    assert hash_of(region) == "6b2a398a6abe63f3fa267dfd38cbec5c880cd9e486d52d9ead9abdd9ecbfbea3"
    assert (
        hash_of(Reference.to(MEMORY_PAGES, (region, *EMPTY_PAGES[1:])))
        == "b1fd079100eda8f30627da3e202b8e6486ed3d6f069658420c1341bb34dd43d1"
    )
    assert (
        hash_of(Reference.to(MEMORY_PAGES, EMPTY_PAGES))
        == "94c1c088cc9453996779630ad3af45cbd92814828dd784cf2aa12df95d1b8afe"
    )
    allocated = merge_intervals([(5, 5), (1, 2), (3, 3)])
    assert (
        hash_of(Reference.to(ALLOCATIONS, allocated))
        == "7c00347068acadee93cc8eb224e2c2052b72ca1ea94828ba1d0d1cb4daf075ef"
    )


def test_d25_reply_hash() -> None:
    reply = ReplyInfo(b"PONG", U128(0), ReplyCode.SuccessManual)
    assert hash_reply(reply).hex() == "9d6c39cd3f458d20c10d9d0017651105573398d7863a8280c59d05d96ec20a1c"


def test_d26_a_schedule() -> None:
    tasks = schedule_task(Map(), U32(110), WakeMessage(actor(7), message(2)))
    assert schedule.encode(tasks) == b"\x04\x6e\0\0\0\x04\x02" + actor(7) + message(2)


def test_d27_to_d29_digests() -> None:
    sent = Message(message(10), actor(100), b"hi", U128(11), None, False)
    claim = ValueClaim(message(10), EVENT_DESTINATION, U128(11))
    state = Bytes32.from_hex("9c94df7c0ebc73bca428778aa987c7a06b755a76b64b6f661c6df6b37279e207")
    transition = StateTransition(actor(7), state, False, ActorId.zero(), U128(11), True, (), (sent,))
    digests = [
        hash_message(to_on_chain_message(sent)).hex(),
        hash_value_claim(to_on_chain_claim(claim)).hex(),
        digest_transition(transition).hex(),
    ]
    assert digests == [
        "f0fa4c72de5e9c47a1880397bfffc643b464f55e496fec7494f1c61213168aa4",
        "0e67276c183accbe23e961587ba7cf84bf1c63b8d3b45502d96fa4e33ddc6373",
        "0fccbe36168cb092365f3e0f218c842a260524ff222dee2f2b50186451cb0eea",
    ]


def test_t1_the_id_of_an_injected_transaction() -> None:
    transaction = InjectedTransaction(
        destination=ActorId(bytes(12) + bytes.fromhex("ede8c947f1ce1a5add6c26c2db01ad1dcd377c72")),
        payload=b"",
        value=U128(0),
        reference_block=Bytes32.from_hex("b03574ea84ef2acbdbc8c04f8afb73c9d59f2fbd3bf82f37dcb2aa390372b702"),
        salt=bytes.fromhex("6c6db263a31830e072ea7f083e6a818df3074119be6eee60601a5f2f668db508"),
    )
    assert compute_transaction_id(transaction).hex() == (
        "70ab92fb3161d1feefbd4793ed1217574e71c802d4d8af01648863d3ba7e37c1"
    )


@pytest.mark.parametrize(
    ("kind", "is_panic", "is_first", "gas", "left"),
    [
        (MessageType.Injected, True, True, 1_000_000_000, 500_000_000_000),
        (MessageType.Injected, True, True, 1_000_000_001, 399_999_999_900),
        (MessageType.Canonical, True, True, 1_000_000_000, 400_000_000_000),
        (MessageType.Canonical, False, True, 1_000_000_000, 400_000_000_000),
        (MessageType.Injected, True, False, 1_000_000_000, 400_000_000_000),
    ],
)
def test_t5_to_t8_who_pays_for_a_panic(kind: MessageType, is_panic: bool, is_first: bool, gas: int, left: int) -> None:
    notes = (journal.GasBurned(message(1), U64(gas), is_panic),)
    state = make_state(executable=500_000_000_000)
    origin = DispatchOrigin(kind, is_first, False)
    result = apply_run_notes(Storage.empty(), state, RunCounters(U64(10**12)), origin, notes)
    assert result.state.executable_balance == left


def test_t18_t19_tasks_are_taken_in_order() -> None:
    tasks: Map[U32, Map[object, bool]] = Map()
    for height, number in ((20, 9), (5, 2), (5, 1), (15, 3), (21, 4)):
        program = actor(0 if number == 9 else number)
        tasks = schedule_task(tasks, U32(height), WakeMessage(program, message(number)))

    left, due = take_due_tasks(tasks, U32(20))

    assert [task.message_id[0] for task in due] == [1, 2, 3, 9]
    assert list(left) == [21]


def test_t32_t33_a_schedule_is_restored_from_states() -> None:
    program = actor(1)
    waiting = plain(1, DispatchKind.Handle)
    delayed = {
        message(2): Expiring(DelayedDispatch(plain(2, DispatchKind.Handle), None), U32(1000)),
        message(3): Expiring(DelayedDispatch(plain(3, DispatchKind.Handle), actor(5)), U32(1000)),
    }
    state = replace(
        ZERO_STATE,
        waitlist=Reference.to(WAITLIST, Map({message(1): Expiring(waiting, U32(1000))})),
        stash=Reference.to(DISPATCH_STASH, Map(delayed)),
    )
    block = in_block({program: state})
    restored = restore_schedule(block.storage, block.records)
    assert set(restored[U32(1000)]) == {
        WakeMessage(program, message(1)),
        SendDispatch(program, message(2)),
        SendUserMessage(message(3), program),
    }
