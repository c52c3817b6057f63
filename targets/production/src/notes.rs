// SPDX-License-Identifier: GPL-3.0-only
//! Journal notes in their JSON form, both ways.

use crate::{
    answer::Refusal,
    form::{Form, Input, Name, choice, field, hex, record},
};
use core_processor::common::JournalNote;
use gear_core::{
    buffer::Payload,
    env::MessageWaitedType,
    message::{
        ContextStore, Dispatch, DispatchKind, Message, MessageDetails, ReplyDetails, StoredDispatch, StoredMessage,
    },
    utils::hash,
};
use gear_core_errors::{
    ErrorReplyReason, ReplyCode, SimpleExecutionError, SimpleUnavailableActorError, SuccessReplyReason,
};
use gprimitives::{ActorId, H256, MessageId};
use serde_json::Value as Json;
use std::collections::BTreeSet;

impl Form for JournalNote {
    fn form(&self) -> Json {
        match self {
            Self::ExitDispatch { id_exited, value_destination } => choice(
                "exitDispatch",
                record([field("idExited", id_exited), field("valueDestination", value_destination)]),
            ),
            Self::MessageConsumed(id) => choice("messageConsumed", record([field("messageId", id)])),
            Self::SendDispatch { message_id, dispatch, delay, reservation } => choice(
                "sendDispatch",
                record([
                    field("messageId", message_id),
                    field("dispatch", dispatch),
                    field("delay", delay),
                    field("reservation", reservation),
                ]),
            ),
            Self::WaitDispatch { dispatch, duration, waited_type } => choice(
                "waitDispatch",
                record([
                    field("dispatch", dispatch),
                    field("duration", duration),
                    field("waitedType", format!("{waited_type:?}").as_str()),
                ]),
            ),
            Self::WakeMessage { message_id, program_id, awakening_id, delay } => choice(
                "wakeMessage",
                record([
                    field("messageId", message_id),
                    field("programId", program_id),
                    field("awakeningId", awakening_id),
                    field("delay", delay),
                ]),
            ),
            Self::SendValue { from, to, value, locked } => choice(
                "sendValue",
                record([field("from", from), field("to", to), field("value", value), field("locked", locked)]),
            ),
            Self::StopProcessing { dispatch, gas_burned } => {
                choice("stopProcessing", record([field("dispatch", dispatch), field("gasBurned", gas_burned)]))
            }
            Self::MessageDispatched { message_id, source, outcome } => choice(
                "messageDispatched",
                record([field("messageId", message_id), field("source", source), field("outcome", outcome)]),
            ),
            Self::GasBurned { message_id, amount, is_panic } => choice(
                "gasBurned",
                record([field("messageId", message_id), field("amount", amount), field("isPanic", is_panic)]),
            ),
            Self::UpdatePage { program_id, page_number, data } => choice(
                "updatePage",
                record([
                    field("programId", program_id),
                    field("pageNumber", u32::from(*page_number)),
                    field("hash", H256(hash(data))),
                ]),
            ),
            Self::UpdateAllocations { program_id, allocations } => {
                choice("updateAllocations", record([field("programId", program_id), field("allocations", allocations)]))
            }
            Self::SystemUnreserveGas { message_id } => {
                choice("systemUnreserveGas", record([field("messageId", message_id)]))
            }
            Self::SendSignal { message_id, destination, code } => choice(
                "sendSignal",
                record([field("messageId", message_id), field("destination", destination), field("code", code)]),
            ),
            other => choice("other", format!("{other:?}").as_str().form()),
        }
    }
}

impl Form for Dispatch {
    fn form(&self) -> Json {
        let message = self.message();
        let message = record([
            field("id", message.id()),
            field("source", message.source()),
            field("destination", message.destination()),
            ("payload".into(), hex(message.payload_bytes())),
            field("gasLimit", message.gas_limit()),
            field("value", message.value()),
            field("details", message.reply_details().map(MessageDetails::from)),
        ]);
        record([field("kind", self.kind()), field("message", message)])
    }
}

impl Form for StoredDispatch {
    fn form(&self) -> Json {
        let message = self.message();
        let message = record([
            field("id", message.id()),
            field("source", message.source()),
            field("destination", message.destination()),
            ("payload".into(), hex(message.payload_bytes())),
            field("value", message.value()),
            field("details", message.details()),
        ]);
        record([field("kind", self.kind()), field("message", message), field("context", self.context())])
    }
}

/// The name that stands for a reply code.
impl Form for ReplyCode {
    fn form(&self) -> Json {
        use SimpleExecutionError as Execution;
        use SimpleUnavailableActorError as Unavailable;
        let name = match self {
            Self::Success(SuccessReplyReason::Auto) => "SuccessAuto",
            Self::Success(SuccessReplyReason::Manual) => "SuccessManual",
            Self::Success(SuccessReplyReason::Unsupported) => "SuccessUnsupported",
            Self::Error(ErrorReplyReason::Execution(error)) => match error {
                Execution::RanOutOfGas => "ExecutionRanOutOfGas",
                Execution::MemoryOverflow => "ExecutionMemoryOverflow",
                Execution::BackendError => "ExecutionBackendError",
                Execution::UserspacePanic => "ExecutionUserspacePanic",
                Execution::UnreachableInstruction => "ExecutionUnreachableInstruction",
                Execution::StackLimitExceeded => "ExecutionStackLimitExceeded",
                Execution::Unsupported => "ExecutionUnsupported",
            },
            Self::Error(ErrorReplyReason::UnavailableActor(error)) => match error {
                Unavailable::ProgramExited => "UnavailableProgramExited",
                Unavailable::InitializationFailure => "UnavailableInitializationFailure",
                Unavailable::Uninitialized => "UnavailableUninitialized",
                Unavailable::ProgramNotCreated => "UnavailableProgramNotCreated",
                Unavailable::ReinstrumentationFailure => "UnavailableReinstrumentationFailure",
                Unavailable::Unsupported => "UnavailableUnsupported",
            },
            Self::Error(ErrorReplyReason::RemovedFromWaitlist) => "RemovedFromWaitlist",
            Self::Error(ErrorReplyReason::Unsupported) => "ErrorUnsupported",
            Self::Unsupported => "Unsupported",
        };
        Name(name).form()
    }
}

impl<'a> Input<'a> {
    pub fn actor(&self) -> Result<ActorId, Refusal> {
        Ok(ActorId::new(self.array()?))
    }

    pub fn message(&self) -> Result<MessageId, Refusal> {
        Ok(MessageId::new(self.array()?))
    }

    pub fn payload(&self) -> Result<Payload, Refusal> {
        Payload::try_from(self.bytes()?).map_err(|_| self.expected("payload of at most 8 MiB"))
    }

    fn kind(&self) -> Result<DispatchKind, Refusal> {
        match self.text()? {
            "Init" => Ok(DispatchKind::Init),
            "Handle" => Ok(DispatchKind::Handle),
            "Reply" => Ok(DispatchKind::Reply),
            "Signal" => Ok(DispatchKind::Signal),
            _ => Err(self.expected("dispatch kind")),
        }
    }

    fn details(&self, name: &'a str) -> Result<Option<MessageDetails>, Refusal> {
        let Some(details) = self.optional(name) else { return Ok(None) };
        let (variant, details) = details.choice()?;
        if variant != "replyDetails" {
            return Err(Refusal::Unsupported(format!("REV-NEVER-MADE: message details {variant}")));
        }
        let code = details.get("code")?;
        let code = REPLY_CODES
            .iter()
            .copied()
            .find(|bytes| ReplyCode::from_bytes(*bytes).form() == code.text().unwrap_or_default());
        let code = ReplyCode::from_bytes(code.ok_or_else(|| details.expected("reply code"))?);
        Ok(Some(ReplyDetails::new(details.get("to")?.message()?, code).into()))
    }

    /// A dispatch that a program sends.
    pub fn sent_dispatch(&self) -> Result<Dispatch, Refusal> {
        let message = self.get("message")?;
        let gas_limit = message.optional("gasLimit").map(|limit| limit.integer()).transpose()?;
        Ok(Dispatch::new(
            self.get("kind")?.kind()?,
            Message::new(
                message.get("id")?.message()?,
                message.get("source")?.actor()?,
                message.get("destination")?.actor()?,
                message.get("payload")?.payload()?,
                gas_limit,
                message.get("value")?.u128()?,
                message.details("details")?,
            ),
        ))
    }

    /// A dispatch that waits or stays in its queue.
    pub fn stored_dispatch(&self) -> Result<StoredDispatch, Refusal> {
        let message = self.get("message")?;
        let stored = StoredMessage::new(
            message.get("id")?.message()?,
            message.get("source")?.actor()?,
            message.get("destination")?.actor()?,
            message.get("payload")?.payload()?,
            message.get("value")?.u128()?,
            message.details("details")?,
        );
        let context = match self.optional("context") {
            Some(context) => Some(context.context()?),
            None => None,
        };
        Ok(StoredDispatch::new(self.get("kind")?.kind()?, stored, context))
    }

    fn context(&self) -> Result<ContextStore, Refusal> {
        use parity_scale_codec::{Decode, Encode};
        let initialized: BTreeSet<ActorId> =
            self.get("initialized")?.items()?.map(|item| item.actor()).collect::<Result<_, _>>()?;
        let reservation_nonce: u64 = self.get("reservationNonce")?.integer()?;
        let system_reservation =
            self.optional("systemReservation").map(|amount| amount.integer::<u64>()).transpose()?;
        let local_nonce: u32 = self.get("localNonce")?.integer()?;
        let encoded = (initialized, reservation_nonce, system_reservation, local_nonce).encode();
        ContextStore::decode(&mut encoded.as_slice()).map_err(|_| self.expected("context"))
    }

    fn waited_type(&self) -> Result<MessageWaitedType, Refusal> {
        match self.text()? {
            "Wait" => Ok(MessageWaitedType::Wait),
            "WaitFor" => Ok(MessageWaitedType::WaitFor),
            "WaitUpTo" => Ok(MessageWaitedType::WaitUpTo),
            "WaitUpToFull" => Ok(MessageWaitedType::WaitUpToFull),
            _ => Err(self.expected("waited type")),
        }
    }

    /// A note that leaves the runtime; the others never reach native handling.
    pub fn note(&self) -> Result<JournalNote, Refusal> {
        let (kind, note) = self.choice()?;
        Ok(match kind {
            "exitDispatch" => JournalNote::ExitDispatch {
                id_exited: note.get("idExited")?.actor()?,
                value_destination: note.get("valueDestination")?.actor()?,
            },
            "messageConsumed" => JournalNote::MessageConsumed(note.get("messageId")?.message()?),
            "sendDispatch" => JournalNote::SendDispatch {
                message_id: note.get("messageId")?.message()?,
                dispatch: note.get("dispatch")?.sent_dispatch()?,
                delay: note.get("delay")?.integer()?,
                reservation: note.optional("reservation").map(|id| id.array().map(Into::into)).transpose()?,
            },
            "waitDispatch" => JournalNote::WaitDispatch {
                dispatch: note.get("dispatch")?.stored_dispatch()?,
                duration: note.optional("duration").map(|blocks| blocks.integer()).transpose()?,
                waited_type: note.get("waitedType")?.waited_type()?,
            },
            "wakeMessage" => JournalNote::WakeMessage {
                message_id: note.get("messageId")?.message()?,
                program_id: note.get("programId")?.actor()?,
                awakening_id: note.get("awakeningId")?.message()?,
                delay: note.get("delay")?.integer()?,
            },
            "sendValue" => JournalNote::SendValue {
                from: note.get("from")?.actor()?,
                to: note.get("to")?.actor()?,
                value: note.get("value")?.u128()?,
                locked: note.get("locked")?.flag()?,
            },
            "stopProcessing" => JournalNote::StopProcessing {
                dispatch: note.get("dispatch")?.stored_dispatch()?,
                gas_burned: note.get("gasBurned")?.integer()?,
            },
            other => return Err(Refusal::Unsupported(format!("REV-NEVER-MADE: note {other}"))),
        })
    }
}

/// The four-byte forms of all reply codes.
const REPLY_CODES: &[[u8; 4]] = &[
    [0, 0, 0, 0],
    [0, 1, 0, 0],
    [0, 255, 0, 0],
    [1, 0, 0, 0],
    [1, 0, 1, 0],
    [1, 0, 2, 0],
    [1, 0, 3, 0],
    [1, 0, 4, 0],
    [1, 0, 5, 0],
    [1, 0, 255, 0],
    [1, 2, 0, 0],
    [1, 2, 1, 0],
    [1, 2, 2, 0],
    [1, 2, 3, 0],
    [1, 2, 4, 0],
    [1, 2, 255, 0],
    [1, 3, 0, 0],
    [1, 255, 0, 0],
    [255, 0, 0, 0],
];
