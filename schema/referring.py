"""Saying who brought one, and what administrators decide about that."""

from typing import Annotated, Any
from uuid import UUID

import strawberry

from models import referrals as referral_models
from resolvers import referral_refusals, referring, refusals, ruling
from resolvers.context import Context
from resolvers.reasons import LONGEST_REASON
from resolvers.stores import Row
from schema import referral_problems  # noqa: F401  Importing it declares the problems.
from schema.entities import BY_MODEL
from schema.given_ids import id_of
from schema.referrals import Referral
from schema.refusals import INPUT, mutation

REFERRAL = "The referral as it is now; null while MongoDB has yet to show it."
REASON = f"Why, in at most {LONGEST_REASON} characters, for the audit log."


@strawberry.input(description="Whose referral code to apply.")
class ApplyReferralCodeInput:
    code: str = strawberry.field(description="The code of the person who brought the viewer, in capitals or not.")


@strawberry.input(description="Which referral to convert by hand, and why.")
class ConvertReferralInput:
    referral_id: strawberry.ID = strawberry.field(description="The id of a referral that is pending or flagged.")
    reason: str = strawberry.field(description=REASON)


@strawberry.input(description="Which referral to void, and why.")
class VoidReferralInput:
    referral_id: strawberry.ID = strawberry.field(description="The id of the referral.")
    reason: str = strawberry.field(description=REASON)


@strawberry.type(description="The viewer was brought by whoever has the code.")
class ReferralCodeApplied:
    referral: Referral | None = strawberry.field(description=REFERRAL)


@strawberry.type(description="The referral is converted, and both sides have their rewards.")
class ReferralConverted:
    referral: Referral | None = strawberry.field(description=REFERRAL)


@strawberry.type(description="The referral came to nothing; what was rewarded for it is taken back.")
class ReferralVoided:
    referral: Referral | None = strawberry.field(description=REFERRAL)


@mutation(
    *referral_refusals.EVERY_OF_A_CODE,
    description="Says who brought the viewer, once, before the first purchase.  The same code again changes nothing.",
)
async def apply_referral_code(
    info: strawberry.Info[Context, None], given: Annotated[ApplyReferralCodeInput, INPUT]
) -> ReferralCodeApplied:
    command = referring.ApplyReferralCode(given.code)
    row = await referring.apply_referral_code(info.context.handles, info.context.viewer.person, command)
    return ReferralCodeApplied(referral=wrapped(row))


@mutation(
    refusals.Forbidden,
    refusals.InvalidInput,
    referral_refusals.ReferralNotFound,
    referral_refusals.ReferralEnded,
    description="Converts a referral that is pending, without a purchase, or flagged, and rewards whoever has no "
    "reward for it yet.  One that is converted stays so.  For administrators.",
)
async def convert_referral(
    info: strawberry.Info[Context, None], given: Annotated[ConvertReferralInput, INPUT]
) -> ReferralConverted:
    by = info.context.viewer.administrator("referrals")
    command = ruling.ConvertReferral(referral_id_of(given.referral_id), given.reason)
    return ReferralConverted(referral=wrapped(await ruling.convert_referral(info.context.handles, by, command)))


@mutation(
    refusals.Forbidden,
    refusals.InvalidInput,
    referral_refusals.ReferralNotFound,
    description="Voids a referral and takes back its rewards; what of them is spent or held, the credits that are free "
    "next make up for.  One that is voided stays so.  For administrators.",
)
async def void_referral(
    info: strawberry.Info[Context, None], given: Annotated[VoidReferralInput, INPUT]
) -> ReferralVoided:
    by = info.context.viewer.administrator("referrals")
    command = ruling.VoidReferral(referral_id_of(given.referral_id), given.reason)
    return ReferralVoided(referral=wrapped(await ruling.void_referral(info.context.handles, by, command)))


def referral_id_of(given: str) -> UUID:
    otherwise = "This is the id of no referral: use an id as the graph gave it."
    return id_of(referral_models.Referral, given, "referral_id", otherwise=otherwise)


def wrapped(row: Row | None) -> Any:
    return None if row is None else BY_MODEL[referral_models.Referral].wrap(row)
