"""Contracts on an EVM as a target: the area `onchain`, answered by our embedded artifacts or by others.

Foreign code runs as it is, so what a request says about the answers of foreign code is not looked at.

Rules: WIR-44 to WIR-52.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from gearexe_spec import __version__
from gearexe_spec.base.fixed_bytes import Address, Bytes32
from gearexe_spec.base.numeric import U256
from gearexe_spec.conformance.json_form import Json, JsonFormError, from_json, to_json
from gearexe_spec.conformance.targets.evm_economics import AREA as ECONOMICS
from gearexe_spec.conformance.targets.evm_economics import STEPS as ECONOMICS_STEPS
from gearexe_spec.conformance.targets.evm_economics import EvmEconomics, SavedScene
from gearexe_spec.conformance.targets.evm_forms import creation_form, log_form
from gearexe_spec.conformance.targets.evm_revision import RevisedExpectation
from gearexe_spec.conformance.targets.target import Target
from gearexe_spec.conformance.wire import (
    PROTOCOL,
    Accepted,
    Answer,
    Apply,
    Failure,
    GetState,
    Init,
    RejectedAnswer,
    Request,
    Restore,
    Save,
    Unsupported,
)
from gearexe_spec.crypto.hashes import keccak256
from gearexe_spec.evm.artifacts import ArtifactError, Artifacts, load_artifacts
from gearexe_spec.evm.contract_abi import ERROR_STRING, PANIC
from gearexe_spec.evm.revisions import PINNED, Revision, revision_of, strip_paths
from gearexe_spec.evm.storage_view import (
    IMPLEMENTATION,
    ROUTER_SLOT,
    ROUTER_V1,
    Known,
    Layout,
    Paths,
    mirror_layout,
    read_router,
    router_layout,
    token_layout,
)
from gearexe_spec.evm.world import (
    Block,
    Log,
    Receipt,
    SenderCannotPay,
    Snapshot,
    TracedCall,
    World,
    salted_block_hashes,
    select_foreign_calls,
)

AREA = "onchain"
CONTRACTS = ("Router", "Mirror", "WrappedVara", "POAMiddleware", "BatchMulticall", "ERC1967Proxy", "Gear")
DEPLOYMENT_FAILED = bytes.fromhex("30116425")
"""`DeploymentFailed()`, which is in no ABI."""
CODE_VALIDATION_REQUESTED = keccak256(b"CodeValidationRequested(bytes32)")
Form = dict[str, Any]


@dataclass(frozen=True)
class Watch:
    """What is compared.

    Args:
        known: the accounts and codes at which maps are looked at.
        router: the Router's proxy, if there is one.
        wvara: the token's proxy, if there is one.
    """

    known: Known
    router: Address | None
    wvara: Address | None


@dataclass
class Chain:
    """A world, which contract stands where, and what is watched.

    Args:
        revision: of the contracts; of a state that it does not have nothing is told, whatever a step writes there.
        contracts: by address the name of the artifact; `Clone` for programs, `Bytes` for stored bytes.
        paths: of the state after the last step, sorted.
    """

    world: World
    watch: Watch
    revision: Revision = PINNED
    contracts: dict[Address, str] = field(default_factory=dict)
    paths: Paths = field(default_factory=dict)
    layouts: dict[str, Layout] = field(default_factory=dict)

    def read_paths(self) -> Paths:
        """The state of what is watched, in the form of the wire."""
        paths: Paths = {}
        known, router, wvara = self.watch.known, self.watch.router, self.watch.wvara
        if router is not None and self.world.code(router):
            base = self.world.storage(router, ROUTER_SLOT) or ROUTER_V1
            layout = self.layout(f"router {base}", lambda: router_layout(base, known))
            paths |= read_router(self.world, router, layout)
        if wvara is not None and self.contracts.get(wvara) == "ERC1967Proxy":
            paths |= self.layout("wvara", lambda: token_layout(known)).read(self.world.storage_words(wvara))
        for address in known.addresses:
            if self.contracts.get(address) in ("Clone", "Mirror"):
                layout = self.layout(f"mirror {address}", lambda address=address: mirror_layout(address))  # type: ignore[misc]
                paths |= layout.read(self.world.storage_words(address))
            if wei := self.world.balance(address):
                paths[f"balances/{address}"] = hex(wei)
        paths = strip_paths(self.revision, paths)
        return {path: wire_value(paths[path]) for path in sorted(paths) if not path.startswith("unexplained/")}

    def learn_codes(self, logs: Sequence[Log]) -> None:
        """Codes are looked at from the moment their validation is requested, named beforehand or not."""
        requested = {Bytes32(log.data) for log in logs if log.topics[:1] == (CODE_VALIDATION_REQUESTED,)}
        if unknown := requested.difference(self.watch.known.codes):
            codes = self.watch.known.codes + tuple(sorted(unknown))
            self.watch = replace(self.watch, known=replace(self.watch.known, codes=codes))
            self.layouts.clear()

    def is_router(self, address: Address) -> bool:
        """Whether a Router answers there, itself or behind a proxy."""
        if self.contracts.get(address) == "ERC1967Proxy":
            address = Address(self.world.storage(address, IMPLEMENTATION).to_bytes(20, "big"))
        return self.contracts.get(address) == "Router"

    def layout(self, name: str, make: Callable[[], Layout]) -> Layout:
        """A layout, made once."""
        if name not in self.layouts:
            self.layouts[name] = make()
        return self.layouts[name]

    def save(self) -> tuple[Snapshot, dict[Address, str], Paths]:
        """All that changes."""
        return self.world.snapshot(), dict(self.contracts), self.paths


@dataclass(frozen=True, slots=True)
class SavedStates:
    """What `save` keeps of each area that has a state."""

    chain: tuple[Chain, tuple[Snapshot, dict[Address, str], Paths]] | None
    economics: SavedScene | None


class EvmTarget(Target):
    """Answers the areas `onchain` and `economics` by running contracts.

    Args:
        folder: of artifacts; our own by default.

    Raises:
        ArtifactError: there is no such folder, or an artifact is missing.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._artifacts = load_artifacts(folder)
        self._errors = read_errors(self._artifacts)
        self._chain: Chain | None = None
        self._genesis: dict[str, Json] = {}
        self._economics = EvmEconomics(folder)
        self._saved: dict[str, SavedStates] = {}

    def describe(self) -> dict[str, Json]:
        steps = ("call", "create", "setStorage", "state")
        methods: list[Json] = ["hello", "apply", "init", "get_state", "save", "restore", "batch"]
        return {
            "protocol": PROTOCOL,
            "name": f"contracts of {self._artifacts.folder.name} on py-evm",
            "version": __version__,
            "methods": methods,
            "areas": [AREA, ECONOMICS],
            "operations": [
                *(f"{AREA}/{step}" for step in steps),
                *(f"{ECONOMICS}/{step}" for step in ECONOMICS_STEPS),
            ],
        }

    def reset(self) -> None:
        self._chain = None
        self._economics.scene = None
        self._saved.clear()

    def expected_of(self, request: Request, expected: Answer | None) -> Answer | None:
        if self._chain is None:
            return expected
        world = self._chain.world
        return RevisedExpectation(self._artifacts, lambda place: bool(world.code(place)), self._chain.is_router)(
            request, expected
        )

    def answer(self, request: Request) -> Answer:
        try:
            return self._dispatch(request)
        except (JsonFormError, KeyError, TypeError) as error:
            return Failure(f"malformed request: {type(error).__name__} {error}")
        except (ArtifactError, SenderCannotPay) as error:
            return Failure(f"{type(error).__name__}: {error}")

    def _dispatch(self, request: Request) -> Answer:
        match request:
            case Init(area=area, state=state) if area == AREA:
                form = cast(Form, state)
                self._chain = load_chain(form, revision_of(self._artifacts))
                self._genesis = {name: part for name, part in form.items() if name != "state"}
                return Accepted()
            case Apply(operation=operation, input=form) if operation.startswith(f"{AREA}/"):
                return self._apply(operation.removeprefix(f"{AREA}/"), form)
            case GetState(area=area) if area == AREA:
                return Accepted({**self._genesis, "state": pairs(self._running().paths)})
            case Init(area=area, state=state) if area == ECONOMICS:
                return self._economics.init(cast(Form, state))
            case Apply(operation=operation, input=form) if operation.startswith(f"{ECONOMICS}/"):
                return self._economics.apply(operation.removeprefix(f"{ECONOMICS}/"), form)
            case GetState(area=area) if area == ECONOMICS:
                return Accepted(self._economics.dump())
            case Save(name=name):
                self._save(name)
                return Accepted()
            case Restore(name=name) if name in self._saved:
                self._restore(self._saved[name])
                return Accepted()
        return Unsupported(getattr(request, "operation", None) or type(request).__name__)

    def _save(self, name: str) -> None:
        chain, economics = self._chain, self._economics
        self._saved[name] = SavedStates(
            None if chain is None else (chain, chain.save()), None if economics.scene is None else economics.save()
        )

    def _restore(self, saved: SavedStates) -> None:
        if saved.chain is not None:
            self._chain, (snapshot, contracts, paths) = saved.chain
            self._chain.world.revert(snapshot)
            self._chain.contracts, self._chain.paths = dict(contracts), paths
        if saved.economics is not None:
            self._economics.restore(saved.economics)

    def _running(self) -> Chain:
        if self._chain is None:
            raise JsonFormError(f"area {AREA} has no state: init it first")
        return self._chain

    def _apply(self, step: str, form: Form) -> Answer:
        chain = self._running()
        if step == "state":
            return Accepted({"paths": pairs(chain.paths)})
        if step not in ("call", "create", "setStorage"):
            return Unsupported(f"{AREA}/{step}")
        block = form["block"]
        chain.world.block = Block(from_json(U256, block["number"]), from_json(U256, block["timestamp"]))
        if step == "setStorage":
            chain.world.set_storage(
                from_json(Address, form["address"]), from_json(U256, form["slot"]), from_json(U256, form["value"])
            )
            return Accepted({"delta": settle(chain)})
        receipt = run_call(chain, form) if step == "call" else run_create(chain, form, self._artifacts)
        return self._answer_step(chain, form, receipt)

    def _answer_step(self, chain: Chain, form: Form, receipt: Receipt) -> Answer:
        """What everybody can see of a step; a dry one leaves nothing behind (WIR-48 to WIR-50)."""
        made = contracts_made(receipt, form.get("contract"))
        chain.learn_codes(receipt.logs)
        seen: dict[str, Json] = {
            "calls": [call_form(call) for call in select_foreign_calls(receipt.calls, chain.contracts.keys() | made)],
            "creations": [creation_form(creation) for creation in receipt.creations],
        }
        if not receipt.ok:
            reason = self._errors.get(receipt.return_data[:4], "ForeignError") if receipt.return_data else "Empty"
            return RejectedAnswer(reason, "execute", {"data": to_json(receipt.return_data), **seen})
        delta: Json = []
        if not form["dry"]:
            chain.contracts |= made
            delta = settle(chain)
        output = receipt.return_data if receipt.created is None else receipt.created
        logs: Json = [log_form(log) for log in receipt.logs]
        return Accepted({"returnData": to_json(bytes(output)), "logs": logs, "delta": delta, **seen})


def read_errors(artifacts: Artifacts) -> dict[bytes, str]:
    """Names of errors by selector."""
    errors = {PANIC: "Panic", ERROR_STRING: "Error", DEPLOYMENT_FAILED: "DeploymentFailed"}
    for contract in CONTRACTS:
        errors |= {selector: error.name for selector, error in artifacts[contract].abi.errors.items()}
    return errors


def load_chain(form: Form, revision: Revision) -> Chain:
    """The chain before anything was deployed (WIR-44)."""
    salt = from_json(Bytes32, form["blockHashSalt"])
    world = World(Block(0, 0), chain_id=from_json(U256, form["chainId"]), block_hash=salted_block_hashes(salt))
    for account in form["accounts"]:
        address = from_json(Address, account["address"])
        if account["code"] != "0x":
            world.set_code(address, from_json(bytes, account["code"]))
        world.set_balance(address, from_json(U256, account["balance"]))
    codes = tuple(from_json(Bytes32, code) for code in form.get("codes", []))
    known = Known(tuple(from_json(Address, address) for address in form["watch"]), codes)
    roles = form["roles"]
    router, wvara = (from_json(Address | None, roles.get(role)) for role in ("router", "wvara"))
    chain = Chain(world, Watch(known, router, wvara), revision)
    chain.paths = chain.read_paths()
    return chain


def run_call(chain: Chain, form: Form) -> Receipt:
    """A transaction that calls an account (WIR-45)."""
    return chain.world.call(
        from_json(Address, form["from"]),
        from_json(Address, form["to"]),
        from_json(bytes, form["calldata"]),
        value=from_json(U256, form["value"]),
        blob_hashes=from_json(tuple[Bytes32, ...], form["blobHashes"]),
        dry=from_json(bool, form["dry"]),
    )


def run_create(chain: Chain, form: Form, artifacts: Artifacts) -> Receipt:
    """A transaction that deploys a contract (WIR-46)."""
    return chain.world.create(
        from_json(Address, form["from"]),
        artifacts[form["contract"]].bytecode + from_json(bytes, form["constructorArguments"]),
        value=from_json(U256, form["value"]),
        dry=from_json(bool, form["dry"]),
    )


def contracts_made(receipt: Receipt, contract: str | None) -> dict[Address, str]:
    """The contracts that a step creates; stored bytes begin with the opcode that stops."""
    made = {creation.address: "Bytes" if creation.stores_bytes else "Clone" for creation in receipt.creations}
    return made | ({} if receipt.created is None or contract is None else {receipt.created: contract})


def settle(chain: Chain) -> Json:
    """Read the state anew; the pairs of changed paths and their new values, null for what is gone (WIR-42)."""
    before, chain.paths = chain.paths, chain.read_paths()
    changed = (path for path in before.keys() | chain.paths.keys() if before.get(path) != chain.paths.get(path))
    return [[path, cast(Json, chain.paths.get(path))] for path in sorted(changed)]


def pairs(paths: Paths) -> Json:
    """Pairs of path and value (WIR-41)."""
    return [[path, cast(Json, value)] for path, value in paths.items()]


def wire_value(value: Any) -> Any:
    """Numbers as minimal hex."""
    return hex(value) if isinstance(value, int) and not isinstance(value, bool) else value


def call_form(call: TracedCall) -> Json:
    """A call in which a foreign account takes part."""
    return {
        "from": to_json(call.sender),
        "to": to_json(call.to),
        "value": to_json(call.value),
        "calldata": to_json(call.calldata),
        "gas": to_json(call.gas),
        "static": call.static,
        "parent": to_json(call.parent),
        "success": call.success,
        "returnData": to_json(call.return_data),
    }
