"""A chain with the registries and both services, for the tests of this room."""

from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.numeric import U256
from gearexe_spec.codec.abi import encode_sequence
from gearexe_spec.codec.abi_types import parse_type, split_members
from gearexe_spec.onchain.transaction import Applied, Call, Deployment, Result, apply_call, apply_deployment
from gearexe_spec.onchain.words import compute_selector
from gearexe_spec.onchain.world import Block, World
from gearexe_spec.symbiotic.constructors import CONSTRUCTORS

DEPLOYER = Address(b"\xdd" * 20)
NAME = "OperatorNetworkOptInService"


def person(number: int) -> Address:
    return Address(number.to_bytes(20, "big"))


class Chain:
    """The contracts by name, and transactions one after another."""

    def __init__(self) -> None:
        self.world = World()
        self.now = 1_000
        self.networks = self.deploy("NetworkRegistry")
        self.operators = self.deploy("OperatorRegistry")
        self.service = self.deploy("NetworkMiddlewareService", ("address", self.networks))
        parts = (("address", self.operators), ("address", self.networks), ("string", NAME))
        self.opt_in = self.deploy("OptInService", *parts)

    def deploy(self, artifact: str, *arguments: tuple[str, object]) -> Address:
        data = encode_sequence([parse_type(kind) for kind, _ in arguments], [value for _, value in arguments])
        result = apply_deployment(self.world, self.block(), Deployment(DEPLOYER, CONSTRUCTORS[artifact], data))
        assert isinstance(result, Applied)
        self.world = result.world
        return Address(result.output)

    def block(self) -> Block:
        return Block(U256(1), U256(self.now), lambda number: Bytes32.zero())

    def call(self, sender: Address, to: Address, signature: str, *arguments: object) -> Result:
        types = split_members(signature[signature.index("(") + 1 : -1])
        data = compute_selector(signature) + encode_sequence([parse_type(kind) for kind in types], arguments)
        result = apply_call(self.world, self.block(), Call(sender, to, data))
        self.world = result.world
        return result

    def ask(self, to: Address, signature: str, *arguments: object) -> int:
        result = self.call(person(0xFFFF), to, signature, *arguments)
        assert isinstance(result, Applied), result
        return int.from_bytes(result.output, "big")
