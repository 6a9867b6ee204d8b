"""What a first purchase does to the referral of its buyer, and what giving that purchase back does: decided on the
claim, rewarded in the ledger, in the transaction of the caller.
"""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.credits import CreditEntry, EntryKind
from models.identity import Session
from models.outbox import Aggregate
from models.payments import Payment, PaymentState
from models.referrals import ClaimState, ReferralClaim
from resolvers import ledger
from resolvers.credit_accounts import lock
from resolvers.outbox import enqueue

SHOWN = "claim"
REWARDS = (EntryKind.REFERRED_REWARD, EntryKind.REFERRER_REWARD)
SAME_CARD = "Both paid with the same card."
SAME_DEVICE = "Both signed in from the same device."
PURCHASE_REFUNDED = "The first purchase was refunded."


async def convert(
    session: AsyncSession, *, order_id: UUID, user_id: UUID, fingerprint: str | None, credits: int
) -> bool:
    """Decides the claim that waits for this person's first purchase, if one does, in the transaction that commits that
    purchase and holds the lock of the person's row.  `fingerprint` is that of the card, `credits` what a side earns.

    True when it was rewarded, be it that a doubt withholds the referrer's side; false where no claim waited.
    """
    found = await claim_of(session, user_id)
    if found is None:
        return False
    claim = await locked(session, found)
    if claim.state is not ClaimState.PENDING:
        return False
    reason = await suspicion(session, claim, fingerprint)
    state = ClaimState.CONVERTED if reason is None else ClaimState.FLAGGED
    await decide(session, claim, state, order_id=order_id, reason=reason, reward=credits, converted_at=func.now())
    await reward(session, claim, EntryKind.REFERRED_REWARD, credits)
    if state is ClaimState.CONVERTED:
        await reward(session, claim, EntryKind.REFERRER_REWARD, credits)
    return True


async def void_for_refund(session: AsyncSession, *, order_id: UUID) -> None:
    """Takes back what the claim that this order converted has brought, once.  Without such a claim nothing happens."""
    reading = select(ReferralClaim).where(col(ReferralClaim.order_id) == order_id)
    found = (await session.exec(reading)).first()
    if found is None:
        return
    claim = await locked(session, found)
    if claim.state is not ClaimState.VOIDED:
        await void(session, claim, reason=PURCHASE_REFUNDED)


async def void(session: AsyncSession, claim: ReferralClaim, *, reason: str, by: UUID | None = None) -> None:
    """Ends a claim that is locked and takes back what was rewarded for it, as far as it is there; the rest is
    shortfall.
    """
    rewarded = await rewards(session, claim.id)
    changes = {"reason": reason, "voided_at": func.now()} | ({} if by is None else {"decided_by": by})
    await decide(session, claim, ClaimState.VOIDED, **changes)
    for user_id in (claim.referred_user_id, claim.referrer_id):
        if rewarded.get(user_id):
            await ledger.reverse(session, user_id, rewarded[user_id], claim_id=claim.id, reason=reason)


async def claim_of(session: AsyncSession, user_id: UUID) -> ReferralClaim | None:
    """The claim on this person, as it was read without a lock."""
    return (await session.exec(select(ReferralClaim).where(col(ReferralClaim.referred_user_id) == user_id))).first()


async def locked(session: AsyncSession, found: ReferralClaim) -> ReferralClaim:
    """The claim as it is now, which nobody else changes before the transaction ends, nor the accounts of its people:
    those come first, and of them that of the younger person, as everywhere.
    """
    for user_id in (found.referred_user_id, found.referrer_id):
        await lock(session, user_id)
    locking = select(ReferralClaim).where(col(ReferralClaim.id) == found.id).with_for_update(key_share=True)
    return (await session.exec(locking.execution_options(populate_existing=True))).one()


async def decide(session: AsyncSession, claim: ReferralClaim, state: ClaimState, **facts: object) -> None:
    """Notes the new state of a claim that is locked, and that its people are to see it.  What was read of the claim
    stays as it was.
    """
    deciding = update(ReferralClaim).where(col(ReferralClaim.id) == claim.id).values(state=state, **facts)
    await session.exec(deciding.execution_options(synchronize_session=False))
    await enqueue(session, Aggregate.REFERRAL, claim.id, SHOWN, {})


async def reward(session: AsyncSession, claim: ReferralClaim, kind: EntryKind, credits: int) -> None:
    user_id = claim.referrer_id if kind is EntryKind.REFERRER_REWARD else claim.referred_user_id
    await ledger.reward(session, user_id, kind, credits, claim_id=claim.id)


async def rewards(session: AsyncSession, claim_id: UUID) -> Mapping[UUID, int]:
    """What each person was rewarded with for a claim."""
    reading = select(col(CreditEntry.user_id), col(CreditEntry.amount)).where(
        col(CreditEntry.referral_claim_id) == claim_id, col(CreditEntry.kind).in_(REWARDS)
    )
    return dict((await session.exec(reading)).all())


async def suspicion(session: AsyncSession, claim: ReferralClaim, fingerprint: str | None) -> str | None:
    """Why both may be one person, in words for an administrator; None where nothing says so."""
    signs = (
        (await is_card_shared(session, claim, fingerprint), SAME_CARD),
        (await is_device_shared(session, claim), SAME_DEVICE),
    )
    return " ".join(words for is_there, words in signs if is_there) or None


async def is_card_shared(session: AsyncSession, claim: ReferralClaim, fingerprint: str | None) -> bool:
    """Whether the referrer has ever paid with the card that pays the first purchase."""
    if fingerprint is None:
        return False
    paid = select(col(Payment.id)).where(
        col(Payment.fingerprint) == fingerprint,
        col(Payment.user_id) == claim.referrer_id,
        col(Payment.state) == PaymentState.PAID,
    )
    return (await session.exec(paid.limit(1))).first() is not None


async def is_device_shared(session: AsyncSession, claim: ReferralClaim) -> bool:
    """Whether both have signed in from a device of one name at one place.  Without either nothing can be said."""
    theirs, others = aliased(Session), aliased(Session)
    shared = select(col(theirs.id)).join(
        others, (col(others.device_name) == col(theirs.device_name)) & (col(others.origin) == col(theirs.origin))
    )
    both = shared.where(col(theirs.user_id) == claim.referred_user_id, col(others.user_id) == claim.referrer_id)
    return (await session.exec(both.limit(1))).first() is not None
