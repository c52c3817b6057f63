"""Opt-in services: who takes part where, and since when; by a call of one's own, or by signature.

One service has operators and vaults, another one operators and networks.

Rules: SYM-13, SYM-17 to SYM-28.
Source: symbiotic-core service/OptInService.sol.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from immutables import Map

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.numeric import U48, U256
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.codec.eip712 import StructType, struct_type
from gearexe_spec.crypto.on_chain_ecdsa import recover_on_chain
from gearexe_spec.crypto.typed_data import Domain, hash_typed_data
from gearexe_spec.onchain.calldata import HEAD, WORD
from gearexe_spec.onchain.dispatch import Function, Interface, table
from gearexe_spec.onchain.machine import Frame
from gearexe_spec.onchain.words import compute_selector, encode_bytes, encode_list, encode_tuple, encode_word
from gearexe_spec.onchain.world import ExtensionCode
from gearexe_spec.symbiotic.checkpoints import Trace
from gearexe_spec.symbiotic.contract import (
    apply_static_delegate_call,
    ask_is_entity,
    code_of,
    read_now,
    storage_of,
)
from gearexe_spec.symbiotic.errors import OptInRejection
from gearexe_spec.symbiotic.events import IncreaseNonce, OptIn, OptOut
from gearexe_spec.symbiotic.hints import look_up

VERSION = "1"
NEVER = Trace(False)
_IS_VALID_SIGNATURE = compute_selector("isValidSignature(bytes32,bytes)")
_FIELDS = (("address", "who"), ("address", "where"), ("uint256", "nonce"), ("uint48", "deadline"))
OPT_IN_TYPE = struct_type("OptIn", *_FIELDS)
OPT_OUT_TYPE = struct_type("OptOut", *_FIELDS)
Pair = tuple[Address, Address]
"""Who and where."""


@dataclass(frozen=True, slots=True)
class OptInStorage:
    """The history of each pair, and the nonce of its next signature."""

    histories: Map[Pair, Trace[bool]] = Map()
    nonces: Map[Pair, U256] = Map()

    def history(self, pair: Pair) -> Trace[bool]:
        """Since when a pair is in or out."""
        return self.histories.get(pair, NEVER)

    def nonce(self, pair: Pair) -> U256:
        """The nonce of the next signature."""
        return self.nonces.get(pair, U256(0))


def opt_in(frame: Frame, pair: Pair) -> None:
    """Take part from this second on.

    Raises:
        Rejected: NotWho, NotWhereEntity, AlreadyOptedIn; what a registry reverts with.

    Rules: SYM-17 to SYM-20.
    Source: OptInService.sol `_optIn`.
    """
    who, where = pair
    code = code_of(frame, OptInService)
    if not ask_is_entity(frame, code.who_registry, who):
        raise Rejected(OptInRejection.NotWho)
    if not ask_is_entity(frame, code.where_registry, where):
        raise Rejected(OptInRejection.NotWhereEntity)
    if storage_of(frame, OptInStorage).history(pair).latest():
        raise Rejected(OptInRejection.AlreadyOptedIn)

    push(frame, pair, is_in=True)
    increase_nonce(frame, pair)
    frame.emit(OptIn(who, where))


def opt_out(frame: Frame, pair: Pair) -> None:
    """Take part no longer; neither registry is asked.

    Raises:
        Rejected: NotOptedIn, OptOutCooldown.

    Rules: SYM-21 to SYM-23.
    Source: OptInService.sol `_optOut`.
    """
    history = storage_of(frame, OptInStorage).history(pair)
    if not history.latest():
        raise Rejected(OptInRejection.NotOptedIn)
    if history.entries[len(history.entries) - 1].timestamp == read_now(frame):
        raise Rejected(OptInRejection.OptOutCooldown)

    push(frame, pair, is_in=False)
    increase_nonce(frame, pair)
    frame.emit(OptOut(*pair))


def push(frame: Frame, pair: Pair, *, is_in: bool) -> None:
    """Write the history on at this second."""
    storage = storage_of(frame, OptInStorage)
    history = storage.history(pair).push(read_now(frame), is_in)
    frame.update(extension=replace(storage, histories=storage.histories.set(pair, history)))


def increase_nonce(frame: Frame, pair: Pair) -> None:
    """Make signatures with the present nonce void; after the greatest nonce comes zero (SYM-20)."""
    storage = storage_of(frame, OptInStorage)
    nonce = U256((int(storage.nonce(pair)) + 1) % 2**256)
    frame.update(extension=replace(storage, nonces=storage.nonces.set(pair, nonce)))
    frame.emit(IncreaseNonce(*pair))


def apply_opt_in(frame: Frame) -> bytes:
    """The caller takes part (SYM-17 to SYM-20)."""
    opt_in(frame, (frame.sender, frame.calldata.address(HEAD)))
    return b""


def apply_opt_out(frame: Frame) -> bytes:
    """The caller takes part no longer (SYM-21 to SYM-23)."""
    opt_out(frame, (frame.sender, frame.calldata.address(HEAD)))
    return b""


def apply_increase_nonce(frame: Frame) -> bytes:
    """The caller makes its signatures for a place void (SYM-20)."""
    increase_nonce(frame, (frame.sender, frame.calldata.address(HEAD)))
    return b""


def apply_signed_opt_in(frame: Frame) -> bytes:
    """Somebody takes part by signature, whoever brings it.

    Raises:
        Rejected: ExpiredSignature, InvalidSignature; as `opt_in`.

    Rules: SYM-24 to SYM-27.
    Source: OptInService.sol `optIn(address,address,uint48,bytes)`.
    """
    opt_in(frame, check_signed(frame, OPT_IN_TYPE))
    return b""


def apply_signed_opt_out(frame: Frame) -> bytes:
    """Somebody leaves by signature.

    Raises:
        Rejected: ExpiredSignature, InvalidSignature; as `opt_out`.

    Rules: SYM-24 to SYM-27.
    Source: OptInService.sol `optOut(address,address,uint48,bytes)`.
    """
    opt_out(frame, check_signed(frame, OPT_OUT_TYPE))
    return b""


def check_signed(frame: Frame, struct: StructType) -> Pair:
    """The pair that calldata names, for whom a signature holds (SYM-24, SYM-25).

    Raises:
        Rejected: ExpiredSignature, InvalidSignature.
    """
    calldata = frame.calldata
    who, where = calldata.address(HEAD), calldata.address(HEAD + WORD)
    deadline = calldata.unsigned(HEAD + 2 * WORD, U48)
    signature = calldata.bytes(calldata.entry_slice(HEAD + 3 * WORD, 1))

    if deadline < read_now(frame):
        raise Rejected(OptInRejection.ExpiredSignature)
    nonce = storage_of(frame, OptInStorage).nonce((who, where))
    intent = {"who": who, "where": where, "nonce": nonce, "deadline": deadline}
    if not is_valid_signature(frame, who, hash_typed_data(domain_of(frame), struct, intent), signature):
        raise Rejected(OptInRejection.InvalidSignature)
    return who, where


def is_valid_signature(frame: Frame, signer: Address, digest: Bytes32, signature: bytes) -> bool:
    """Whether an account signed: a person by ECDSA, a contract by saying so (SYM-26, SYM-27).

    Source: OpenZeppelin 5.6.1 SignatureChecker.sol `isValidSignatureNow`; ERC-1271.
    """
    if not frame.has_code(signer):
        try:
            return recover_on_chain(digest, signature) == signer
        except Rejected:
            return False
    request = _IS_VALID_SIGNATURE + encode_tuple(encode_word(digest), (encode_bytes(signature),))
    outcome = frame.static_call(signer, request)
    return outcome.success and outcome.data[:32] == _IS_VALID_SIGNATURE + bytes(28)


def domain_of(frame: Frame) -> Domain:
    """The domain of signatures; its name is the constructor's (SYM-25)."""
    return Domain(code_of(frame, OptInService).name, VERSION, frame.execution.world.chain_id, frame.address)


def answer_eip712_domain(frame: Frame) -> bytes:
    """Fields 0x0f, name, version, chain id, contract, no salt, no extensions (ERC-5267)."""
    domain = domain_of(frame)
    return encode_tuple(
        b"\x0f" + bytes(31),
        (encode_bytes(domain.name.encode()),),
        (encode_bytes(domain.version.encode()),),
        encode_word(domain.chain_id),
        encode_word(domain.verifying_contract),
        bytes(32),
        (encode_list(()),),
    )


def answer_is_opted_in_at(frame: Frame) -> bytes:
    """Whether a pair was in at the end of a second; a hint changes nothing but what fails (SYM-13, SYM-28).

    Raises:
        Rejected: Empty for a hint that is no index, Panic(0x32) for one behind the end.
    """
    calldata = frame.calldata
    pair = calldata.address(HEAD), calldata.address(HEAD + WORD)
    timestamp = calldata.unsigned(HEAD + 2 * WORD, U48)
    hint = calldata.bytes(calldata.entry_slice(HEAD + 3 * WORD, 1))
    return encode_word(look_up(storage_of(frame, OptInStorage).history(pair), timestamp, hint))


def answer_is_opted_in(frame: Frame) -> bytes:
    """Whether a pair is in (SYM-28)."""
    pair = frame.calldata.address(HEAD), frame.calldata.address(HEAD + WORD)
    return encode_word(storage_of(frame, OptInStorage).history(pair).latest())


def answer_nonces(frame: Frame) -> bytes:
    """The nonce of a pair's next signature."""
    pair = frame.calldata.address(HEAD), frame.calldata.address(HEAD + WORD)
    return encode_word(storage_of(frame, OptInStorage).nonce(pair))


INTERFACE = Interface(
    table(
        Function("optIn(address)", 1, apply_opt_in),
        Function("optIn(address,address,uint48,bytes)", 4, apply_signed_opt_in),
        Function("optOut(address)", 1, apply_opt_out),
        Function("optOut(address,address,uint48,bytes)", 4, apply_signed_opt_out),
        Function("increaseNonce(address)", 1, apply_increase_nonce),
        Function("isOptedIn(address,address)", 2, answer_is_opted_in),
        Function("isOptedInAt(address,address,uint48,bytes)", 4, answer_is_opted_in_at),
        Function("nonces(address,address)", 2, answer_nonces),
        Function("WHO_REGISTRY()", 0, lambda frame: encode_word(code_of(frame, OptInService).who_registry)),
        Function("WHERE_REGISTRY()", 0, lambda frame: encode_word(code_of(frame, OptInService).where_registry)),
        Function("eip712Domain()", 0, answer_eip712_domain),
        Function("staticDelegateCall(address,bytes)", 2, apply_static_delegate_call),
    )
)


@dataclass(frozen=True, slots=True)
class OptInService(ExtensionCode):
    """The code of a service, with both registries and the name that signatures carry."""

    who_registry: Address
    where_registry: Address
    name: str

    def run(self, frame: Frame) -> bytes:
        return INTERFACE.run(frame)
