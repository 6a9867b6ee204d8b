"""The credit ledger: an account per person and entries that are only ever added.  Credits are integers."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.columns import choice, defaulted, key, of_the_order, stamp
from models.triggers import append_only


class EntryKind(StrEnum):
    """Why a balance changed.  Earning: GRANT, REFERRER_REWARD, REFERRED_REWARD; the rest moves what was earned."""

    GRANT = "GRANT"
    REFERRER_REWARD = "REFERRER_REWARD"
    REFERRED_REWARD = "REFERRED_REWARD"
    SPENT = "SPENT"
    RETURNED = "RETURNED"
    REVERSED = "REVERSED"
    SETTLED = "SETTLED"


class CreditAccount(SQLModel, table=True):
    """What a person's entries add up to, as of `version`.  `held` is promised to orders in payment; `shortfall` is what
    reversals could not take and whatever becomes free settles.
    """

    __tablename__ = "credit_accounts"
    __table_args__ = (
        CheckConstraint("balance >= 0", name="balance"),
        CheckConstraint("held BETWEEN 0 AND balance", name="held"),
        CheckConstraint("total_earned >= 0 AND shortfall >= 0 AND version >= 0", name="totals"),
    )

    user_id: UUID = Field(foreign_key="users.id", ondelete="RESTRICT", primary_key=True)
    balance: int = defaulted(0)
    held: int = defaulted(0)
    total_earned: int = defaulted(0)
    shortfall: int = defaulted(0)
    version: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": text("0")})
    created_at: datetime = stamp()
    updated_at: datetime = stamp()


class CreditEntry(SQLModel, table=True):
    """One change of a balance, with its cause.  `key` is what makes writing it twice harmless; `version` counts the
    account's entries from 1.
    """

    __tablename__ = "credit_entries"
    __table_args__ = (
        of_the_order(),
        UniqueConstraint("user_id", "version"),
        Index(None, "user_id", "created_at", "id"),
        CheckConstraint("amount <> 0", name="amount"),
        CheckConstraint("kind = 'GRANT' OR (amount < 0) = (kind IN ('SPENT', 'REVERSED', 'SETTLED'))", name="sign"),
        CheckConstraint("version >= 1 AND balance_after >= 0", name="balance_after"),
        CheckConstraint(
            "CASE kind"
            " WHEN 'GRANT' THEN granted_by IS NOT NULL AND reason IS NOT NULL"
            " WHEN 'SPENT' THEN order_id IS NOT NULL"
            " WHEN 'RETURNED' THEN order_id IS NOT NULL AND refund_id IS NOT NULL"
            " ELSE referral_claim_id IS NOT NULL END",
            name="cause",
        ),
    )

    id: UUID = key()
    user_id: UUID = Field(foreign_key="credit_accounts.user_id", ondelete="RESTRICT")
    key: str = Field(unique=True)
    kind: EntryKind = Field(sa_type=choice(EntryKind))
    amount: int
    balance_after: int
    version: int = Field(sa_type=BigInteger)
    order_id: UUID | None = Field(default=None, index=True)
    refund_id: UUID | None = Field(default=None, foreign_key="refunds.id", ondelete="RESTRICT", index=True)
    referral_claim_id: UUID | None = Field(
        default=None, foreign_key="referral_claims.id", ondelete="RESTRICT", index=True
    )
    granted_by: UUID | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT", index=True)
    reason: str | None = None
    created_at: datetime = stamp()


append_only(SQLModel.metadata.tables["credit_entries"])
