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
    declined or cancelled for good.  `fingerprint` is the same for the same card, whoever uses it; the provider makes
    it.  `refunded_amount` counts what is given back and what is on its way, so that no two refunds can have the same.
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
        Index("ix_payments_fingerprint", "fingerprint", postgresql_where=text("fingerprint IS NOT NULL")),
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
    fingerprint: str | None = None
    decline_code: str | None = None
    decline_message: str | None = None
    created_at: datetime = stamp()
    updated_at: datetime = stamp()
    settled_at: datetime | None = Field(default=None, sa_type=MOMENT)


class Refund(SQLModel, table=True):
    """Something given back of one item: of its frozen shares, so much in cash (`amount`) and in the value of credits.
    A whole order is a refund per item.  Its id is the provider's idempotency key.

    `credits_returned` is known when it is done: whole credits come back, counted over the whole order.  What was asked
    for in one request has its `idempotency_key` of `requested_by`.  While it is PENDING and nobody drives its order, it
    is due at `next_attempt_at`.
    """

    __tablename__ = "refunds"
    __table_args__ = (
        of_the_order(),
        # What costs something is bounded by its item; what was for nothing is given back once.
        Index(
            "uq_refunds_of_nothing",
            "order_item_id",
            unique=True,
            postgresql_where=text("amount = 0 AND credit_value = 0 AND state <> 'FAILED'"),
        ),
        Index("ix_refunds_due", "next_attempt_at", postgresql_where=text("state = 'PENDING'")),
        Index(None, "order_id", "created_at", "id"),
        Index(None, "user_id", "created_at", "id"),
        Index(None, "order_item_id"),
        currency_code(),
        CheckConstraint("amount >= 0 AND credit_value >= 0 AND credits_returned >= 0", name="amount"),
        CheckConstraint("amount = 0 OR payment_id IS NOT NULL", name="payment_id"),
        CheckConstraint("(completed_at IS NULL) = (state = 'PENDING')", name="completed_at"),
        CheckConstraint("credits_returned = 0 OR state = 'DONE'", name="credits_returned"),
        CheckConstraint("failure_reason IS NULL OR state = 'FAILED'", name="failure_reason"),
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
    idempotency_key: str | None = None
    provider_refund_id: str | None = Field(default=None, unique=True)
    failure_reason: str | None = None
    next_attempt_at: datetime = stamp()
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
