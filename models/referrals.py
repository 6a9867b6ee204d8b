"""Who brought whom.  The claim in PostgreSQL decides; member and referral documents are what clients see of it."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field as DocumentField
from pymongo import ASCENDING, DESCENDING, IndexModel
from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from models.columns import MOMENT, defaulted, key, stamp
from models.documents import Count, Record


class ClaimState(StrEnum):
    """PENDING until the first purchase; FLAGGED withholds the referrer's reward; VOIDED took the rewards back."""

    PENDING = "PENDING"
    CONVERTED = "CONVERTED"
    FLAGGED = "FLAGGED"
    VOIDED = "VOIDED"


class ReferralStatus(StrEnum):
    PENDING = "pending"
    CONVERTED = "converted"
    FLAGGED = "flagged"
    VOIDED = "voided"


class ReferralClaim(SQLModel, table=True):
    """That a person was brought by another.  `order_id` is the first purchase that converted it, `reward` how many
    credits a side earned when it was decided; what was decided before that was noted, and is not to be told, has none.
    """

    __tablename__ = "referral_claims"
    __table_args__ = (
        Index(None, "referrer_id", "created_at", "id"),
        Index(None, "state", "created_at", "id"),
        CheckConstraint("referrer_id <> referred_user_id", name="not_oneself"),
        CheckConstraint(
            "state NOT IN ('CONVERTED', 'FLAGGED') OR order_id IS NOT NULL OR reason IS NOT NULL", name="cause"
        ),
        CheckConstraint("converted_at IS NOT NULL OR state NOT IN ('CONVERTED', 'FLAGGED')", name="converted_at"),
        CheckConstraint("(voided_at IS NOT NULL) = (state = 'VOIDED')", name="voided_at"),
        CheckConstraint("reward IS NULL OR reward >= 0 AND state <> 'PENDING'", name="reward"),
    )

    id: UUID = key()
    referrer_id: UUID = Field(foreign_key="users.id", ondelete="RESTRICT")
    referred_user_id: UUID = Field(foreign_key="users.id", ondelete="RESTRICT", unique=True)
    state: ClaimState = defaulted(ClaimState.PENDING)
    order_id: UUID | None = Field(default=None, foreign_key="orders.id", ondelete="RESTRICT", index=True)
    decided_by: UUID | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT", index=True)
    reason: str | None = None
    reward: int | None = None
    created_at: datetime = stamp()
    updated_at: datetime = stamp()
    converted_at: datetime | None = Field(default=None, sa_type=MOMENT)
    voided_at: datetime | None = Field(default=None, sa_type=MOMENT)


class Member(Record):
    """What clients see of a person in one read: credits, code, counters and what is owned.  Its id is that of the user.

    `ledger_version` is the version of the credit account that `credits` and `total_credits_earned` were computed from.
    """

    clerk_user_id: str | None = None
    referral_code: Annotated[str, DocumentField(pattern="^[A-Z0-9]{8}$")]
    name: str
    credits: Count = 0
    total_credits_earned: Count = 0
    total_referred_users: Count = 0
    referred_by: UUID | None = None
    purchased_courses: list[UUID] = DocumentField(default_factory=list)
    purchased_tests: list[UUID] = DocumentField(default_factory=list)
    purchased_products: list[UUID] = DocumentField(default_factory=list)
    ledger_version: Count = 0

    class Settings:
        name = "members"
        indexes = (
            IndexModel(
                [("clerkUserId", ASCENDING)],
                unique=True,
                partialFilterExpression={"clerkUserId": {"$type": "string"}},
            ),
            IndexModel([("referralCode", ASCENDING)], unique=True),
            IndexModel([("totalReferredUsers", DESCENDING), ("createdAt", ASCENDING), ("_id", ASCENDING)]),
            IndexModel([("createdAt", ASCENDING), ("_id", ASCENDING)]),
        )


class Referral(Record):
    """A referral as its two people see it."""

    referrer_id: UUID
    referred_user_id: UUID
    status: ReferralStatus = ReferralStatus.PENDING
    credits_awarded: bool = False
    converted_at: datetime | None = None

    class Settings:
        name = "referrals"
        indexes = (
            IndexModel([("referredUserId", ASCENDING)], unique=True),
            IndexModel([("referrerId", ASCENDING), ("referredUserId", ASCENDING)], unique=True),
            IndexModel([("referrerId", ASCENDING), ("createdAt", DESCENDING), ("_id", DESCENDING)]),
            IndexModel([("status", ASCENDING), ("createdAt", DESCENDING), ("_id", DESCENDING)]),
            IndexModel([("convertedAt", ASCENDING), ("_id", ASCENDING)]),
            IndexModel([("createdAt", DESCENDING), ("_id", DESCENDING)]),
        )
