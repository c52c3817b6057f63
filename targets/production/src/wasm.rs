// SPDX-License-Identifier: GPL-3.0-only
//! Code: validation, instrumentation, and the schedule of costs.

use crate::{
    answer::{Outcome, Refusal},
    debug_form,
    form::{Form, Input, Name, choice, field, record},
};
use gear_core::{
    code::{
        Code, CodeError, CodeMetadata, DataSectionError, ExportError, ImportError, InstantiatedSectionSizes,
        InstrumentationStatus, InstrumentedCode, MemoryError, ModuleError, SectionError, StackEndError, SyscallKind,
        TypeSectionError,
    },
    gas_metering::{CustomConstantCostRules, Rules, Schedule},
    ids::prelude::CodeIdExt,
    message::DispatchKind,
};
use gear_wasm_instrument::{InstrumentationBuilder, InstrumentationError, Module, STACK_END_EXPORT_NAME};
use gprimitives::CodeId;
use parity_scale_codec::Encode;
use serde_json::{Value as Json, json};
use std::time::{Duration, Instant};

/// The version in the metadata is the caller's; the pinned revision writes 2, the release 1 (REV-INSTRUMENTATION-VERSION).
const PINNED_VERSION: u32 = 2;

/// Check and instrument as the runtime does: length, validation and instrumentation, length.
pub fn check_code(code: Vec<u8>) -> Result<Code, Refusal> {
    let schedule = Schedule::default();
    let limits = &schedule.limits;
    if code.len() > limits.code_len as usize {
        return Err(rejected("OriginalCodeTooLarge", None, Json::Null));
    }
    let code = Code::try_new(
        code,
        PINNED_VERSION,
        |module| schedule.rules(module),
        limits.stack_height,
        limits.data_segments_amount.into(),
        limits.type_section_len.into(),
        limits.parameters.into(),
        SyscallKind::Eth,
    )
    .map_err(refusal)?;
    if code.instrumented_code().bytes().len() > limits.code_len as usize {
        return Err(rejected("InstrumentedCodeTooLarge", None, Json::Null));
    }
    Ok(code)
}

/// `code/check`: verdict, metadata, instrumented bytes, sizes.
pub fn check(input: Input) -> Outcome {
    let code = check_code(input.get("wasm")?.bytes()?)?;
    let id = CodeId::generate(code.original_code());
    let instrumented = code.instrumented_code();
    Ok(record([
        field("codeId", id),
        field("metadata", code.metadata()),
        field("metadataScale", code.metadata().encode()),
        field("instrumented", instrumented.bytes()),
        field("instrumentedHash", gear_core::utils::hash(instrumented.bytes())),
        field("sectionSizes", instrumented.instantiated_section_sizes()),
        field("instrumentedScaleHash", gear_core::utils::hash(&instrumented.encode())),
    ]))
}

/// `code/measure`: how long the check of `code/check` alone takes, `times` over.
pub fn measure(input: Input) -> Outcome {
    let code = input.get("wasm")?.bytes()?;
    let mut spent = Duration::ZERO;
    for _ in 0..input.get("times")?.integer::<u32>()? {
        let copy = code.clone();
        let began = Instant::now();
        check_code(copy)?;
        spent += began.elapsed();
    }
    Ok(json!({"nanoseconds": spent.as_nanos().form()}))
}

/// `code/schedule`: the schedule and the costs made from it, under production's names.
pub fn schedule(_: Input) -> Outcome {
    let schedule = Schedule::default();
    Ok(json!({
        "schedule": debug_form::parse(&format!("{schedule:?}"))?,
        "processCosts": debug_form::parse(&format!("{:?}", schedule.process_costs()))?,
    }))
}

/// `code/id`: the id of a code, valid or not.
pub fn code_id(input: Input) -> Outcome {
    Ok(json!({"codeId": CodeId::generate(&input.get("code")?.bytes()?).form()}))
}

/// `code/parse`: the parser by itself, the module written anew.
pub fn parse(input: Input) -> Outcome {
    let module = Module::new(&input.get("wasm")?.bytes()?).map_err(|error| refusal(error.into()))?;
    Ok(json!({"wasm": module.serialize().map_err(|error| refusal(error.into()))?.form()}))
}

/// `code/process`: a code that was uploaded under an id: null if invalid, for whatever reason.
pub fn process(input: Input) -> Outcome {
    let claimed = CodeId::new(input.get("claimedCodeId")?.array()?);
    let bytes = input.get("wasm")?.bytes()?;
    let is_claimed = CodeId::generate(&bytes) == claimed;
    let code = if is_claimed { check_code(bytes).ok() } else { None };
    let valid = code.map(|code| {
        record([
            field("metadataScale", code.metadata().encode()),
            field("instrumentedScaleHash", gear_core::utils::hash(&code.instrumented_code().encode())),
        ])
    });
    Ok(record([field("codeId", claimed), field("valid", valid)]))
}

/// `code/stage`: one step of instrumentation by itself, with any limit and rules.
///
/// The specification tells the metered blocks too, which production does not name: `blocks` is left out where
/// the request says `"blocks": false`, and not offered otherwise.
pub fn stage(input: Input) -> Outcome {
    let wants_blocks = input.optional("blocks").is_none_or(|wanted| wanted.flag().unwrap_or(true));
    if input.optional("gasRules").is_some() && wants_blocks {
        return Err(Refusal::Unsupported("metered blocks".into()));
    }
    let mut module = Module::new(&input.get("wasm")?.bytes()?).map_err(|error| refusal(error.into()))?;
    remove_stack_end(&mut module);
    let limit = input.optional("stackLimit").map(|limit| limit.integer::<u32>()).transpose()?;
    let instrumented = match input.optional("gasRules") {
        Some(rules) if rules.text().is_ok_and(|name| name == "schedule") => {
            let schedule = Schedule::default();
            limited(module, limit, Some(|module: &Module| schedule.rules(module)))
        }
        Some(rules) => {
            let cost: u32 = rules.get("cost")?.integer()?;
            let per_local: u32 = rules.get("perLocal")?.integer()?;
            let grow = rules.optional("growPerPage").map(|cost| cost.integer::<u32>()).transpose()?.unwrap_or(0);
            limited(module, limit, Some(|_: &Module| CustomConstantCostRules::new(cost, grow, per_local)))
        }
        None => limited(module, limit, None::<fn(&Module) -> CustomConstantCostRules>),
    };
    let mut instrumented = instrumented.map_err(|error| refusal(error.into()))?;
    instrumented.strip_custom_sections(); // as production does behind its last step
    Ok(json!({"bytes": instrumented.serialize().map_err(|error| refusal(error.into()))?.form()}))
}

fn limited<R: Rules, G: FnMut(&Module) -> R>(
    module: Module,
    stack_limit: Option<u32>,
    gas_rules: Option<G>,
) -> Result<Module, InstrumentationError> {
    let mut builder = InstrumentationBuilder::new("env");
    if let Some(limit) = stack_limit {
        builder.with_stack_limiter(limit, false);
    }
    if let Some(rules) = gas_rules {
        builder.with_gas_limiter(rules);
    }
    builder.instrument(module)
}

/// The export of the stack's end goes before instrumentation, if it is a global.
fn remove_stack_end(module: &mut Module) {
    let Some(exports) = module.export_section.as_mut() else { return };
    let found = exports.iter().position(|export| export.name == STACK_END_EXPORT_NAME);
    if let Some(place) = found.filter(|place| format!("{:?}", exports[*place].kind) == "Global") {
        exports.remove(place);
    }
}

impl Form for CodeMetadata {
    fn form(&self) -> Json {
        record([
            field("originalCodeLen", self.original_code_len()),
            field("exports", self.exports()),
            field("staticPages", u32::from(self.static_pages())),
            field("stackEnd", self.stack_end().map(u32::from)),
            field("instrumentationStatus", self.instrumentation_status()),
        ])
    }
}

impl Form for InstrumentationStatus {
    fn form(&self) -> Json {
        match self {
            Self::NotInstrumented => choice("notInstrumented", record([])),
            Self::Instrumented { version, code_len } => {
                choice("instrumented", record([field("version", version), field("codeLen", code_len)]))
            }
            Self::InstrumentationFailed { version } => {
                choice("instrumentationFailed", record([field("version", version)]))
            }
        }
    }
}

impl Form for InstantiatedSectionSizes {
    fn form(&self) -> Json {
        record([
            field("codeSection", self.code_section()),
            field("dataSection", self.data_section()),
            field("globalSection", self.global_section()),
            field("tableSection", self.table_section()),
            field("elementSection", self.element_section()),
            field("typeSection", self.type_section()),
        ])
    }
}

impl Form for InstrumentedCode {
    fn form(&self) -> Json {
        record([field("code", self.bytes()), field("sectionSizes", self.instantiated_section_sizes())])
    }
}

impl Form for DispatchKind {
    fn form(&self) -> Json {
        Name(match self {
            Self::Init => "Init",
            Self::Handle => "Handle",
            Self::Reply => "Reply",
            Self::Signal => "Signal",
        })
        .form()
    }
}

/// `Section` and `NotFound` are `SectionNotFound`; an inner name that says it all stands alone.
fn rejected(outer: &str, inner: Option<&str>, fields: Json) -> Refusal {
    let reason = match inner {
        Some(inner) if inner.starts_with(outer) => inner.to_owned(),
        _ => format!("{outer}{}", inner.unwrap_or_default()),
    };
    Refusal::Rejected { reason, phase: "validate", details: json!({"outer": outer, "inner": inner, "fields": fields}) }
}

/// The variant of a `Debug` text: `NotFound(Export)` becomes `NotFound`.
fn variant(error: &impl std::fmt::Debug) -> String {
    let text = format!("{error:?}");
    text.split(|letter: char| !letter.is_alphanumeric()).next().unwrap_or_default().to_owned()
}

fn numbers(fields: &[u64]) -> Json {
    fields.iter().map(Form::form).collect()
}

fn refusal(error: CodeError) -> Refusal {
    let (outer, inner, fields) = match &error {
        CodeError::Validation(error) => {
            return Refusal::Rejected {
                reason: "Validation".into(),
                phase: "validate",
                details: json!({
                    "outer": "Validation", "inner": null, "fields": null,
                    "offset": error.offset().form(), "message": error.message()
                }),
            };
        }
        CodeError::Module(error) => ("Module", variant(error), module_fields(error)),
        CodeError::Section(error) => ("Section", variant(error), section_fields(error)),
        CodeError::Memory(error) => ("Memory", variant(error), memory_fields(error)),
        CodeError::StackEnd(error) => ("StackEnd", variant(error), stack_end_fields(error)),
        CodeError::DataSection(error) => ("DataSection", variant(error), data_fields(error)),
        CodeError::TypeSection(error) => ("TypeSection", variant(error), type_fields(error)),
        CodeError::Export(error) => ("Export", variant(error), export_fields(error)),
        CodeError::Import(error) => ("Import", variant(error), import_fields(error)),
        CodeError::Instrumentation(error) => ("Instrumentation", variant(error), Json::Null),
    };
    rejected(outer, Some(&inner), fields)
}

fn module_fields(error: &ModuleError) -> Json {
    match error {
        ModuleError::UnsupportedInstruction(text) => json!([text.split(' ').next()]),
        ModuleError::NonZeroMemoryIdx(index) | ModuleError::ElementTableIdx(index) => numbers(&[u64::from(*index)]),
        _ => Json::Null,
    }
}

fn section_fields(error: &SectionError) -> Json {
    match error {
        SectionError::NotFound(name) | SectionError::NotSupported(name) => json!([format!("{name:?}")]),
    }
}

fn memory_fields(error: &MemoryError) -> Json {
    match error {
        MemoryError::EntryNotFound | MemoryError::InvalidStaticPageCount => Json::Null,
    }
}

fn stack_end_fields(error: &StackEndError) -> Json {
    match error {
        StackEndError::Initialization => Json::Null,
        StackEndError::NotAligned(end) => numbers(&[(*end).into()]),
        StackEndError::OutOfStatic(end, size) => numbers(&[(*end).into(), *size]),
    }
}

fn data_fields(error: &DataSectionError) -> Json {
    match error {
        DataSectionError::Initialization => Json::Null,
        DataSectionError::GearStackOverlaps(start, end) => numbers(&[(*start).into(), (*end).into()]),
        DataSectionError::EndAddressOverflow(start) => numbers(&[(*start).into()]),
        DataSectionError::EndAddressOutOfStaticMemory(start, end, size) => {
            numbers(&[(*start).into(), (*end).into(), *size])
        }
        DataSectionError::DataSegmentsAmountLimit { limit, actual } => limit_fields(*limit, *actual),
    }
}

fn type_fields(error: &TypeSectionError) -> Json {
    match error {
        TypeSectionError::LengthLimitExceeded { limit, actual }
        | TypeSectionError::ParametersPerTypeLimitExceeded { limit, actual } => limit_fields(*limit, *actual),
    }
}

fn limit_fields(limit: u32, actual: u32) -> Json {
    record([field("limit", limit), field("actual", actual)])
}

fn export_fields(error: &ExportError) -> Json {
    match error {
        ExportError::IncorrectGlobalIndex(of, at)
        | ExportError::MutableGlobalExport(of, at)
        | ExportError::ExportReferencesToImportFunction(of, at)
        | ExportError::ExportReferencesToImportGlobal(of, at) => numbers(&[(*of).into(), (*at).into()]),
        ExportError::InvalidExportFnSignature(index) | ExportError::ExcessExport(index) => numbers(&[(*index).into()]),
        ExportError::RequiredExportNotFound => Json::Null,
    }
}

fn import_fields(error: &ImportError) -> Json {
    match error {
        ImportError::UnknownImport(index)
        | ImportError::DuplicateImport(index)
        | ImportError::InvalidImportFnSignature(index) => numbers(&[(*index).into()]),
        ImportError::UnexpectedImportKind { kind, index } => json!({"kind": **kind, "index": index.form()}),
    }
}
