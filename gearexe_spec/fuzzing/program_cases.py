"""Cases for code validation and instrumentation from the programs that queue runs run."""

from __future__ import annotations

from gearexe_spec.conformance.wire import Apply
from gearexe_spec.fuzzing.codec_cases import hex_of
from gearexe_spec.fuzzing.dice import Dice
from gearexe_spec.fuzzing.mutation import damage
from gearexe_spec.fuzzing.program_modules import GeneratedModule, ModuleMaker

OPCODES = (
    *range(0x00, 0x06),
    *(0x0B, 0x0C, 0x0D, 0x0F, 0x10, 0x1A, 0x1B),
    *range(0x20, 0x25),
    *range(0x28, 0x43),
    *range(0x45, 0x5B),
    *range(0x67, 0x8B),
    *(0xA7, 0xAC, 0xAD),
    *range(0xC0, 0xC5),
    *(0xFC, 0xFD),
)
"""Instructions that programs may have, and the two prefixes that they may not."""


def make_program_case(seed: int, index: int) -> Apply:
    """Half whole modules, a quarter with a changed instruction, a quarter with damaged bytes."""
    dice = Dice("wasm", seed, index)
    module = ModuleMaker(dice, is_program=dice.chance(3)).make()
    match dice.below(4):
        case 0:
            wasm = damage(module.wasm, dice, 2)
        case 1:
            wasm = change_instruction(module, dice)
        case _:
            wasm = module.wasm
    return Apply("code/check", {"wasm": hex_of(wasm)})


def change_instruction(module: GeneratedModule, dice: Dice) -> bytes:
    """The module with one byte of a body replaced by an opcode; sizes stay right."""
    body = dice.pick(module.bodies)
    start = module.wasm.rindex(body)
    place = start + dice.below(len(body))
    return module.wasm[:place] + bytes([dice.pick(OPCODES)]) + module.wasm[place + 1 :]
