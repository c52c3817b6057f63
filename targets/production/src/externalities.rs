// SPDX-License-Identifier: GPL-3.0-only
//! The system calls as Gear.exe offers them: those of `core-processor`, without waking later.
//!
//! The runtime has the same type for itself alone, so it is made once more here. Calls that Gear.exe forbids never
//! come this far.

use core_processor::{
    Ext as CoreExt, ExtInfo, FallibleExtError, ProcessorContext, ProcessorExternalities, configs::SyscallName,
};
use delegate::delegate;
use gear_core::{
    buffer::PayloadSlice,
    costs::{CostToken, LazyPagesCosts},
    env::Externalities,
    env_vars::EnvVars,
    gas::{ChargeError, CounterType, CountersOwner, GasAmount, GasLeft},
    memory::{Memory, MemoryError, MemoryInterval},
    message::{HandlePacket, InitPacket, MessageContext, ReplyPacket},
    pages::WasmPage,
    program::MemoryInfix,
};
use gear_core_backend::BackendExternalities;
use gear_core_errors::{ExtError, ReplyCode, SignalCode};
use gear_lazy_pages_common::{GlobalsAccessConfig, ProcessAccessError, Status};
use gear_lazy_pages_native_interface::LazyPagesNative;
use gprimitives::{ActorId, MessageId, ReservationId};
use std::collections::BTreeSet;

type Core = CoreExt<LazyPagesNative>;
type Unrecoverable<T> = Result<T, <Core as Externalities>::UnrecoverableError>;
type Fallible<T> = Result<T, FallibleExtError>;
type Allocating<T> = Result<T, <Core as Externalities>::AllocError>;

pub struct Ext(Core);

impl ProcessorExternalities for Ext {
    fn new(context: ProcessorContext) -> Self {
        Self(Core::new(context))
    }

    fn into_ext_info<Context>(self, ctx: &mut Context, memory: &impl Memory<Context>) -> Result<ExtInfo, MemoryError> {
        self.0.into_ext_info(ctx, memory)
    }

    fn lazy_pages_init_for_program<Context>(
        ctx: &mut Context,
        memory: &mut impl Memory<Context>,
        program: ActorId,
        infix: MemoryInfix,
        stack_end: Option<WasmPage>,
        globals: GlobalsAccessConfig,
        costs: LazyPagesCosts,
    ) {
        Core::lazy_pages_init_for_program(ctx, memory, program, infix, stack_end, globals, costs);
    }

    fn lazy_pages_post_execution_actions<Context>(ctx: &mut Context, memory: &mut impl Memory<Context>) {
        Core::lazy_pages_post_execution_actions(ctx, memory);
    }

    fn lazy_pages_status() -> Status {
        Core::lazy_pages_status()
    }
}

impl Externalities for Ext {
    type UnrecoverableError = <Core as Externalities>::UnrecoverableError;
    type FallibleError = FallibleExtError;
    type AllocError = <Core as Externalities>::AllocError;

    fn wake(&mut self, waker: MessageId, delay: u32) -> Fallible<()> {
        if delay != 0 {
            return Err(FallibleExtError::Core(ExtError::Unsupported));
        }
        self.0.wake(waker, delay)
    }

    delegate! {
        to self.0 {
            fn alloc<Context>(&mut self, ctx: &mut Context, mem: &mut impl Memory<Context>, pages_num: u32) -> Allocating<WasmPage>;
            fn free(&mut self, page: WasmPage) -> Allocating<()>;
            fn free_range(&mut self, start: WasmPage, end: WasmPage) -> Allocating<()>;
            fn env_vars(&self, version: u32) -> Unrecoverable<EnvVars>;
            fn block_height(&self) -> Unrecoverable<u32>;
            fn block_timestamp(&self) -> Unrecoverable<u64>;
            fn send_init(&mut self) -> Fallible<u32>;
            fn send_push(&mut self, handle: u32, buffer: &[u8]) -> Fallible<()>;
            fn send_commit(&mut self, handle: u32, msg: HandlePacket, delay: u32) -> Fallible<MessageId>;
            fn send_push_input(&mut self, handle: u32, offset: u32, len: u32) -> Fallible<()>;
            fn reservation_send_commit(&mut self, id: ReservationId, handle: u32, msg: HandlePacket, delay: u32) -> Fallible<MessageId>;
            fn reply_push(&mut self, buffer: &[u8]) -> Fallible<()>;
            fn reply_commit(&mut self, msg: ReplyPacket) -> Fallible<MessageId>;
            fn reservation_reply_commit(&mut self, id: ReservationId, msg: ReplyPacket) -> Fallible<MessageId>;
            fn reply_to(&self) -> Fallible<MessageId>;
            fn signal_from(&self) -> Fallible<MessageId>;
            fn reply_push_input(&mut self, offset: u32, len: u32) -> Fallible<()>;
            fn source(&self) -> Unrecoverable<ActorId>;
            fn reply_code(&self) -> Fallible<ReplyCode>;
            fn signal_code(&self) -> Fallible<SignalCode>;
            fn message_id(&self) -> Unrecoverable<MessageId>;
            fn program_id(&self) -> Unrecoverable<ActorId>;
            fn debug(&self, data: &str) -> Unrecoverable<()>;
            fn payload_slice(&mut self, at: u32, len: u32) -> Fallible<PayloadSlice>;
            fn size(&self) -> Unrecoverable<usize>;
            fn random(&self) -> Unrecoverable<(&[u8], u32)>;
            fn reserve_gas(&mut self, amount: u64, duration: u32) -> Fallible<ReservationId>;
            fn unreserve_gas(&mut self, id: ReservationId) -> Fallible<u64>;
            fn system_reserve_gas(&mut self, amount: u64) -> Fallible<()>;
            fn gas_available(&self) -> Unrecoverable<u64>;
            fn value(&self) -> Unrecoverable<u128>;
            fn value_available(&self) -> Unrecoverable<u128>;
            fn wait(&mut self) -> Unrecoverable<()>;
            fn wait_for(&mut self, duration: u32) -> Unrecoverable<()>;
            fn wait_up_to(&mut self, duration: u32) -> Unrecoverable<bool>;
            fn create_program(&mut self, packet: InitPacket, delay: u32) -> Fallible<(MessageId, ActorId)>;
            fn reply_deposit(&mut self, message_id: MessageId, amount: u64) -> Fallible<()>;
            fn forbidden_funcs(&self) -> &BTreeSet<SyscallName>;
            fn msg_ctx(&self) -> &MessageContext;
        }
    }
}

impl CountersOwner for Ext {
    delegate! {
        to self.0 {
            fn charge_gas_for_token(&mut self, token: CostToken) -> Result<(), ChargeError>;
            fn charge_gas_if_enough(&mut self, amount: u64) -> Result<(), ChargeError>;
            fn gas_left(&self) -> GasLeft;
            fn current_counter_type(&self) -> CounterType;
            fn decrease_current_counter_to(&mut self, amount: u64);
            fn define_current_counter(&mut self) -> u64;
        }
    }
}

impl BackendExternalities for Ext {
    delegate! {
        to self.0 {
            fn gas_amount(&self) -> GasAmount;
            fn pre_process_memory_accesses(&mut self, reads: &[MemoryInterval], writes: &[MemoryInterval], gas_counter: &mut u64) -> Result<(), ProcessAccessError>;
        }
    }
}
