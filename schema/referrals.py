"""Members, and whom they brought."""

from datetime import datetime
from typing import TYPE_CHECKING

from models import referrals as referral_models
from models.referrals import ReferralStatus
from resolvers import identity, referrals
from schema.connections import Connection, connection
from schema.entities import entity
from schema.fields import column, one
from schema.nodes import Node
from schema.values import described
from schema.visibility import ADMIN, ANALYST, OWNER

if TYPE_CHECKING:
    from schema.identity import User

described(
    ReferralStatus,
    "How far a referral has come.",
    pending="The referred person has not bought anything yet.",
    converted="The first purchase was made, and both sides were rewarded.",
    flagged="The first purchase was made; the referrer's reward waits for an administrator.",
    voided="The first purchase was refunded, and the rewards were taken back.",
)


@entity(
    referral_models.Member,
    description="A person as a member of the shop: credits, referral code and what the code has brought.",
    visible=[OWNER, ANALYST, ADMIN],
    owner="id",
)
class Member(Node):
    referral_code: str | None = column(
        description="The code to hand out: 8 capitals and digits.", visible=[OWNER, ADMIN]
    )
    credits: int | None = column(description="The credits that can be spent.", visible=[OWNER, ADMIN])
    total_credits_earned: int = column(description="All credits ever earned.")
    total_referred_users: int = column(description="How many people signed up with the code.")
    referrals: "Connection[Referral] | None" = connection(
        referrals.ReferralsByReferrer,
        by="id",
        description="The people whom this member brought, newest first.",
        visible=[OWNER, ADMIN],
    )


@entity(
    referral_models.Referral,
    description="That one person brought another.",
    visible=[OWNER, ANALYST, ADMIN],
    owner=("referrer_id", "referred_user_id"),
)
class Referral(Node):
    status: ReferralStatus = column(description="How far the referral has come.", is_filterable=True)
    created_at: datetime = column(
        description="When the referred person applied the code.", is_filterable=True, is_sortable=True
    )
    converted_at: datetime | None = column(
        description="When the first purchase converted the referral.", is_filterable=True, is_sortable=True
    )
    referrer: "User | None" = one(
        identity.UserById, by="referrer_id", description="Who brought the other.", visible=[OWNER, ADMIN]
    )
    referred_user: "User | None" = one(
        identity.UserById, by="referred_user_id", description="Who was brought.", visible=[OWNER, ADMIN]
    )
