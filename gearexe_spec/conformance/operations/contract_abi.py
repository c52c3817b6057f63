"""Operations `contractAbi/…`: calls, results, events and errors of the contracts by name.

What a contract's JSON interface says about bytes. Decoding is eth-abi's with the interfaces of our own contracts, which
are those of production.

Rules: WIR-56 to WIR-58.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from eth_abi.exceptions import DecodingError

from gearexe_spec.base.rejection import NotSpecifiedYet
from gearexe_spec.conformance.json_form import Json, from_json, to_json
from gearexe_spec.conformance.operations.registry import Input, operation
from gearexe_spec.evm.artifacts import embedded_artifacts
from gearexe_spec.evm.contract_abi import ContractAbi, Values
from gearexe_spec.onchain.errors import EvmRejection, decode_revert_data

CONTRACTS = ("Router", "Mirror", "WrappedVara", "BatchMulticall", "POAMiddleware", "Gear", "ERC1967Proxy")


@cache
def contract_abi(contract: str) -> ContractAbi:
    """The interface of one of the contracts.

    Raises:
        NotSpecifiedYet: it is none of them.
    """
    if contract not in CONTRACTS:
        raise NotSpecifiedYet(f"interface of {contract}")
    return embedded_artifacts()[contract].abi


@operation("contractAbi/decodeCall")
def decode_call(form: Input) -> Json:
    """Function and arguments of calldata, and whether it is their standard encoding byte for byte."""
    abi, data = contract_abi(from_json(str, form["contract"])), from_json(bytes, form["calldata"])
    try:
        function, arguments = abi.decode_call(data)
    except (KeyError, DecodingError) as error:
        raise NotSpecifiedYet(f"calldata that is no call of the contract: {type(error).__name__}") from error
    canonical = abi.encode_call(function, *arguments.values()) == data
    return {"function": function, "args": _form(arguments), "canonical": canonical}


@operation("contractAbi/decodeReturns")
def decode_returns(form: Input) -> Json:
    """The results of a function by name."""
    abi = contract_abi(from_json(str, form["contract"]))
    function = from_json(str, form["function"])
    if function not in abi.functions:
        raise NotSpecifiedYet(f"results of {function}")
    return {"returns": _form(abi.decode_returns(function, from_json(bytes, form["data"])))}


@operation("contractAbi/decodeEvent")
def decode_event(form: Input) -> Json:
    """Name and arguments of a log; null for an event that none of the contracts declares.

    A program's own event may have the first topic of a contract's event, and not its shape.
    """
    topics, data = from_json(tuple[bytes, ...], form["topics"]), from_json(bytes, form["data"])
    for contract in CONTRACTS:
        try:
            found = contract_abi(contract).decode_event(topics, data)
        except (DecodingError, ValueError):
            continue
        if found is not None:
            return {"event": found[0], "args": _form(found[1])}
    return {"event": None, "args": {}}


@operation("contractAbi/decodeError")
def decode_error(form: Input) -> Json:
    """Name and arguments of revert data; `Panic`, `Error`, `empty` and `unknown` are names too.

    One error is in no interface: `DeploymentFailed` of a library.
    """
    data = from_json(bytes, form["data"])
    found: tuple[str, Values] = ("unknown", {})
    for contract in CONTRACTS:
        found = contract_abi(contract).decode_error(data)
        if found[0] != "unknown":
            break
    else:
        reason, _ = decode_revert_data(data)
        found = ("unknown" if reason is EvmRejection.ForeignError else reason.name, {})
    return {"error": found[0], "args": _form(found[1])}


def _form(values: Any) -> Json:
    return to_json(values)
