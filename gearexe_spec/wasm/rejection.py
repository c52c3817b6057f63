"""The ways in which production refuses a code, with production's names.

Only the verdict leaves a node; the names say which rule decided. Production nests them (`Export` contains
`ExcessExport`); a member here is both names joined, and `outer` and `inner` give them back.

Rules: WAS-1.
"""

from __future__ import annotations

from gearexe_spec.base.rejection import Phase, Rejected, Rejection


class CodeRejection(Rejection):
    """Why a code is refused: (outer name, inner name or None). Source: protocol/core/src/code/errors.rs `CodeError`."""

    OriginalCodeTooLarge = ("OriginalCodeTooLarge", None)
    InstrumentedCodeTooLarge = ("InstrumentedCodeTooLarge", None)
    CodeIdMismatch = ("CodeIdMismatch", None)

    Validation = ("Validation", None)

    ModuleBinaryReader = ("Module", "BinaryReader")
    ModuleUnsupportedInstruction = ("Module", "UnsupportedInstruction")
    ModuleMultipleTables = ("Module", "MultipleTables")
    ModuleMultipleMemories = ("Module", "MultipleMemories")
    ModuleNonZeroMemoryIdx = ("Module", "NonZeroMemoryIdx")
    ModuleElementTableIdx = ("Module", "ElementTableIdx")
    ModulePassiveDataKind = ("Module", "PassiveDataKind")
    ModuleElementExpressions = ("Module", "ElementExpressions")
    ModuleNonActiveElementKind = ("Module", "NonActiveElementKind")
    ModuleTableInitExpr = ("Module", "TableInitExpr")

    SectionNotFound = ("Section", "NotFound")
    SectionNotSupported = ("Section", "NotSupported")

    MemoryEntryNotFound = ("Memory", "EntryNotFound")
    MemoryInvalidStaticPageCount = ("Memory", "InvalidStaticPageCount")

    StackEndInitialization = ("StackEnd", "Initialization")
    StackEndNotAligned = ("StackEnd", "NotAligned")
    StackEndOutOfStatic = ("StackEnd", "OutOfStatic")

    DataSectionInitialization = ("DataSection", "Initialization")
    DataSectionGearStackOverlaps = ("DataSection", "GearStackOverlaps")
    DataSectionEndAddressOverflow = ("DataSection", "EndAddressOverflow")
    DataSectionEndAddressOutOfStaticMemory = ("DataSection", "EndAddressOutOfStaticMemory")
    DataSectionDataSegmentsAmountLimit = ("DataSection", "DataSegmentsAmountLimit")

    ExportReferencesToImportFunction = ("Export", "ExportReferencesToImportFunction")
    ExportReferencesToImportGlobal = ("Export", "ExportReferencesToImportGlobal")
    ExportMutableGlobalExport = ("Export", "MutableGlobalExport")
    ExportExcessExport = ("Export", "ExcessExport")
    ExportInvalidExportFnSignature = ("Export", "InvalidExportFnSignature")
    ExportRequiredExportNotFound = ("Export", "RequiredExportNotFound")

    ImportUnknownImport = ("Import", "UnknownImport")
    ImportDuplicateImport = ("Import", "DuplicateImport")
    ImportInvalidImportFnSignature = ("Import", "InvalidImportFnSignature")
    ImportUnexpectedImportKind = ("Import", "UnexpectedImportKind")

    TypeSectionParametersPerTypeLimitExceeded = ("TypeSection", "ParametersPerTypeLimitExceeded")
    TypeSectionLengthLimitExceeded = ("TypeSection", "LengthLimitExceeded")

    InstrumentationSystemBreakImportAlreadyExists = ("Instrumentation", "SystemBreakImportAlreadyExists")
    InstrumentationStackLimitInjection = ("Instrumentation", "StackLimitInjection")
    InstrumentationGasGlobalAlreadyExists = ("Instrumentation", "GasGlobalAlreadyExists")
    InstrumentationGasInjection = ("Instrumentation", "GasInjection")

    @property
    def outer(self) -> str:
        """Production's name of the stage."""
        return str(self.value[0])

    @property
    def inner(self) -> str | None:
        """Production's name of the reason within the stage."""
        inner: str | None = self.value[1]
        return inner

    @property
    def phase(self) -> Phase:
        """Decoding for what the parser refuses, validation for the rest."""
        return Phase.DECODE if self is CodeRejection.ModuleBinaryReader else Phase.VALIDATE


def malformed(offset: int) -> Rejected:
    """The parser cannot read on.

    Args:
        offset: of the byte in the code; informative, since production's differs in places.
    """
    return Rejected(CodeRejection.ModuleBinaryReader, {"offset": offset})


def invalid(offset: int) -> Rejected:
    """The WebAssembly validator refuses the module at this byte of the code."""
    return Rejected(CodeRejection.Validation, {"offset": offset})
