"""Who proposes, how many votes are enough, and which certificates are valid.

Rules: ROL-60 to ROL-67.
Source: circlefin/malachite code/crates/{core-types/src/threshold.rs, signing/src/ext.rs};
    ethexe/malachite/core/src/context.rs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import auto

from gearexe_spec.base.fixed_bytes import Address
from gearexe_spec.base.numeric import I64, U64
from gearexe_spec.base.rejection import Phase, Rejected, Rejection
from gearexe_spec.crypto.bft_signature import BftSignature, is_bft_signature_valid
from gearexe_spec.crypto.ecdsa import PublicKey
from gearexe_spec.executor.bft_messages import (
    CommitCertificate,
    RoundCertificate,
    RoundCertificateType,
    Vote,
    VoteType,
    vote,
)


class CertificateRejection(Rejection):
    """Why a certificate is not valid."""

    DuplicateVote = auto()
    """Carries the address."""
    UnknownValidator = auto()
    """Carries the address."""
    PrevoteInPrecommitRoundCertificate = auto()
    """Carries the address."""
    NotEnoughVotingPower = auto()
    """Carries how much was signed, how much there is, how much is needed."""

    @property
    def phase(self) -> Phase:
        """Judged before anything happens."""
        return Phase.VALIDATE


@dataclass(frozen=True, slots=True)
class ValidatorSet:
    """Validators by address; every one has the power 1 (ROL-60)."""

    keys: Mapping[Address, PublicKey]

    @classmethod
    def of(cls, keys: Sequence[PublicKey]) -> ValidatorSet:
        """The set of these keys, in ascending order of addresses."""
        by_address = {key.to_address(): key for key in keys}
        return cls({address: by_address[address] for address in sorted(by_address)})

    @property
    def order(self) -> tuple[Address, ...]:
        """The addresses, ascending (ROL-60)."""
        return tuple(self.keys)

    @property
    def total(self) -> int:
        """The power of all."""
        return len(self.keys)


def choose_proposer(validators: ValidatorSet, height: U64, proposal_round: I64) -> Address:
    """Who proposes in a round: the set in turn, by height and round (ROL-61).

    Args:
        validators: not empty.
        height: from 1 on; 0 counts like 1.
        proposal_round: 0 or more.
    """
    return validators.order[(max(int(height) - 1, 0) + int(proposal_round)) % validators.total]


def compute_quorum(total: int) -> int:
    """The least power that is more than two thirds of all (ROL-62)."""
    return 1 + 2 * total // 3


def compute_honest(total: int) -> int:
    """The least power that is more than one third of all (ROL-63)."""
    return 1 + total // 3


def is_quorum(weight: int, total: int) -> bool:
    """More than two thirds, unlike the Router, which wants at least two thirds (ROL-62)."""
    return weight * 3 > total * 2


def is_honest(weight: int, total: int) -> bool:
    """More than one third: at least one of them is honest (ROL-63)."""
    return weight * 3 > total


def check_certificate(certificate: CommitCertificate, vote_type: VoteType, validators: ValidatorSet) -> None:
    """Enough validators signed the same vote (ROL-64, ROL-65).

    A signature that does not verify has no power, but is no error.

    Args:
        certificate: of precommits (commit) or prevotes (polka).
        vote_type: which of them.
        validators: of the height.

    Raises:
        Rejected: for each signature in order DuplicateVote, UnknownValidator; at the end NotEnoughVotingPower.
    """
    counted: set[Address] = set()
    signed = 0
    for each in certificate.signatures:
        key = _check_signer(each.address, counted, validators)
        ballot = Vote(vote_type, certificate.height, certificate.round, certificate.value_id, each.address)
        signed += _power_of(ballot, each.signature, key)
    _check_power(signed, validators.total, compute_quorum(validators.total))


def check_round_certificate(certificate: RoundCertificate, validators: ValidatorSet) -> None:
    """Enough validators voted in the round, for whatever value (ROL-66, ROL-67).

    Raises:
        Rejected: for each signature in order DuplicateVote, UnknownValidator, PrevoteInPrecommitRoundCertificate; at
            the end NotEnoughVotingPower.
    """
    is_precommit = certificate.type is RoundCertificateType.Precommit
    counted: set[Address] = set()
    signed = 0
    for each in certificate.signatures:
        key = _check_signer(each.address, counted, validators)
        if is_precommit and each.vote_type is VoteType.Prevote:
            raise Rejected(CertificateRejection.PrevoteInPrecommitRoundCertificate, each.address)
        ballot = Vote(each.vote_type, certificate.height, certificate.round, each.value_id, each.address)
        signed += _power_of(ballot, each.signature, key)
    needed = compute_quorum(validators.total) if is_precommit else compute_honest(validators.total)
    _check_power(signed, validators.total, needed)


def _check_signer(address: Address, counted: set[Address], validators: ValidatorSet) -> PublicKey:
    if address in counted:
        raise Rejected(CertificateRejection.DuplicateVote, address)
    counted.add(address)
    key = validators.keys.get(address)
    if key is None:
        raise Rejected(CertificateRejection.UnknownValidator, address)
    return key


def _power_of(ballot: Vote, signature: BftSignature, key: PublicKey) -> int:
    return int(is_bft_signature_valid(signature, key, vote.encode(ballot)))


def _check_power(signed: int, total: int, needed: int) -> None:
    if signed < needed:
        raise Rejected(CertificateRejection.NotEnoughVotingPower, signed, total, needed)
