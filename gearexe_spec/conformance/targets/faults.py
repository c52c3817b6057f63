"""The seeded mistakes that the vectors have to find, and where they are looked for.

Half of them were drawn by lot, module by module, before anybody knew which would be found; changes that alter nothing
anybody can see (operands of a sum of integers, bounds that other rules keep out of reach) were taken out afterwards.
What no vector found got a vector, but for one: injected transactions of exactly the greatest size in a block would be a
vector of a quarter of a megabyte, so a test holds that bound (`tests/executor/test_choosing_transactions.py`).
"""

from __future__ import annotations

from gearexe_spec.conformance.targets.mutation import Fault

SUITES: dict[str, tuple[str, ...]] = {
    "base": ("crypto/*", "onchain/*", "production/program/codec", "production/consensus/*"),
    "codec": (
        "onchain/rare_answers/*",
        "codec/*",
        "crypto/merkle/*",
        "program/encodings/*",
        "production/program/codec",
        "production/consensus/*",
        "production/onchain/hashes",
    ),
    "crypto": ("crypto/*", "production/onchain/hashes", "production/consensus/*", "production/economics/merkle"),
    "onchain": ("onchain/*", "production/onchain/*", "production/consensus/*", "production/economics/election*"),
    "symbiotic": ("symbiotic/*", "production/economics/*"),
    "wasm": ("wasm/*", "production/wasm/*"),
    "execution": ("execution/*", "production/execution/*"),
    "program": ("program/*", "production/program/*"),
    "executor": ("executor/*", "production/consensus/*", "production/program/*"),
}
"""Which files of vectors are about which room."""

FAULTS: tuple[Fault, ...] = (
    Fault(
        "base.fixed_bytes",
        "FixedBytes.to_hex",
        "swapped order",
        seen_in="production/consensus/signatures/address_text 4",
    ),
    Fault("base.ids", "NumberedId.from_u64", "swapped order", seen_in="production/program/codec/fromU64"),
    Fault("base.numeric", "FixedWidth.saturate", "wrong condition", seen_in="production/consensus/timelines/uint48 6"),
    Fault("base.numeric", "Unsigned.to_little_endian", "wrong endianness", seen_in="crypto/ids/outgoing_id/256"),
    Fault("codec.abi_types", "parse_type", "wrong constant", 2, seen_in="crypto/merkle/load_arrays/arrays"),
    Fault("codec.blob", "check_blobs", "missing check", 1, seen_in="production/consensus/blobs/decode 12"),
    Fault("codec.blob", "decode_blobs", "wrong arithmetic", seen_in="production/consensus/blobs/decode 26"),
    Fault("codec.calldata", "_signed", "wrong arithmetic", seen_in="onchain/rare_answers/rare_answers"),
    Fault(
        "codec.eip712",
        "encode_digest_preimage",
        "swapped order",
        1,
        seen_in="production/onchain/hashes/typedDataDigest/10",
    ),
    Fault("codec.json_reader", "check_depth", "off by one", seen_in="crypto/merkle/load_nested/deep_127"),
    Fault(
        "codec.scale",
        "_Compact.encode_into",
        "wrong endianness",
        2,
        seen_in="program/encodings/damaged/Compact_u128_-2",
    ),
    Fault("crypto.bft_signature", "BftSignature.read", "missing check", seen_in="production/consensus/bft/verify 58"),
    Fault(
        "crypto.ecdsa",
        "Signature.from_parts",
        "missing check",
        1,
        seen_in="production/consensus/signatures/recover 176",
    ),
    Fault(
        "crypto.frost",
        "Ciphersuite.digest",
        "swapped order",
        1,
        seen_in="crypto/frost/package/2_of_3-computeBindingFactors",
    ),
    Fault(
        "crypto.frost_verification",
        "compute_challenge",
        "wrong constant",
        seen_in="production/onchain/hashes/frostChallenge/5",
    ),
    Fault(
        "crypto.hash_to_field",
        "expand_message",
        "wrong constant",
        3,
        seen_in="production/onchain/hashes/frostChallenge/5",
    ),
    Fault("crypto.ids", "compute_create_address", "wrong hash", seen_in="crypto/ids/create_address/65535"),
    Fault("crypto.kzg", "compute_versioned_hash", "wrong constant", seen_in="production/consensus/blobs/encode 9"),
    Fault("crypto.merkle", "check_leaf_place", "off by one", seen_in="production/economics/merkle/tree 53"),
    Fault(
        "crypto.on_chain_ecdsa",
        "recover_on_chain_from_parts",
        "missing check",
        1,
        seen_in="crypto/ecdsa/recover_on_chain/s_zero",
    ),
    Fault("crypto.typed_data", "hash_struct", "wrong hash", seen_in="production/onchain/hashes/domainSeparator/15"),
    Fault("onchain.batch_calldata", "read_message", "wrong constant", seen_in="production/onchain/chain/sails_events"),
    Fault(
        "onchain.batch_encoding",
        "encode_distribute_staker_rewards",
        "swapped order",
        seen_in="production/onchain/rewards/token_answers",
    ),
    Fault(
        "onchain.batch_encoding",
        "encode_dynamic_list",
        "swapped order",
        seen_in="production/onchain/chain/sails_events",
    ),
    Fault("onchain.batch_multicall", "top_up", "missing check", 1, seen_in="production/onchain/multicall/stub_token"),
    Fault("onchain.commit_batch", "commit_code", "missing check", seen_in="onchain/histories/network/190"),
    Fault(
        "onchain.contract_calls",
        "read_word",
        "wrong endianness",
        seen_in="production/onchain/initialize/router_initialize_largest_number",
    ),
    Fault("onchain.election", "elect", "missing check", seen_in="onchain/election/no_seats/nobody"),
    Fault("onchain.eras", "checked_sub", "off by one", seen_in="production/onchain/rewards/stub_middleware"),
    Fault("onchain.events", "Event.topic0", "wrong constant", seen_in="production/onchain/chain/sails_events"),
    Fault(
        "onchain.machine",
        "Execution.move_ether",
        "wrong arithmetic",
        seen_in="production/onchain/messages/from_contracts",
    ),
    Fault(
        "onchain.middleware_operators",
        "apply_register_operator",
        "swapped checks",
        seen_in="production/economics/operators/registration and activity (grace)",
    ),
    Fault("onchain.router", "bump_version", "wrong width", 1, seen_in="production/onchain/scenarios_random/mixed_1"),
    Fault(
        "onchain.router_programs",
        "apply_receive",
        "swapped checks",
        1,
        seen_in="production/onchain/genesis/before_genesis_hash",
    ),
    Fault(
        "onchain.transaction",
        "apply_call",
        "wrong condition",
        seen_in="production/onchain/initialize/router_initialize_largest_number",
    ),
    Fault(
        "onchain.upgradeable",
        "apply_upgrade_to_and_call",
        "swapped checks",
        seen_in="production/economics/middleware/ownership and upgrade",
    ),
    Fault(
        "symbiotic.clones",
        "encode_minimal_clone_initcode",
        "swapped order",
        seen_in="production/economics/operators/registration and activity (grace)",
    ),
    Fault(
        "symbiotic.delegators",
        "OperatorSpecificDelegator.raw_stake",
        "wrong constant",
        1,
        seen_in="production/economics/stake/opting out",
    ),
    Fault(
        "symbiotic.entities",
        "migratable_entity_functions",
        "wrong constant",
        3,
        seen_in="symbiotic/registries/entities",
    ),
    Fault(
        "symbiotic.factories",
        "apply_migrate",
        "off by one",
        seen_in="production/economics/production/registries/factories",
    ),
    Fault(
        "symbiotic.middleware_service",
        "apply_set_middleware",
        "missing check",
        seen_in="production/economics/registries/operator and network registry",
    ),
    Fault(
        "symbiotic.operator_rewards",
        "check_proof",
        "wrong condition",
        seen_in="production/economics/operator-rewards/growing rounds 1",
    ),
    Fault(
        "symbiotic.opt_in", "check_signed", "missing check", 1, seen_in="production/economics/registries/signed opt-in"
    ),
    Fault(
        "symbiotic.registries",
        "answer_total_entities",
        "wrong width",
        seen_in="production/economics/registries/operator and network registry",
    ),
    Fault(
        "symbiotic.staker_rewards",
        "apply_distribute_rewards",
        "swapped checks",
        seen_in="production/economics/staker-rewards/distribution and claim checks",
    ),
    Fault(
        "symbiotic.tokens",
        "take_from_sender",
        "wrong arithmetic",
        seen_in="production/economics/staker-rewards/unusual tokens",
    ),
    Fault(
        "symbiotic.vault_storage",
        "check_roles",
        "wrong condition",
        9,
        seen_in="production/economics/registries/vault initialisation",
    ),
    Fault(
        "wasm.code",
        "check_and_instrument_code",
        "missing check",
        seen_in="production/real-programs/programs/ping/file-over-limit",
    ),
    Fault("wasm.costs", "compute_allocations_cost", "wrong constant", seen_in="wasm/codes/run/arms-3"),
    Fault(
        "wasm.encode", "encode_module", "wrong constant", 8, seen_in="production/wasm/rules/elem_empty_section_no_table"
    ),
    Fault("wasm.gas_rules", "_schedule_weight", "wrong constant", seen_in="production/wasm/random/plain_371"),
    Fault(
        "wasm.gear_rules", "check_gear_rules", "swapped checks", 3, seen_in="production/wasm/rules/order_export_import"
    ),
    Fault(
        "wasm.instruction_reader",
        "read_constant_expression",
        "missing check",
        seen_in="wasm/codes/parse_an_offset_that_ends_inside_a_block",
    ),
    Fault("wasm.model", "Module.global_count", "wrong condition", seen_in="wasm/codes/malformed/header_only"),
    Fault(
        "wasm.reader",
        "ByteReader._signed",
        "wrong constant",
        7,
        seen_in="production/wasm/encodings/leb_i64_9223372036854775807_11",
    ),
    Fault("wasm.rejection", "CodeRejection.outer", "wrong constant", seen_in="wasm/codes/malformed/empty"),
    Fault("wasm.type_check", "_BodyChecker.on_br_table", "missing check", seen_in="production/wasm/typing/t85"),
    Fault("wasm.validation", "_is_valid_memory_type", "off by one", 1, seen_in="wasm/codes/refused/only_handle_reply"),
    Fault(
        "execution.allocation",
        "PageSet.insert",
        "wrong constant",
        5,
        seen_in="production/execution/memory/intervals/one_just_alloc",
    ),
    Fault(
        "execution.codes",
        "_SignalCodeCodec.decode_from",
        "missing check",
        seen_in="program/encodings/damaged/SignalCode-2",
    ),
    Fault(
        "execution.context",
        "MessageContext.push",
        "swapped checks",
        seen_in="production/execution/large/gr_send_push_16mib",
    ),
    Fault("execution.costs", "_token_costs", "wrong constant"),
    Fault("execution.execute", "check_allocations", "wrong condition", 1, seen_in="execution/queue/allocations"),
    Fault(
        "execution.lazy_pages",
        "LazyPages._charge",
        "wrong condition",
        2,
        seen_in="execution/syscalls/running_out/gas_103900000",
    ),
    Fault(
        "execution.lazy_pages", "LazyPages._pay", "off by one", seen_in="execution/queue/executable_balance/44726989600"
    ),
    Fault(
        "execution.precharge",
        "_charge",
        "off by one",
        seen_in="production/execution/precharge/both_equal/allocations_exact",
    ),
    Fault(
        "execution.syscalls.control",
        "gr_system_break",
        "missing check",
        seen_in="production/execution/traps/recursion/locals10_depth_2448",
    ),
    Fault(
        "execution.syscalls.procedure",
        "_call_fallible",
        "swapped order",
        seen_in="production/execution/basic/allowance/two_chunks",
    ),
    Fault(
        "execution.syscalls.reading",
        "gr_block_height",
        "wrong endianness",
        seen_in="production/execution/syscalls/gr_block_height/twice",
    ),
    Fault(
        "execution.syscalls.replying",
        "commit_reply",
        "missing check",
        seen_in="production/execution/syscalls/gr_reply/source_is_system",
    ),
    Fault("execution.syscalls.table", "_system", "wrong condition", seen_in="execution/syscalls/allocating/alloc"),
    Fault(
        "program.allocations", "removed_intervals", "wrong constant", 1, seen_in="production/program/runtime/free_some"
    ),
    Fault(
        "program.dispatch",
        "reply_dispatch",
        "wrong condition",
        seen_in="production/program/tasks/stash_user_Injected_0_00000000_True",
    ),
    Fault("program.fifo", "Fifo.back", "wrong arithmetic", seen_in="production/program/overlay/code_missing"),
    Fault(
        "program.in_block",
        "pop_from_queue",
        "swapped checks",
        seen_in="production/program/journal/consumed_empty_Canonical",
    ),
    Fault(
        "program.journal_handling",
        "apply_send_dispatch",
        "wrong condition",
        seen_in="production/program/journal/send_gas",
    ),
    Fault(
        "program.journal_handling",
        "compute_wait_duration",
        "swapped checks",
        seen_in="program/journals/waiting/forbidden_without_duration",
    ),
    Fault("program.outcome", "hash_outcome", "wrong hash", seen_in="production/program/journal/stop_4000000000000"),
    Fault("program.payload", "store_payload", "off by one", 1, seen_in="production/program/codec/payloads"),
    Fault("program.promise", "hash_reply", "swapped order", seen_in="program/encodings/damaged/ReplyInfo-2"),
    Fault("program.promise", "hash_reply", "wrong endianness", seen_in="program/encodings/damaged/ReplyInfo-2"),
    Fault(
        "program.run_notes",
        "apply_outcome",
        "missing check",
        seen_in="production/program/runtime/outcome_initialized_InitSuccess",
    ),
    Fault(
        "program.schedule",
        "compute_due_height",
        "wrong arithmetic",
        seen_in="production/program/journal/send_Canonical_program_0_delayed",
    ),
    Fault("program.storage", "Storage.read", "missing check", seen_in="program/journals/object_missing/object_missing"),
    Fault("program.storage", "Storage.write", "wrong hash", seen_in="production/program/pages/remove_unknown"),
    Fault(
        "program.tasks",
        "deliver_delayed_dispatch",
        "missing check",
        seen_in="program/journals/task/send_to_user_instead",
    ),
    Fault("executor.admission", "move_gate", "wrong constant", seen_in="production/consensus/admission/case 0"),
    Fault(
        "executor.batch_validation",
        "_check_head",
        "swapped checks",
        seen_in="executor/batches/judge/advance_before_finalized",
    ),
    Fault("executor.batches", "include_chain", "wrong condition", seen_in="production/consensus/packing/filler 25"),
    Fault(
        "executor.block_input",
        "collect_requests",
        "missing check",
        1,
        seen_in="production/consensus/mb_execution_input/case 38",
    ),
    Fault("executor.block_proposals", "choose_transactions", "off by one", 1),
    Fault(
        "executor.blocks",
        "apply_block",
        "wrong condition",
        seen_in="production/program/errors/init_kind_for_initialized",
    ),
    Fault(
        "executor.chunks", "split_into_chunks", "wrong condition", 1, seen_in="production/program/codes/code_noOriginal"
    ),
    Fault("executor.codes", "resolve_code", "missing check", seen_in="production/program/codes/code_noOriginal"),
    Fault("executor.commitments", "_Word.decode_from", "wrong endianness", seen_in="program/encodings/value/U256"),
    Fault("executor.mempool", "set_chain_head", "wrong condition", seen_in="production/consensus/mempool/case 8"),
    Fault(
        "executor.multiaddress",
        "_check_value",
        "missing check",
        seen_in="executor/identity/read/inline_key_of_43_bytes",
    ),
    Fault(
        "executor.multiaddress", "read_varint", "wrong constant", 5, seen_in="production/consensus/identity/decode 44"
    ),
    Fault(
        "executor.node_view",
        "is_canonical",
        "off by one",
        seen_in="executor/batches/judge/advance_on_a_fork_of_the_same_height",
    ),
    Fault("executor.preparation", "prepare_block", "missing check", seen_in="production/consensus/preparation/case 10"),
    Fault(
        "executor.quarantine",
        "is_strict_descendant",
        "wrong arithmetic",
        seen_in="production/consensus/quarantine/case 2",
    ),
    Fault(
        "executor.receipts",
        "digest_compact_receipt",
        "swapped order",
        2,
        seen_in="program/encodings/damaged/Receipt_Promise_",
    ),
    Fault("executor.role_work", "_begin_to_collect", "off by one", seen_in="executor/roles/coordinator"),
    Fault("executor.roles", "_take_role", "wrong condition", seen_in="production/consensus/roles/case 0"),
    Fault("executor.roles", "apply_reply", "off by one", seen_in="production/consensus/roles/case 3"),
    Fault(
        "executor.sequencer_blocks",
        "hash_sequencer_block",
        "swapped order",
        3,
        seen_in="production/consensus/operations/decode_block 1",
    ),
    Fault(
        "executor.shielded", "compute_associated_data", "wrong hash", seen_in="production/consensus/injected/shielded 2"
    ),
    Fault("executor.squashing", "add_signed", "off by one", seen_in="production/consensus/packing/squash 9"),
    Fault(
        "executor.timelines",
        "_since_genesis",
        "wrong arithmetic",
        seen_in="production/consensus/timelines/coordinator 15",
    ),
    Fault(
        "executor.timelines",
        "compute_election_start",
        "off by one",
        seen_in="production/consensus/timelines/timelines 2",
    ),
    Fault(
        "executor.tx_validity",
        "_is_on_branch",
        "wrong condition",
        4,
        seen_in="production/consensus/mb_validation/1 shape, quarantine, transactions 1",
    ),
    Fault(
        "executor.validation_messages",
        "digest_validator_message",
        "wrong endianness",
        seen_in="production/consensus/validation_messages/decode 63",
    ),
)
"""By the number that `--target faulty:NUMBER` takes."""
