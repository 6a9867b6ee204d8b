"""Attempts to pay, what was given back, and the keys that make asking twice harmless."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from models.columns import MOMENT, MONEY, currency_code, defaulted, key, of_the_order, stamp


class PaymentState(StrEnum):
    """CREATED until the provider's answer is known, WAITING for the buyer's action; the rest is final."""

    CREATED = "CREATED"
    WAITING = "WAITING"
    PAID = "PAID"
    DECLINED = "DECLINED"
    CANCELLED = "CANCELLED"


class RefundState(StrEnum):
    PENDING = "PENDING"
    DONE = "DONE"
    FAILED = "FAILED"


class Payment(SQLModel, table=True):
    """One attempt to charge.  Its id is the provider's idempotency key, and a new attempt needs a predecessor that is
    declined or cancelled for good.
    """

    __tablename__ = "payments"
    __table_args__ = (
        of_the_order(),
        Index(
            "uq_payments_open_or_paid",
            "order_id",
            unique=True,
            postgresql_where=text("state IN ('CREATED', 'WAITING', 'PAID')"),
        ),
        Index(None, "order_id", "created_at", "id"),
        Index(None, "user_id", "created_at", "id"),
        currency_code(),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("refunded_amount BETWEEN 0 AND amount", name="refunded_amount"),
        CheckConstraint("refunded_amount = 0 OR state = 'PAID'", name="refunded_when_paid"),
        CheckConstraint("provider_payment_id IS NOT NULL OR state <> 'PAID'", name="provider_payment_id"),
        CheckConstraint("(settled_at IS NULL) = (state IN ('CREATED', 'WAITING'))", name="settled_at"),
    )

    id: UUID = key()
    order_id: UUID
    user_id: UUID
    state: PaymentState = defaulted(PaymentState.CREATED)
    amount: Decimal = Field(sa_type=MONEY)
    currency: str
    refunded_amount: Decimal = defaulted(Decimal(0))
    payment_method: str | None = None
    payment_method_id: str | None = None
    provider: str = defaulted("stripe")
    provider_payment_id: str | None = Field(default=None, unique=True)
    decline_code: str | None = None
    created_at: datetime = stamp()
    updated_at: datetime = stamp()
    settled_at: datetime | None = Field(default=None, sa_type=MOMENT)


class Refund(SQLModel, table=True):
    """One item given back: its frozen share in cash (`amount`) and in credits.  A whole order is a refund per item."""

    __tablename__ = "refunds"
    __table_args__ = (
        of_the_order(),
        Index("uq_refunds_item", "order_item_id", unique=True, postgresql_where=text("state <> 'FAILED'")),
        Index(None, "order_id", "created_at", "id"),
        Index(None, "user_id", "created_at", "id"),
        Index(None, "order_item_id"),
        currency_code(),
        CheckConstraint("amount >= 0 AND credit_value >= 0 AND credits_returned >= 0", name="amount"),
        CheckConstraint("amount = 0 OR payment_id IS NOT NULL", name="payment_id"),
        CheckConstraint("(completed_at IS NULL) = (state = 'PENDING')", name="completed_at"),
    )

    id: UUID = key()
    order_id: UUID
    user_id: UUID
    order_item_id: UUID = Field(foreign_key="order_items.id", ondelete="RESTRICT")
    payment_id: UUID | None = Field(default=None, foreign_key="payments.id", ondelete="RESTRICT", index=True)
    state: RefundState = defaulted(RefundState.PENDING)
    amount: Decimal = Field(sa_type=MONEY)
    credit_value: Decimal = defaulted(Decimal(0))
    credits_returned: int = defaulted(0)
    currency: str
    reason: str | None = None
    requested_by: UUID = Field(foreign_key="users.id", ondelete="RESTRICT", index=True)
    provider_refund_id: str | None = Field(default=None, unique=True)
    created_at: datetime = stamp()
    updated_at: datetime = stamp()
    completed_at: datetime | None = Field(default=None, sa_type=MOMENT)


class IdempotencyKey(SQLModel, table=True):
    """What a client's key stands for.  `outcome` is there only when final; other input with the same key is refused."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (
        Index(None, "created_at"),
        CheckConstraint("length(key) BETWEEN 1 AND 255", name="key"),
        CheckConstraint("octet_length(fingerprint) = 32", name="fingerprint"),
        CheckConstraint("(outcome IS NULL) = (finished_at IS NULL)", name="outcome"),
    )

    user_id: UUID = Field(foreign_key="users.id", ondelete="RESTRICT", primary_key=True)
    key: str = Field(primary_key=True)
    mutation: str
    fingerprint: bytes
    subject_id: UUID | None = None
    outcome: dict[str, JsonValue] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    created_at: datetime = stamp()
    finished_at: datetime | None = Field(default=None, sa_type=MOMENT)
