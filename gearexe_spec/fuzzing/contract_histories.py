"""Random histories of the contracts: a deployment, and what people and validators do afterwards, mostly sensible.

A history is made step by step: what the next step may be depends on what came of the last one (which codes are
validated, which programs exist, which batch was committed). From the same chances and the same answers comes the same
history.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.conformance.wire import Answer, Apply, Init
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.evm.storage_view import ROUTER_V1
from gearexe_spec.fuzzing.contract_batches import Committee
from gearexe_spec.fuzzing.contract_people import address_of, hash_domain, sign_typed, word
from gearexe_spec.fuzzing.contract_settlement import (
    CHAIN_ID,
    CODES,
    MIDDLEWARE,
    MIRROR,
    MULTICALL,
    PROXY,
    ROUTER,
    SALTS,
    TOKEN,
    Settlement,
    abi,
    code_id,
    foreign_abi,
    foreign_address,
)
from gearexe_spec.fuzzing.contract_values import random_arguments

NOBODY = Address.zero()
Permit = tuple[int, int, bytes, bytes]
NO_PERMIT: Permit = (0, 27, bytes(32), bytes(32))
PERMIT = "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
ON_BEHALF = (
    "RequestCodeValidationOnBehalf("
    "address requester,bytes32 codeId,bytes32[] blobHashes,uint256 nonce,uint256 deadline)"
)
PINNED_ONLY = ("bumpProtocolVersion", "protocolVersion", "subProtocolVersion")
"""Functions that not every revision of the Router has; foreign code does not call them."""
TELLING = (
    "storageView",
    "validators",
    "validatorsThreshold",
    "validatorsAggregatedPublicKey",
    "validatorsVerifiableSecretSharingCommitment",
)
"""Views of the Router that show what a step changed, stored or by the passing of time."""
DELEGATED = ("Acceptor", "Burner", "SilentRejecter")
"""Foreign code of which the specification is told what it does where a proxy delegates to it."""
ODD_BLOCKS = ((2**32, 1_700_000_000), (100, 2**48), (100, 0))
"""Number and timestamp that do not fit where the Router keeps them, and a moment before all time."""


class History:
    """One random history.

    Args:
        chance: everything random comes from it.
    """

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.chain = Settlement(self.chance)
        self.committee = Committee(self.chain)
        self.steps: Sequence[tuple[float, Callable[[], Apply]]] = (
            (30, self.committee.commit),
            (10, self.request_code),
            (4, self.request_code_on_behalf),
            (11, self.create_program),
            (18, self.use_program),
            (6, self.govern),
            (5, self.send_several),
            (5, self.use_token),
            (4, self.ask_anything),
            (2, self.upgrade),
            (2, self.use_middleware),
            (2, self.try_to_deploy),
            (1, self.use_lonely_mirror),
            (1.5, self.plan_reentrance),
            (2, self.committee.plan_rewards),
            (0.5, self.plan_token),
            (3, self.act_together),
            (0.3, self.override_storage),
        )

    def init(self) -> Init:
        """The chain before the deployment."""
        return self.chain.init()

    def deployment(self) -> Iterator[Apply]:
        """The network."""
        return self.chain.deployment()

    def first_program(self) -> Iterator[Apply]:
        """A code is requested and validated, and becomes a program."""
        chain, code = self.chain, code_id(0)
        user = chain.users[1]
        yield chain.call(
            user, chain.router, ROUTER.encode_call("requestCodeValidation", code, *NO_PERMIT), 0, [word(1)]
        )
        yield self.committee.commit_only(codeCommitments=[{"id": code, "valid": True}])
        arguments = code, word(0), NOBODY, chain.receivers[0]
        yield chain.call(user, chain.router, ROUTER.encode_call("createProgramWithAbiInterface", *arguments))

    def step(self) -> Apply:
        """What happens next."""
        self.committee.forget()
        if self.chance.random() < 0.3:
            self.chain.mine(1, 12)
        if self.chain.state.get("router/paused") and self.chance.random() < 0.25:
            return self.chain.call(self.chain.owner_of("router"), self.chain.router, ROUTER.encode_call("unpause"))
        if not self.chain.state.get("router/genesisBlock/hash") and self.chance.random() < 0.3:
            return self.chain.call(self.somebody(), self.chain.router, ROUTER.encode_call("lookupGenesisHash"))
        weights, makers = [weight for weight, _ in self.steps], [make for _, make in self.steps]
        return self.chance.choices(makers, weights)[0]()

    def learn(self, answer: Answer) -> None:
        """Take notice of what a step led to."""
        for name, arguments in self.chain.learn(answer):
            self.committee.learn_event(name, arguments)

    def views(self) -> Iterator[Apply]:
        """Every question without arguments to the Router, the token and the last program; nothing comes of them."""
        chain = self.chain
        places = [(ROUTER, chain.router), (TOKEN, chain.contracts["token"])]
        places += [(MIRROR, program) for program in chain.programs[-1:]]
        for contract, place in places:
            for function in contract.functions.values():
                if function.outputs and not function.inputs:
                    yield chain.call(chain.deployer, place, function.selector, dry=True)

    def telling_views(self) -> Iterator[Apply]:
        """The few that tell most: the Router's summary, and who may sign at this moment."""
        telling = [ROUTER.functions[name].selector.hex() for name in TELLING]
        return (view for view in self.views() if str(view.input["calldata"])[2:] in telling)

    # signatures of people

    def somebody(self) -> Any:
        """One of the users."""
        return self.chance.choice(self.chain.users)

    def permit(self, user: Any, spender: Address, value: int) -> Permit:
        """Deadline, v, r, s of an allowance: mostly none, else good or nearly."""
        chance, chain = self.chance, self.chain
        if chance.random() < 0.6:
            return NO_PERMIT
        owner, deadline = address_of(user), chain.timestamp + chance.choice([100, 100, 100, 0, -1])
        nonce = chain.read_number(f"wvara/nonces/{owner}") + (chance.random() < 0.1)
        domain = hash_domain("Wrapped Vara", CHAIN_ID, chain.token)
        words = (bytes(owner), bytes(spender), word(min(value, 2**256 - 1)), word(nonce), word(deadline))
        signer = user if chance.random() < 0.9 else self.somebody()
        return (deadline, *self.spoil(sign_typed(signer, domain, PERMIT, words)))

    def spoil(self, signature: tuple[int, bytes, bytes]) -> tuple[int, bytes, bytes]:
        """A signature, seldom with a bad v, a large s, or no r."""
        v, r, s = signature
        chance = self.chance.random()
        if chance < 0.03:
            return 29, r, s
        if chance < 0.06:
            return v, r, b"\xff" * 32
        return v, r if chance < 0.97 else bytes(32), s

    # codes and programs

    def request_code(self) -> Apply:
        """A code to be validated."""
        user = self.somebody()
        blobs = [b"\x01" * 32] if self.chance.random() < 0.95 else []
        fee = self.chain.read_number("router/requestCodeValidationBaseFee")
        permit = self.permit(user, self.chain.router, fee)
        calldata = ROUTER.encode_call("requestCodeValidation", code_id(self.chance.randrange(CODES)), *permit)
        return self.chain.call(user, self.chain.router, calldata, 0, blobs)

    def request_code_on_behalf(self) -> Apply:
        """A code to be validated, paid by somebody who signed for it."""
        chance, chain = self.chance, self.chain
        user, code = self.somebody(), code_id(chance.randrange(CODES))
        blobs = [chance.randbytes(32) for _ in range(chance.choice([0, 1, 1, 1, 2]))]
        named = list(blobs)
        if chance.random() < 0.1:
            named = chance.choice([[], [*blobs, bytes(32)], [chance.randbytes(32) for _ in blobs]])
        base, extra = (chain.read_number(f"router/requestCodeValidation{kind}Fee") for kind in ("Base", "Extra"))
        deadline, *permit = self.permit(user, chain.router, base + extra)
        deadline = deadline or chain.timestamp + chance.choice([50, 50, 50, 0, -1])
        requester = address_of(user)
        nonce = chain.read_number(f"router/nonces/{requester}") + (chance.random() < 0.1)
        words = (requester, code, keccak256(b"".join(named)), word(nonce), word(deadline))
        domain = hash_domain("Vara.ETH Router", CHAIN_ID, chain.router)
        signature = self.spoil(sign_typed(user, domain, ON_BEHALF, [bytes(item) for item in words]))
        arguments = (requester, code, named, deadline, *signature, *permit)
        calldata = ROUTER.encode_call("requestCodeValidationOnBehalf", *arguments)
        return chain.call(self.somebody(), chain.router, calldata, 0, blobs)

    def create_program(self) -> Apply:
        """One of the four creations."""
        chance, chain = self.chance, self.chain
        user = self.somebody()
        initializer = chance.choice([NOBODY, NOBODY, NOBODY, address_of(user), chain.receivers[0]])
        arguments: list[Any] = [code_id(chance.randrange(CODES)), word(chance.randrange(SALTS)), initializer]
        name = "createProgram"
        shown, funded = chance.random() < 0.5, chance.random() < 0.5
        if shown:
            name += "WithAbiInterface"
            arguments.append(Address(chance.randbytes(20)))
        if funded:
            name += "AndExecutableBalance" if shown else "WithExecutableBalance"
            amount = chance.choice([0, 5, 10**12, 10**19])
            arguments += [amount, *self.permit(user, chain.router, amount)]
        return chain.call(user, chain.router, ROUTER.encode_call(name, *arguments))

    def use_program(self) -> Apply:
        """A message, a reply, a claim, a payment, or anything else a program can be asked."""
        chance, chain = self.chance, self.chain
        program, user = self.some_program(), self.somebody()
        value = chance.choice([0, 0, 1, 7, 10**9])
        amount = chance.choice([0, 5, 10**20])
        some, more = chance.randbytes(32), chance.randbytes(chance.randrange(40))
        message = MIRROR.encode_call("sendMessage", more, chance.random() < 0.5)
        topped_up = amount, *self.permit(user, program, amount)
        calldata, value = chance.choice(
            [
                *[(message, value)] * 4,
                (MIRROR.encode_call("sendReply", some, more), value),
                (MIRROR.encode_call("sendReply", some, more), value),
                (MIRROR.encode_call("claimValue", some), value % 2),
                (MIRROR.encode_call("executableBalanceTopUp", amount), 0),
                (MIRROR.encode_call("executableBalanceTopUpWithPermit", *topped_up), 0),
                (MIRROR.encode_call("transferLockedValueToInheritor"), 0),
                (chance.randbytes(chance.choice([0, 0, 3, 4, 35, 36, 100])), value),
                (MIRROR.encode_call(chance.choice(["exited", "inheritor", "nonce", "router", "stateHash"])), 0),
                (MIRROR.encode_call("initialize", NOBODY, NOBODY, True, 5), 0),
                (MIRROR.encode_call("performStateTransition", self.committee.transition()), value),
            ]
        )
        if chance.random() < 0.1:
            return chain.call(user, chain.token, TOKEN.encode_call("approve", program, amount))
        return chain.call(user, program, calldata, value)

    def some_program(self) -> Address:
        """A program; without any, the implementation behind them."""
        return self.chance.choice(self.chain.programs or [self.chain.contracts["Mirror"]])

    # several calls in one transaction

    def send_several(self) -> Apply:
        """Messages or new programs in one transaction, also from somebody who takes nothing back."""
        chance, chain = self.chance, self.chain
        if chance.random() < 0.4:
            creations = [
                (code_id(chance.randrange(CODES)), word(chance.randrange(SALTS)), b"init", *self.two_values())
                for _ in range(chance.choice([0, 1, 2]))
            ]
            calldata = MULTICALL.encode_call("createProgramBatch", chain.router, creations)
        else:
            calls = [
                {"mirror": self.some_program(), "payload": chance.randbytes(4), "value": chance.choice([0, 3])}
                for _ in range(chance.choice([0, 1, 2]))
            ]
            calldata = MULTICALL.encode_call("sendMessageBatch", calls)
        value = chance.choice([0, 6, 10])
        if chance.random() < 0.1:
            through = foreign_abi("NoRefund").encode_call("exec", chain.multicall, calldata)
            return chain.call(self.somebody(), foreign_address("NoRefund"), through, value)
        if chance.random() < 0.15:
            return chain.call(self.somebody(), chain.token, TOKEN.encode_call("approve", chain.multicall, 10**9))
        return chain.call(self.somebody(), chain.multicall, calldata, value)

    def two_values(self) -> tuple[int, int]:
        """Wei for a first message, tokens for a balance."""
        return self.chance.choice([0, 3]), self.chance.choice([0, 0, 5])

    def act_together(self) -> Apply:
        """Two or three calls in one transaction; two batches at times."""
        chance, chain = self.chance, self.chain
        if chance.random() < 0.4:
            first = self.committee.commit()
            requests = [first, self.committee.follow(first)]
        else:
            makers = (self.use_program, self.create_program, self.send_several, self.govern)
            requests = [chance.choice(makers)() for _ in range(chance.choice([2, 3]))]
        calls = [
            (
                request.input["to"],
                int(str(request.input["value"]), 16),
                bytes.fromhex(str(request.input["calldata"])[2:]),
            )
            for request in requests
        ]
        strict = chance.random() < 0.3
        calldata = foreign_abi("Executor").encode_call("exec", [call for call in calls if is_common(call[2])], strict)
        return chain.call(self.somebody(), foreign_address("Executor"), calldata, sum(call[1] for call in calls))

    def plan_reentrance(self) -> Apply:
        """What the account that calls back shall call when it is called.

        Never BatchMulticall with value: its refund would call back without an end but that of the gas, and how deep
        gas reaches depends on the compiled code.
        """
        chance, chain = self.chance, self.chain
        target, calldata = chance.choice(
            [
                (chain.router, ROUTER.encode_call("commitBatch", self.committee.batch([]), 1, [])),
                (chain.router, ROUTER.encode_call("pause")),
                (self.some_program(), MIRROR.encode_call("sendMessage", b"again", False)),
                (self.some_program(), b""),
                (chain.multicall, MULTICALL.encode_call("sendMessageBatch", [])),
            ]
        )
        value = chance.choice([0, 0, 3])
        value = 0 if target == chain.multicall else value
        return chain.plan("Reenterer", target, value, chance.random() < 0.5, calldata)

    # owners

    def govern(self) -> Apply:
        """What the Router's owner does, and others try."""
        chance, chain = self.chance, self.chain
        user = chain.owner_of("router") if chance.random() < 0.8 else self.somebody()
        mirrors = [chain.contracts["Mirror"]] * 6 + [chain.contracts["other Mirror"], foreign_address("OtherMirror")]
        calls: list[tuple[Any, ...]] = [
            ("pause",),
            ("unpause",),
            ("setMirror", chance.choice(mirrors)),
            ("setRequestCodeValidationBaseFee", chance.randrange(10**6)),
            ("setRequestCodeValidationExtraFee", chance.randrange(10**6)),
            ("bumpProtocolVersion", chance.randrange(3)),
            ("bumpProtocolVersion", chance.randrange(3)),
            ("lookupGenesisHash",),
        ]
        if chance.random() < 0.1:
            new = chance.choice([NOBODY, *map(address_of, chain.users)])
            calls = [("transferOwnership", new), ("reinitialize",)]
        return chain.call(user, chain.router, ROUTER.encode_call(*chance.choice(calls)))

    def upgrade(self) -> Apply:
        """A new implementation of Router, token or Middleware, or something that may be none."""
        chance, chain = self.chance, self.chain
        contract, mine, kind = chance.choice(
            [
                (chain.router, "other Router", "router"),
                (chain.contracts["token"], "other WrappedVara", "wvara"),
                (chain.contracts["middleware"], "POAMiddleware", ""),
            ]
        )
        odd = [*map(foreign_address, ("UpgradeWrongSlot", "Rejecter", "Acceptor", "Burner")), NOBODY, chain.router]
        implementation = chance.choice([*[chain.contracts[mine]] * 6, *odd])
        if chance.random() < 0.03:
            implementation = foreign_address("UpgradeGood")
        data = chance.choice(
            [b"", b"", abi("Router").encode_call("reinitialize"), TOKEN.encode_call("totalSupply"), b"\1\2\3\4"]
        )
        calldata = ROUTER.encode_call("upgradeToAndCall", implementation, data)
        target = contract if chance.random() < 0.85 else chain.contracts[mine]
        user = chain.owner_of(kind) if chance.random() < 0.9 else self.somebody()
        return chain.call(user, target, calldata, chance.choice([0, 0, 0, 0, 5]))

    def use_middleware(self) -> Apply:
        """Anything that the Middleware of a network without vaults can be asked."""
        chance, chain = self.chance, self.chain
        user = chain.deployer if chance.random() < 0.7 else self.somebody()
        if chance.random() < 0.3:
            validators = [chance.choice([NOBODY, *map(address_of, chain.users)]) for _ in range(chance.randrange(4))]
            calldata = MIDDLEWARE.encode_call("setValidators", validators)
        else:
            calldata = self.any_call(MIDDLEWARE, chance.choice(sorted(set(MIDDLEWARE.functions) - {"initialize"})))
        place = "middleware" if chance.random() < 0.9 else "POAMiddleware"
        return chain.call(user, chain.contracts[place], calldata)

    def try_to_deploy(self) -> Apply:
        """A network of somebody's own, mostly with something wrong; nobody watches it."""
        chance, chain = self.chance, self.chain
        user = chance.choice(chain.users[1:])
        odd: dict[str, Any] = chance.choice(
            [
                {"owner": NOBODY},
                {"owner": address_of(chain.deployer)},
                {"election": 0},
                {"era": chain.election},
                {"delay": (chain.era - chain.election) // 10},
                {"key": (1, 1)},
                {"token": chance.choice([NOBODY, *chain.receivers])},
                {"validators": []},
                {"shares": b""},
                {},
            ]
        )
        call = chain.router_initialization(**({"owner": address_of(user)} | odd))
        implementation, call, value = chance.choice(
            [
                *[(chain.contracts["Router"], call, 0)] * 8,
                (chain.contracts["Router"], b"", 0),
                (chain.contracts["Router"], b"\1\2\3\4", chance.choice([0, 7])),
                (chance.choice([NOBODY, *map(foreign_address, DELEGATED)]), call, 0),
                (foreign_address("UpgradeGood"), foreign_abi("UpgradeGood").encode_call("touch"), 5),
            ]
        )
        arguments = PROXY.encode_constructor(implementation, call)
        if chance.random() < 0.1:
            arguments = arguments[: chance.randrange(len(arguments))]
        request = chain.create("ERC1967Proxy", arguments, user, value)
        if chance.random() < 0.15:
            number, timestamp = chance.choice(ODD_BLOCKS)
            request.input["block"] = {"number": hex(number), "timestamp": hex(timestamp)}
        return request

    # the token

    def use_token(self) -> Apply:
        """What holders and the owner of the token do."""
        chance, chain = self.chance, self.chain
        user = self.somebody() if chance.random() < 0.6 else chain.owner_of("wvara")
        places = [NOBODY, chain.router, *map(address_of, chain.users)]
        one, two = chance.choice(places), chance.choice(places)
        amount = chance.choice([0, 1, 10**6, 10**30, 2**256 - 1])
        holder = self.somebody()
        deadline, *signature = self.permit(holder, one, amount)
        calls: list[tuple[Any, ...]] = [
            ("transfer", one, amount),
            ("approve", one, amount),
            ("transferFrom", one, two, amount),
            ("mint", one, amount),
            ("burn", amount),
            ("burnFrom", one, amount),
            ("permit", address_of(holder), one, amount, deadline, *signature),
            ("permit", address_of(holder), one, amount, deadline, *signature),
        ]
        if chance.random() < 0.06:
            calls = [("transferOwnership", one), ("reinitialize",), ("renounceOwnership",), ("initialize", one)]
        return chain.call(user, chain.contracts["token"], TOKEN.encode_call(*chance.choice(calls)))

    def plan_token(self) -> Apply:
        """How the stand-in of a token fails from now on, or no longer."""
        modes = [self.chance.choice([0, 0, 0, 1, 2, 3, 4]) for _ in range(3)]
        return self.chain.plan("StubToken", *modes, self.chance.choice([12, 74, 75]))

    # anything

    def ask_anything(self) -> Apply:
        """Some function of some contract with arguments of its types."""
        chance, chain = self.chance, self.chain
        places = chain.contracts
        name, place = chance.choice(
            [
                *[("Router", chain.router)] * 5,
                *[("WrappedVara", places["token"])] * 3,
                *[("Mirror", self.some_program())] * 2,
                ("Router", places["Router"]),
                ("WrappedVara", places["WrappedVara"]),
                ("Mirror", places["Mirror"]),
                ("Gear", places["Gear"]),
            ]
        )
        function = chance.choice(sorted(set(abi(name).functions) - {"renounceOwnership"}))
        if chance.random() < 0.005:
            function = "renounceOwnership" if name in ("Router", "WrappedVara") else function
        value = chance.choice([0] * 9 + [1])
        return chain.call(self.somebody(), place, self.any_call(abi(name), function), value)

    def any_call(self, contract: Any, function: str) -> bytes:
        """Calldata with random arguments, at times cut."""
        calldata: bytes = contract.encode_call(
            function, *random_arguments(self.chance, contract, function, self.names())
        )
        return calldata if self.chance.random() < 0.95 else calldata[: self.chance.randrange(len(calldata))]

    def names(self) -> Sequence[bytes]:
        """Addresses and ids that mean something."""
        chain = self.chain
        return [*map(address_of, chain.users), *chain.programs, chain.router, code_id(0), code_id(1)]

    def use_lonely_mirror(self) -> Apply:
        """A Mirror whose Router is foreign and calls it without reason."""
        chance = self.chance
        lonely, stub = self.chain.contracts["lonely Mirror"], foreign_abi("StubRouter")
        if chance.random() < 0.15:
            return self.chain.plan("StubRouter", lonely, self.chain.token, chance.random() < 0.3, chance.randrange(2))
        transition = {**self.committee.transition(), "valueToReceive": chance.choice([0, 3])}
        if chance.random() < 0.7:
            transition["actorId"] = lonely
        initialization = chance.choice([(NOBODY, NOBODY, True), (address_of(self.somebody()), NOBODY, False)])
        calldata = chance.choice(
            [
                MIRROR.encode_call("performStateTransition", transition),
                MIRROR.encode_call("initialize", *initialization, 5),
                MIRROR.encode_call("initialize", NOBODY, lonely, False, 0),
            ]
        )
        return self.chain.call(
            self.somebody(), foreign_address("StubRouter"), stub.encode_call("relay", lonely, calldata)
        )

    def override_storage(self) -> Apply:
        """A word of the Router that no transaction could write: no checks of the header, odd times, no threshold."""
        chance, chain = self.chance, self.chain
        distance, value = chance.choice(
            [
                (0, 1),
                (0, 0),
                (14, chain.timestamp + chance.choice([-1, 0, 5, chain.era])),
                (20, chain.timestamp + chance.choice([-1, 0, 5, chain.era])),
                (8, chance.choice([2 | 3 << 128, 2, 5 | 3 << 128])),
                (31, 2**256 - 1),
            ]
        )
        return chain.set_storage(chain.router, ROUTER_V1 + distance, value)


def is_common(calldata: bytes) -> bool:
    """Whether every revision of the contracts has the function."""
    return calldata[:4] not in [ROUTER.functions[name].selector for name in PINNED_ONLY]
