"""Referrals: a claim from sign-up to its end, with the rewards of both sides.  A claim is written once it has come to
its last state.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gateway.seeding.draw import Draw
from gateway.seeding.ledger import Ledger
from gateway.seeding.people import Person
from gateway.seeding.shapes import Batch
from models.credits import EntryKind
from models.referrals import ClaimState, Referral, ReferralClaim, ReferralStatus


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a claim comes to.  `order_id` is the first purchase that decided it, else it was `decided_by` an admin."""

    state: ClaimState
    at: datetime
    order_id: UUID | None = None
    decided_by: UUID | None = None
    reason: str | None = None
    voided_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Claim:
    id: UUID
    document_id: UUID
    referrer: Person
    referred: Person
    created_at: datetime


class Referrals:
    """The claims that wait, by the id of the referred person."""

    def __init__(self, draw: Draw, ledger: Ledger, reward: int) -> None:
        self._draw = draw
        self._ledger = ledger
        self._credits = reward
        self._pending: dict[UUID, _Claim] = {}

    def claim(self, referred: Person, referrer: Person) -> None:
        at = referred.created_at
        claim = _Claim(self._draw.id(at), self._draw.id(at), referrer, referred, at)
        self._pending[referred.id] = claim
        referrer.referred += 1
        referrer.updated_at = max(referrer.updated_at, at)

    def waiting(self, referred: Person) -> UUID | None:
        """The id of the claim that waits for the person's first purchase, if there is one."""
        claim = self._pending.get(referred.id)
        return claim.id if claim else None

    def decide(self, batch: Batch, referred: Person, verdict: Verdict) -> None:
        """Write the claim and pay the rewards.  One that is voided later is paid now and taken back by `take_back`."""
        claim = self._pending.pop(referred.id)
        self._write(batch, claim, verdict)
        if verdict.state is not ClaimState.FLAGGED:
            self._reward(claim.referrer, EntryKind.REFERRER_REWARD, verdict.at, claim.id)
        self._reward(claim.referred, EntryKind.REFERRED_REWARD, verdict.at, claim.id)

    def _reward(self, person: Person, kind: EntryKind, at: datetime, claim_id: UUID) -> None:
        self._ledger.reward(person.wallet, kind, self._credits, at, claim_id=claim_id)

    def take_back(self, referred: Person, claim_id: UUID, at: datetime, reason: str) -> None:
        for person in (referred.referrer, referred):
            if person is None:
                raise ValueError(f"Bug: claim {claim_id} has no referrer.")
            if self._credits:
                self._ledger.reverse(person.wallet, self._credits, at, claim_id=claim_id, reason=reason)

    def close(self, batch: Batch) -> None:
        """Write the claims that still wait."""
        for claim in self._pending.values():
            self._write(batch, claim, Verdict(ClaimState.PENDING, claim.created_at))
        self._pending.clear()

    def _write(self, batch: Batch, claim: _Claim, verdict: Verdict) -> None:
        converted_at = None if verdict.state is ClaimState.PENDING else verdict.at
        stamps = {"created_at": claim.created_at, "updated_at": verdict.voided_at or verdict.at}
        batch.row(
            ReferralClaim,
            id=claim.id,
            referrer_id=claim.referrer.id,
            referred_user_id=claim.referred.id,
            state=verdict.state,
            order_id=verdict.order_id,
            decided_by=verdict.decided_by,
            reason=verdict.reason,
            reward=None if converted_at is None else self._credits,
            converted_at=converted_at,
            voided_at=verdict.voided_at,
            **stamps,
        )
        batch.document(
            Referral,
            id=claim.document_id,
            referrer_id=claim.referrer.id,
            referred_user_id=claim.referred.id,
            status=ReferralStatus[verdict.state.name].value,
            credits_awarded=verdict.state is ClaimState.CONVERTED,
            converted_at=converted_at,
            **stamps,
        )
