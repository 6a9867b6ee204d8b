"""Members, whom they brought, and the ledger of their credits."""

from datetime import datetime
from typing import TYPE_CHECKING

from models import credits as credit_models
from models import referrals as referral_models
from models.credits import EntryKind
from models.referrals import ReferralStatus
from resolvers import catalog, identity, orders, payments, referrals
from schema.connections import Connection, connection
from schema.entities import entity
from schema.fields import column, one
from schema.links import through
from schema.nodes import Node
from schema.stretches import listed
from schema.values import described
from schema.visibility import ADMIN, ANALYST, OWNER

if TYPE_CHECKING:
    from schema.catalog import Course, Product, TypingTest
    from schema.identity import User
    from schema.orders import Order
    from schema.payments import Refund

described(
    EntryKind,
    "Why a balance of credits changed.",
    GRANT="An administrator gave or took them.",
    REFERRER_REWARD="Somebody whom the person brought made a first purchase.",
    REFERRED_REWARD="The person was brought by another and made a first purchase.",
    SPENT="They paid for a part of an order.",
    RETURNED="They came back with a refund.",
    REVERSED="A reward was taken back, because the referral that it was for was voided.",
    SETTLED="They made up for a reward that could not be taken back before.",
)
described(
    ReferralStatus,
    "How far a referral has come.",
    pending="The referred person has not bought anything yet.",
    converted="The first purchase was made, or an administrator decided so, and both sides were rewarded.",
    flagged="The first purchase was made; the referrer's reward waits for an administrator.",
    voided="The first purchase was refunded, or an administrator decided so, and the rewards were taken back.",
)


@entity(
    referral_models.Member,
    description="A person as a member of the shop: credits, referral code and what the code has brought.",
    visible=[OWNER, ANALYST, ADMIN],
    owner="id",
)
class Member(Node):
    name: str | None = column(description="What the person is called in the shop.", visible=[OWNER, ADMIN])
    user: "User | None" = one(
        identity.UserById, by="id", description="The person who is the member.", visible=[OWNER, ADMIN]
    )
    referral_code: str | None = column(
        description="The code to hand out: 8 capitals and digits.", visible=[OWNER, ADMIN]
    )
    credits: int | None = column(description="The credits that can be spent.", visible=[OWNER, ADMIN])
    total_credits_earned: int = column(description="All credits ever earned.")
    total_referred_users: int = column(description="How many people signed up with the code.")
    created_at: datetime = column(description="When the person became a member.")
    updated_at: datetime | None = column(
        description="When the credits, the counters or what is owned last changed.", visible=[OWNER, ADMIN]
    )
    referred_by: "User | None" = one(
        identity.UserById,
        by="referred_by",
        description="Who brought this member; null for who came alone.",
        visible=[OWNER, ADMIN],
    )
    purchased_courses: "list[Course] | None" = listed(
        catalog.CourseById,
        by="purchased_courses",
        description="The courses that the member owns, without those that are no longer published.",
        visible=[OWNER, ADMIN],
    )
    purchased_tests: "list[TypingTest] | None" = listed(
        catalog.TypingTestById,
        by="purchased_tests",
        description="The typing tests that the member owns, without those that are no longer published.",
        visible=[OWNER, ADMIN],
    )
    purchased_products: "list[Product] | None" = listed(
        catalog.ProductById,
        by="purchased_products",
        description="The products that the member owns, without those that are no longer published.",
        visible=[OWNER, ADMIN],
    )
    wallet: "Connection[CreditEntry] | None" = connection(
        referrals.EntriesByUser,
        by="id",
        description="What changed the member's credits, newest first; null with an error while PostgreSQL is away.",
        visible=[OWNER, ADMIN],
    )
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
    credits_awarded: bool = column(description="Whether both sides have their rewards for it now.")
    created_at: datetime = column(
        description="When the referred person applied the code.", is_filterable=True, is_sortable=True
    )
    updated_at: datetime = column(description="When the referral last came further or was taken back.")
    converted_at: datetime | None = column(
        description="When the first purchase or an administrator converted the referral.",
        is_filterable=True,
        is_sortable=True,
    )
    referrer: "User | None" = one(
        identity.UserById, by="referrer_id", description="Who brought the other.", visible=[OWNER, ADMIN]
    )
    referred_user: "User | None" = one(
        identity.UserById, by="referred_user_id", description="Who was brought.", visible=[OWNER, ADMIN]
    )
    claim: "ReferralClaim | None" = one(
        referrals.ClaimByReferred,
        by="referred_user_id",
        description="What was decided about the referral, and why.",
        visible=[ADMIN],
    )


@entity(
    referral_models.ReferralClaim,
    description="What the book says of a referral: what decided it, and why.  For administrators.",
    visible=[ADMIN],
)
class ReferralClaim(Node):
    reason: str | None = column(
        description="Why it was flagged, voided or converted by hand; null where the first purchase says it all."
    )
    order: "Order | None" = one(
        orders.OrderById, by="order_id", description="The first purchase that decided it; null where none did."
    )
    decided_by: "User | None" = one(
        identity.UserById, by="decided_by", description="The administrator who decided it; null where none did."
    )
    created_at: datetime = column(description="When the referred person applied the code.")
    updated_at: datetime = column(description="When the claim last changed.")
    converted_at: datetime | None = column(description="When the first purchase or an administrator decided it.")
    voided_at: datetime | None = column(description="When it was voided.")


@entity(
    credit_models.CreditEntry,
    description="One change of a person's credits, with its cause.  Entries are only ever added.",
    visible=[OWNER, ADMIN],
    owner="user_id",
)
class CreditEntry(Node):
    kind: EntryKind = column(description="Why the balance changed.")
    amount: int = column(description="How many credits came, or with a minus went.")
    balance_after: int = column(description="What the balance was then.")
    version: int = column(description="Which of the person's entries it is, from 1.")
    reason: str | None = column(description="Why, in the words of who did it; null where the kind says it.")
    created_at: datetime = column(description="When the balance changed.", is_filterable=True, is_sortable=True)
    user: "User | None" = one(identity.UserById, by="user_id", description="Whose credits they are.")
    order: "Order | None" = one(
        orders.OrderById, by="order_id", description="The order that is the cause; null where none is."
    )
    refund: "Refund | None" = one(
        payments.RefundById, by="refund_id", description="The refund that is the cause; null where none is."
    )
    referral: Referral | None = through(
        referrals.ClaimById,
        via="referred_user_id",
        to=referrals.ReferralByReferred,
        by="referral_claim_id",
        description="The referral that is the cause; null where none is.",
    )
    granted_by: "User | None" = one(
        identity.UserById,
        by="granted_by",
        description="The administrator who is the cause; null where none is.",
        visible=[ADMIN],
    )
