"""What MongoDB shows of a referral claim: its document, and what both members say of it."""

from collections.abc import Mapping
from uuid import UUID

from models.referrals import ClaimState, Referral, ReferralStatus
from models.values import new_id
from resolvers.context import Handles
from resolvers.document_transactions import Documents, transact_once
from resolvers.member_projection import change_member, ensure_member
from resolvers.messages import Message
from resolvers.stores import Row, fetch

CLAIM = """
    SELECT id, referrer_id, referred_user_id, state, created_at, converted_at, voided_at
    FROM referral_claims WHERE id = $1
"""
BEFORE: Mapping[ClaimState, tuple[ReferralStatus, ...]] = {
    ClaimState.PENDING: (),
    ClaimState.FLAGGED: (ReferralStatus.PENDING,),
    ClaimState.CONVERTED: (ReferralStatus.PENDING, ReferralStatus.FLAGGED),
    ClaimState.VOIDED: (ReferralStatus.PENDING, ReferralStatus.FLAGGED, ReferralStatus.CONVERTED),
}
"""What a referral may have shown before a claim came to each state: what is read late never takes it back."""


async def show_claim(handles: Handles, message: Message) -> None:
    claim = await claim_of(handles, message.aggregate_id)
    for user_id in (claim["referrer_id"], claim["referred_user_id"]):
        await ensure_member(handles, user_id)

    async def show(documents: Documents) -> None:
        referred = {"referredUserId": claim["referred_user_id"]}
        if await documents.first(Referral, referred) is None:
            await begin(documents, claim)
            return
        shown = {"status": {"$in": [status.value for status in BEFORE[ClaimState(claim["state"])]]}}
        await documents.update(Referral, referred | shown, {"$set": standing(claim)})

    async def is_begun(_: Documents) -> bool:
        # Whose document is there already is shown by a change of it, which needs no marker.
        return False

    await transact_once(handles, show, is_begun)


async def claim_of(handles: Handles, claim_id: UUID) -> Row:
    rows = await fetch(handles, "referral_claims", CLAIM, claim_id)
    if not rows:
        raise LookupError(f"Bug: claim {claim_id} is not there, and is to be shown.")
    return rows[0]


async def begin(documents: Documents, claim: Row) -> None:
    """The document, whose making is the marker that the referrer has brought one more."""
    state = ClaimState(claim["state"])
    made = {
        "id": new_id(),
        "referrer_id": claim["referrer_id"],
        "referred_user_id": claim["referred_user_id"],
        "status": ReferralStatus[state.name].value,
        "credits_awarded": state is ClaimState.CONVERTED,
        "converted_at": claim["converted_at"],
        "created_at": claim["created_at"],
        "updated_at": claim["voided_at"] or claim["converted_at"] or claim["created_at"],
    }
    await documents.insert(Referral, made)
    at = claim["created_at"]
    brought = {"$inc": {"totalReferredUsers": 1}, "$max": {"updatedAt": at}}
    await change_member(documents, claim["referrer_id"], brought)
    referred_by = {"$set": {"referredBy": claim["referrer_id"]}, "$max": {"updatedAt": at}}
    await change_member(documents, claim["referred_user_id"], referred_by)


def standing(claim: Row) -> Mapping[str, object]:
    state = ClaimState(claim["state"])
    return {
        "status": ReferralStatus[state.name].value,
        "creditsAwarded": state is ClaimState.CONVERTED,
        "convertedAt": claim["converted_at"],
        "updatedAt": claim["voided_at"] or claim["converted_at"] or claim["created_at"],
    }
