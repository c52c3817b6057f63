"""Mailboxes: what users have got from one program, per user.

Rules: PST-17 to PST-19.
"""

from __future__ import annotations

from immutables import Map

from gearexe_spec.base.ids import ActorId, MessageId
from gearexe_spec.codec.scale import Codec
from gearexe_spec.execution.message import actor_id
from gearexe_spec.program.dispatch import USER_MAILBOX, Expiring, MailboxMessage, UserMailbox
from gearexe_spec.program.storage import Kind, Reference, Storage, plain_reference
from gearexe_spec.program.tables import table

Mailbox = Map[ActorId, Reference[UserMailbox]]

mailbox: Codec[Mailbox] = table(actor_id, plain_reference(USER_MAILBOX))
MAILBOX: Kind[Mailbox] = Kind(mailbox, Map(), parts=lambda users: users.values())


def add_to_mailbox(
    storage: Storage, users: Mailbox, user: ActorId, message_id: MessageId, message: Expiring[MailboxMessage]
) -> Mailbox:
    """Put a message before a user (PST-18).

    Source: ethexe/runtime/common/src/state.rs `Mailbox::add_and_store_user_mailbox`.
    """
    messages = _of_user(storage, users, user).set(message_id, message)
    return users.set(user, Reference.to(USER_MAILBOX, messages))


def remove_from_mailbox(
    storage: Storage, users: Mailbox, user: ActorId, message_id: MessageId
) -> tuple[Mailbox, Expiring[MailboxMessage] | None]:
    """Take a message away; nothing changes if it is not there, and the last one takes the user's entry along.

    Rules: PST-19.
    Source: ethexe/runtime/common/src/state.rs `Mailbox::remove_and_store_user_mailbox`.
    """
    messages = _of_user(storage, users, user)
    message = messages.get(message_id)
    if message is None:
        return users, None
    left = messages.delete(message_id)
    return (users.set(user, Reference.to(USER_MAILBOX, left)) if left else users.delete(user)), message


def _of_user(storage: Storage, users: Mailbox, user: ActorId) -> UserMailbox:
    reference = users.get(user)
    return Map() if reference is None else reference.load(storage)
