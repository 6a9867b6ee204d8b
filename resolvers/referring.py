"""Applying a referral code: one person says who brought them, once, before they buy anything.  What comes of that with
the first purchase is in `converting`.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.identity import User
from models.orders import PURCHASED, Order
from models.outbox import Aggregate
from models.referrals import ReferralClaim
from models.values import new_id
from resolvers.context import Handles
from resolvers.converting import SHOWN, claim_of
from resolvers.crash_points import crash_point
from resolvers.mailboxes import mailbox
from resolvers.outbox import enqueue
from resolvers.referral_refusals import (
    AlreadyBought,
    AlreadyReferred,
    OwnReferralCode,
    ReferralCodeUnknown,
    ReferrerYounger,
)
from resolvers.referrals import MemberByCode, ReferralByReferred
from resolvers.relay import deliver
from resolvers.stores import Row
from resolvers.transactions import transaction


@dataclass(frozen=True)
class ApplyReferralCode:
    code: str


async def apply_referral_code(handles: Handles, user_id: UUID, command: ApplyReferralCode) -> Row | None:
    """The referral that says so, made now or by the same code before; None while MongoDB has yet to show it.

    Raises ReferralCodeUnknown, OwnReferralCode, ReferrerYounger, AlreadyReferred and AlreadyBought.
    """
    referrer_id = await referrer_of(handles, command.code)
    async with transaction(handles) as session:
        claim_id = await apply(session, user_id=user_id, referrer_id=referrer_id)
        crash_point("referral.within")
    crash_point("referral.applied")
    return await shown(handles, claim_id, user_id)


async def referrer_of(handles: Handles, given: str) -> UUID:
    """The member who has this code, without regard to case and blanks around it.  Raises ReferralCodeUnknown."""
    code = given.strip().upper()
    member_id = MemberByCode.source.stored("id")
    found = await MemberByCode.load(handles, (code,), (member_id,))
    if code not in found:
        raise ReferralCodeUnknown
    referrer_id: UUID = found[code][member_id]
    return referrer_id


async def apply(session: AsyncSession, *, user_id: UUID, referrer_id: UUID) -> UUID:
    """The id of the claim that the one person was brought by the other, made unless it is there.

    Raises ReferralCodeUnknown, OwnReferralCode, ReferrerYounger, AlreadyReferred and AlreadyBought.
    """
    # The commit of a first purchase takes this lock too: either it finds the claim, or the claim finds the purchase.
    locking = select(User).where(col(User.id) == user_id).with_for_update(key_share=True)
    person = (await session.exec(locking)).one()
    claim = await claim_of(session, user_id)
    if claim is not None:
        if claim.referrer_id != referrer_id:
            raise AlreadyReferred
        return claim.id
    check(person, (await session.exec(select(User).where(col(User.id) == referrer_id))).first())
    if await has_bought(session, user_id):
        raise AlreadyBought
    claim_id = new_id()
    await session.exec(insert(ReferralClaim).values(id=claim_id, referrer_id=referrer_id, referred_user_id=user_id))
    await enqueue(session, Aggregate.REFERRAL, claim_id, SHOWN, {})
    return claim_id


def check(person: User, referrer: User | None) -> None:
    """Raises ReferralCodeUnknown, OwnReferralCode and ReferrerYounger."""
    if referrer is None or referrer.disabled_at is not None or referrer.erased_at is not None:
        raise ReferralCodeUnknown
    # Whoever has the code may be the person themselves.
    if mailbox(referrer.email) == mailbox(person.email):
        raise OwnReferralCode
    # So that nobody is brought, by way of others, by somebody whom they brought.
    if referrer.created_at >= person.created_at:
        raise ReferrerYounger


async def has_bought(session: AsyncSession, user_id: UUID) -> bool:
    """Whether this person has made a purchase, whatever became of it."""
    purchased = select(col(Order.id)).where(col(Order.user_id) == user_id, text(PURCHASED))
    return (await session.exec(purchased.limit(1))).first() is not None


async def shown(handles: Handles, claim_id: UUID, referred_id: UUID) -> Row | None:
    """The referral as MongoDB shows it once it has heard of the claim; None while it has not."""
    if not await deliver(handles, claim_id):
        return None
    source = ReferralByReferred.source
    columns = tuple(map(source.stored, ReferralByReferred.model.model_fields))
    return (await ReferralByReferred.load(handles, (referred_id,), columns)).get(referred_id)
