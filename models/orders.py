"""What was ordered and who may have it.  Paying is in `payments`, paying less in `coupons` and `credits`."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from models.catalog import PurchasableKind
from models.columns import BY_CODE_POINT, MOMENT, MONEY, choice, currency_code, defaulted, key, of_the_order, stamp
from models.triggers import hold_to_statuses

PURCHASED = "completed_at IS NOT NULL AND amount > 0"
"""What makes an order a purchase of its buyer, with money or credits, as a condition of SQL: the first one decides
referrals, which would otherwise be rewarded for taking what is free.
"""


class OrderStatus(StrEnum):
    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"


NEXT: Mapping[OrderStatus, tuple[OrderStatus, ...]] = {
    OrderStatus.PENDING: (OrderStatus.PROCESSING, OrderStatus.CANCELLED),
    # A payment that is declined gives the order back, to be paid otherwise.
    OrderStatus.PROCESSING: (OrderStatus.COMPLETED, OrderStatus.PENDING, OrderStatus.CANCELLED),
    OrderStatus.COMPLETED: (OrderStatus.REFUNDED,),
    OrderStatus.CANCELLED: (),
    OrderStatus.REFUNDED: (),
}
"""The state machine of orders: what each status may become.  A trigger holds every order to it."""


class PaymentStatus(StrEnum):
    """How an order stands with its money.  How one attempt to pay stands is `payments.PaymentState`."""

    PENDING = "pending"
    PAID = "paid"
    FAILED = "failed"
    REFUNDED = "refunded"


class Fulfilment(StrEnum):
    """Whether MongoDB shows what the book says: nothing to show, not yet, done."""

    NONE = "NONE"
    PENDING = "PENDING"
    DONE = "DONE"


class RecoveryPoint(StrEnum):
    """The last step of a payment that is known to be durable; recovery goes on with the one that leaves it.

    RELEASING gives the order back to be paid otherwise, CANCELLING ends it.
    """

    NONE = "NONE"
    INTENT = "INTENT"
    CHARGED = "CHARGED"
    COMMITTED = "COMMITTED"
    RELEASING = "RELEASING"
    CANCELLING = "CANCELLING"


class OwnershipState(StrEnum):
    """CLAIMED before a charge; then OWNED, or RELEASED when it came to nothing; REVOKED by a refund or an admin."""

    CLAIMED = "CLAIMED"
    OWNED = "OWNED"
    RELEASED = "RELEASED"
    REVOKED = "REVOKED"


class Order(SQLModel, table=True):
    """A cart, then a purchase.  `amount` = items less discounts; credits worth `credit_value` pay part of it.

    While it is being paid, `idempotency_key` is the key of the request whose payment that is.  `refunded_amount` and
    `credits_returned` count what was given back, and not what is on its way.
    """

    __tablename__ = "orders"
    __table_args__ = (
        UniqueConstraint("id", "user_id"),
        Index(None, "created_at", "id"),
        Index(None, "user_id", "created_at", "id"),
        Index(None, "status", "created_at", "id"),
        Index(None, "payment_status", "created_at", "id"),
        Index("ix_orders_completed_first", text("completed_at NULLS FIRST"), "id"),
        Index("uq_orders_first_purchase", "user_id", unique=True, postgresql_where=text("is_first_purchase")),
        Index("ix_orders_processing", "lease_until", postgresql_where=text("status = 'processing'")),
        Index("ix_orders_unfulfilled", "completed_at", postgresql_where=text("fulfilment = 'PENDING'")),
        currency_code(),
        CheckConstraint("original_amount >= 0 AND discount BETWEEN 0 AND original_amount", name="discount"),
        CheckConstraint("amount = original_amount - discount", name="amount"),
        CheckConstraint("credit_value BETWEEN 0 AND amount AND credits_used >= 0", name="credits"),
        CheckConstraint("credits_wanted >= 0", name="credits_wanted"),
        CheckConstraint("(credits_used = 0) = (credit_value = 0)", name="credit_value"),
        CheckConstraint("refunded_amount BETWEEN 0 AND amount - credit_value", name="refunded_amount"),
        CheckConstraint("credits_returned BETWEEN 0 AND credits_used", name="credits_returned"),
        CheckConstraint("(status = 'completed') = (payment_status = 'paid')", name="paid"),
        CheckConstraint("status <> 'refunded' OR payment_status = 'refunded'", name="refunded"),
        CheckConstraint("(completed_at IS NOT NULL) = (status IN ('completed', 'refunded'))", name="completed_at"),
        CheckConstraint("(cancelled_at IS NOT NULL) = (status = 'cancelled')", name="cancelled_at"),
        CheckConstraint("completed_at IS NOT NULL OR NOT is_first_purchase", name="first_purchase"),
        CheckConstraint("idempotency_key IS NULL OR status = 'processing'", name="idempotency_key"),
    )

    id: UUID = key()
    number: str = Field(unique=True, sa_type=BY_CODE_POINT)
    user_id: UUID = Field(foreign_key="users.id", ondelete="RESTRICT")
    status: OrderStatus = defaulted(OrderStatus.PENDING)
    payment_status: PaymentStatus = defaulted(PaymentStatus.PENDING)
    fulfilment: Fulfilment = defaulted(Fulfilment.NONE)
    amount: Decimal = Field(sa_type=MONEY)
    original_amount: Decimal = Field(sa_type=MONEY)
    discount: Decimal = defaulted(Decimal(0))
    credits_wanted: int = defaulted(0)
    credits_used: int = defaulted(0)
    credit_value: Decimal = defaulted(Decimal(0))
    refunded_amount: Decimal = defaulted(Decimal(0))
    credits_returned: int = defaulted(0)
    currency: str
    payment_method: str | None = None
    coupon_id: UUID | None = Field(default=None, foreign_key="coupons.id", ondelete="RESTRICT", index=True)
    is_first_purchase: bool = defaulted(value=False)
    details: dict[str, JsonValue] | None = Field(
        default=None, sa_type=JSONB(none_as_null=True), sa_column_kwargs={"name": "metadata"}
    )
    fence: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": text("0")})
    lease_until: datetime = stamp()
    recovery_point: RecoveryPoint = defaulted(RecoveryPoint.NONE)
    waits_until: datetime | None = Field(default=None, sa_type=MOMENT)
    idempotency_key: str | None = None
    created_at: datetime = stamp()
    updated_at: datetime = stamp()
    completed_at: datetime | None = Field(default=None, sa_type=MOMENT)
    cancelled_at: datetime | None = Field(default=None, sa_type=MOMENT)


hold_to_statuses(
    SQLModel.metadata.tables["orders"], [(before, after) for before, each in NEXT.items() for after in each]
)


class OrderItem(SQLModel, table=True):
    """One thing in an order, as it was sold.  The shares are frozen when payment begins, and refunds reverse them.

    `category` is what coupons go by: a product's, or a course's in its own words; typing tests have none, nor have
    products that were ordered before it was noted.  `refunded_amount` and `refunded_credit_value` count what is given
    back and what is on its way, so that no two refunds can have the same of it; `refunded_at` says that all is back.
    """

    __tablename__ = "order_items"
    __table_args__ = (
        of_the_order(),
        UniqueConstraint("order_id", "position"),
        UniqueConstraint("order_id", "kind", "item_id"),
        Index(None, "user_id", "order_id", "position"),
        Index(None, "item_id", "kind"),
        currency_code(),
        CheckConstraint("position >= 1", name="position"),
        CheckConstraint("price >= 0 AND discount_share BETWEEN 0 AND price", name="discount_share"),
        CheckConstraint("credit_share BETWEEN 0 AND price - discount_share", name="credit_share"),
        CheckConstraint("refunded_amount BETWEEN 0 AND price - discount_share - credit_share", name="refunded_amount"),
        CheckConstraint("refunded_credit_value BETWEEN 0 AND credit_share", name="refunded_credit_value"),
    )

    id: UUID = key()
    order_id: UUID
    user_id: UUID
    position: int
    kind: PurchasableKind = Field(sa_type=choice(PurchasableKind))
    item_id: UUID
    title: str
    category: str | None = None
    price: Decimal = Field(sa_type=MONEY)
    currency: str
    discount_share: Decimal = defaulted(Decimal(0))
    credit_share: Decimal = defaulted(Decimal(0))
    refunded_amount: Decimal = defaulted(Decimal(0))
    refunded_credit_value: Decimal = defaulted(Decimal(0))
    created_at: datetime = stamp()
    updated_at: datetime = stamp()
    refunded_at: datetime | None = Field(default=None, sa_type=MOMENT)


class Ownership(SQLModel, table=True):
    """Who may have an item.  At most one claim or ownership of an item per person, claimed before a charge."""

    __tablename__ = "ownerships"
    __table_args__ = (
        of_the_order(),
        Index(
            "uq_ownerships_active",
            "user_id",
            "item_id",
            unique=True,
            postgresql_where=text("state IN ('CLAIMED', 'OWNED')"),
        ),
        Index(None, "user_id", "created_at", "id"),
        Index(None, "item_id", "state"),
        CheckConstraint(
            "order_item_id IS NOT NULL AND order_id IS NOT NULL OR granted_by IS NOT NULL AND reason IS NOT NULL",
            name="cause",
        ),
        CheckConstraint("(owned_at IS NOT NULL) = (state IN ('OWNED', 'REVOKED'))", name="owned_at"),
        CheckConstraint("(ended_at IS NOT NULL) = (state IN ('RELEASED', 'REVOKED'))", name="ended_at"),
    )

    id: UUID = key()
    user_id: UUID = Field(foreign_key="users.id", ondelete="RESTRICT")
    kind: PurchasableKind = Field(sa_type=choice(PurchasableKind))
    item_id: UUID
    order_id: UUID | None = Field(default=None, index=True)
    order_item_id: UUID | None = Field(default=None, foreign_key="order_items.id", ondelete="RESTRICT", index=True)
    granted_by: UUID | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT", index=True)
    reason: str | None = None
    state: OwnershipState = defaulted(OwnershipState.CLAIMED)
    created_at: datetime = stamp()
    updated_at: datetime = stamp()
    owned_at: datetime | None = Field(default=None, sa_type=MOMENT)
    ended_at: datetime | None = Field(default=None, sa_type=MOMENT)
