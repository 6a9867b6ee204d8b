"""Coupons and their uses."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Index, Text, UniqueConstraint, Uuid, text
from sqlmodel import Field, SQLModel

from models.catalog import PurchasableKind
from models.columns import BY_CODE_POINT, MOMENT, MONEY, choice, currency_code, defaulted, key, of_the_order, stamp
from models.triggers import take_currency_of_order


class CouponType(StrEnum):
    PERCENTAGE = "percentage"
    FIXED = "fixed"


class UsageState(StrEnum):
    RESERVED = "RESERVED"
    CONSUMED = "CONSUMED"
    RELEASED = "RELEASED"


class Coupon(SQLModel, table=True):
    """A code that makes an order cheaper.  `value` is a percentage or an amount; `uses` is what is taken.

    It is for `items`, whose kinds stand at the same places of `item_kinds`, and for what is of one of `categories`; for
    everything where both are empty.
    """

    __tablename__ = "coupons"
    __table_args__ = (
        Index(None, "created_at", "id"),
        currency_code(),
        CheckConstraint("code = upper(code) AND length(code) BETWEEN 1 AND 64", name="code"),
        CheckConstraint("value > 0 AND (type = 'fixed' OR value <= 100)", name="value"),
        CheckConstraint("max_discount > 0 AND min_purchase >= 0", name="bounds"),
        CheckConstraint(
            "currency IS NOT NULL OR type = 'percentage' AND max_discount IS NULL AND min_purchase IS NULL",
            name="currency_of_amounts",
        ),
        CheckConstraint("ends_at > starts_at", name="period"),
        CheckConstraint("max_uses > 0 AND max_uses_per_user > 0", name="limits"),
        CheckConstraint("uses >= 0 AND uses <= max_uses", name="uses"),
        CheckConstraint("cardinality(items) = cardinality(item_kinds)", name="items"),
    )

    id: UUID = key()
    code: str = Field(unique=True, sa_type=BY_CODE_POINT)
    type: CouponType = Field(sa_type=choice(CouponType))
    value: Decimal = Field(sa_type=MONEY)
    currency: str | None = None
    max_discount: Decimal | None = Field(default=None, sa_type=MONEY)
    min_purchase: Decimal | None = Field(default=None, sa_type=MONEY)
    description: str | None = None
    starts_at: datetime = Field(sa_type=MOMENT)
    ends_at: datetime = Field(sa_type=MOMENT)
    max_uses: int | None = None
    max_uses_per_user: int | None = None
    uses: int = defaulted(0)
    is_released_by_refund: bool = defaulted(value=False)
    items: list[UUID] = Field(
        default_factory=list, sa_type=ARRAY(Uuid()), sa_column_kwargs={"server_default": text("'{}'")}
    )
    item_kinds: list[PurchasableKind] = Field(
        default_factory=list, sa_type=ARRAY(choice(PurchasableKind)), sa_column_kwargs={"server_default": text("'{}'")}
    )
    categories: list[str] = Field(
        default_factory=list, sa_type=ARRAY(Text()), sa_column_kwargs={"server_default": text("'{}'")}
    )
    disabled_at: datetime | None = Field(default=None, sa_type=MOMENT)
    created_by: UUID = Field(foreign_key="users.id", ondelete="RESTRICT", index=True)
    created_at: datetime = stamp()
    updated_at: datetime = stamp()


class CouponUsage(SQLModel, table=True):
    """One use of a coupon by one order.  It is reserved when payment begins, consumed when it succeeds, else released.

    `slot` numbers a person's own uses of the coupon from 1; a slot is taken once until it is released, so the limit per
    person is `slot <= max_uses_per_user` and two payments at once cannot both take the last one.  An order has one use
    that is not released.  `currency` is the order's, which a trigger takes.
    """

    __tablename__ = "coupon_usages"
    __table_args__ = (
        of_the_order(),
        UniqueConstraint("coupon_id", "order_id"),
        Index(
            "uq_coupon_usages_slot",
            "coupon_id",
            "user_id",
            "slot",
            unique=True,
            postgresql_where=text("state <> 'RELEASED'"),
        ),
        Index("uq_coupon_usages_of_order", "order_id", unique=True, postgresql_where=text("state <> 'RELEASED'")),
        Index(None, "coupon_id", "created_at", "id"),
        Index(None, "user_id", "created_at", "id"),
        currency_code(),
        CheckConstraint("discount >= 0", name="discount"),
        CheckConstraint("slot >= 1", name="slot"),
    )

    id: UUID = key()
    coupon_id: UUID = Field(foreign_key="coupons.id", ondelete="RESTRICT")
    order_id: UUID = Field(index=True)
    user_id: UUID
    state: UsageState = defaulted(UsageState.RESERVED)
    slot: int = defaulted(1)
    discount: Decimal = Field(sa_type=MONEY)
    currency: str = Field(default=None, nullable=False)
    created_at: datetime = stamp()
    updated_at: datetime = stamp()


take_currency_of_order(SQLModel.metadata.tables["coupon_usages"])
