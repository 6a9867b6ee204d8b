"""Referrals as administrators decide them: converted by hand or in spite of a suspicion, or voided."""

from dataclasses import dataclass
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import func
from sqlmodel.ext.asyncio.session import AsyncSession

from models.referrals import ClaimState, ReferralClaim
from resolvers.auditing import note
from resolvers.context import Handles
from resolvers.converting import REWARDS, claim_of, decide, locked, reward, void
from resolvers.crash_points import crash_point
from resolvers.reasons import stated_reason
from resolvers.referral_refusals import ReferralEnded, ReferralNotFound
from resolvers.referrals import ReferralById
from resolvers.referring import shown
from resolvers.stores import Row
from resolvers.transactions import transaction


@dataclass(frozen=True)
class ConvertReferral:
    referral_id: UUID
    reason: str


@dataclass(frozen=True)
class VoidReferral:
    referral_id: UUID
    reason: str


async def convert_referral(handles: Handles, by: UUID, command: ConvertReferral) -> Row | None:
    """The referral, converted now or before, with both sides rewarded; None while MongoDB has yet to show it.

    Raises InvalidInput, ReferralNotFound and ReferralEnded.
    """
    reason = checked(command.reason)
    referred_id = await referred_of(handles, command.referral_id)
    async with transaction(handles) as session:
        claim = await claim_on(session, referred_id)
        if claim.state is ClaimState.VOIDED:
            raise ReferralEnded
        if claim.state is not ClaimState.CONVERTED:
            await convert(session, claim, handles.rules.referral_credits, by, reason)
        crash_point("ruling.within")
    crash_point("ruling.done")
    return await shown(handles, claim.id, referred_id)


async def void_referral(handles: Handles, by: UUID, command: VoidReferral) -> Row | None:
    """The referral, voided now or before, its rewards taken back; None while MongoDB has yet to show it.

    Raises InvalidInput and ReferralNotFound.
    """
    reason = checked(command.reason)
    referred_id = await referred_of(handles, command.referral_id)
    async with transaction(handles) as session:
        claim = await claim_on(session, referred_id)
        if claim.state is not ClaimState.VOIDED:
            await record(session, claim, "referral.voided", by, reason)
            await void(session, claim, reason=reason, by=by)
        crash_point("ruling.within")
    crash_point("ruling.done")
    return await shown(handles, claim.id, referred_id)


async def convert(session: AsyncSession, claim: ReferralClaim, credits: int, by: UUID, reason: str) -> None:
    """Rewards whoever has no reward for it yet: where it was flagged, the one who was brought has theirs, and the other
    earns as much.
    """
    await record(session, claim, "referral.converted", by, reason)
    earned = credits if claim.reward is None else claim.reward
    at = claim.converted_at or func.now()
    await decide(session, claim, ClaimState.CONVERTED, decided_by=by, reason=reason, reward=earned, converted_at=at)
    for kind in REWARDS:
        await reward(session, claim, kind, earned)


def checked(given: str) -> str:
    return stated_reason(given, "This decides about credits of others: say why.")


async def referred_of(handles: Handles, referral_id: UUID) -> UUID:
    """Whom a referral is about.  Raises ReferralNotFound."""
    column = ReferralById.source.stored("referred_user_id")
    found = (await ReferralById.load(handles, (referral_id,), (column,))).get(referral_id)
    if found is None:
        raise ReferralNotFound
    referred_id: UUID = found[column]
    return referred_id


async def claim_on(session: AsyncSession, referred_id: UUID) -> ReferralClaim:
    """The claim that a referral shows, locked with the accounts of its people.  Raises ReferralNotFound."""
    found = await claim_of(session, referred_id)
    if found is None:
        raise ReferralNotFound
    return await locked(session, found)


async def record(session: AsyncSession, claim: ReferralClaim, action: str, by: UUID, reason: str) -> None:
    """Writes it into the audit log, with how the claim stood before: the reason takes the place of a suspicion."""
    changes: dict[str, JsonValue] = {"reason": reason, "before": claim.state.value, "reasonBefore": claim.reason}
    await note(session, by, action, claim.id, about=claim.referred_user_id, changes=changes)
