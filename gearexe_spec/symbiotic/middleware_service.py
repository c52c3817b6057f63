"""The service in which each network names the contract that speaks for it.

Rules: SYM-14 to SYM-16.
Source: symbiotic-core service/NetworkMiddlewareService.sol.
"""

from __future__ import annotations

from dataclasses import dataclass

from immutables import Map

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.base.rejection import Rejected
from gearexe_spec.onchain.calldata import HEAD
from gearexe_spec.onchain.dispatch import Function, Interface, table
from gearexe_spec.onchain.machine import Frame
from gearexe_spec.onchain.words import encode_word
from gearexe_spec.onchain.world import ZERO_ADDRESS, ExtensionCode
from gearexe_spec.symbiotic.contract import ask_is_entity, code_of, storage_of
from gearexe_spec.symbiotic.errors import MiddlewareServiceRejection
from gearexe_spec.symbiotic.events import SetMiddleware


@dataclass(frozen=True, slots=True)
class MiddlewareServiceStorage:
    """The middleware of each network that has named one."""

    middlewares: Map[Address, Address] = Map()

    def middleware(self, network: Address) -> Address:
        """The middleware of a network, zero without."""
        return self.middlewares.get(network, ZERO_ADDRESS)


def apply_set_middleware(frame: Frame) -> bytes:
    """Name the middleware of the network that calls.

    Raises:
        Rejected: NotNetwork, AlreadySet; what the registry reverts with.

    Rules: SYM-14 to SYM-16.
    Source: NetworkMiddlewareService.sol `setMiddleware`.
    """
    middleware = frame.calldata.address(HEAD)
    network = frame.sender

    if not ask_is_entity(frame, code_of(frame, NetworkMiddlewareService).network_registry, network):
        raise Rejected(MiddlewareServiceRejection.NotNetwork)
    service = storage_of(frame, MiddlewareServiceStorage)
    if service.middleware(network) == middleware:
        raise Rejected(MiddlewareServiceRejection.AlreadySet)

    frame.update(extension=MiddlewareServiceStorage(service.middlewares.set(network, middleware)))
    frame.emit(SetMiddleware(network, middleware))
    return b""


def answer_middleware(frame: Frame) -> bytes:
    """The middleware of a network, zero without."""
    network = frame.calldata.address(HEAD)
    return encode_word(storage_of(frame, MiddlewareServiceStorage).middleware(network))


INTERFACE = Interface(
    table(
        Function("setMiddleware(address)", 1, apply_set_middleware),
        Function("middleware(address)", 1, answer_middleware),
        Function(
            "NETWORK_REGISTRY()",
            0,
            lambda frame: encode_word(code_of(frame, NetworkMiddlewareService).network_registry),
        ),
    )
)


@dataclass(frozen=True, slots=True)
class NetworkMiddlewareService(ExtensionCode):
    """The code of the service; the registry of networks is fixed in it."""

    network_registry: Address

    def run(self, frame: Frame) -> bytes:
        return INTERFACE.run(frame)
