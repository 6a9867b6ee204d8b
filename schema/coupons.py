"""Coupons and their uses."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

import strawberry

from models import coupons as coupon_models
from models.catalog import PurchasableKind
from models.coupons import CouponType, UsageState
from resolvers import coupons, identity, orders
from resolvers.catalog import KINDS
from schema.connections import Connection, connection
from schema.entities import BY_MODEL, entity
from schema.fields import column, computed, one
from schema.ids import global_id
from schema.nodes import Node
from schema.values import Currency, Money, described, money
from schema.visibility import ADMIN, ANALYST

if TYPE_CHECKING:
    from schema.identity import User
    from schema.orders import Order

described(
    CouponType,
    "How a coupon makes an order cheaper.",
    percentage="By a share of what the items cost.",
    fixed="By an amount.",
)
described(
    UsageState,
    "How a use of a coupon stands.",
    RESERVED="The order is being paid.",
    CONSUMED="The order was paid.",
    RELEASED="The order came to nothing or was given back, and the use may be had again.",
)


def money_if_any(amount: Decimal | None, currency: str | None) -> Money | None:
    return None if amount is None or currency is None else money(amount, currency)


def item_ids(items: Sequence[UUID], kinds: Sequence[str]) -> list[strawberry.ID]:
    """Their global ids."""
    models = (KINDS[PurchasableKind(kind)].model for kind in kinds)
    return [strawberry.ID(global_id(BY_MODEL[model].name, item)) for item, model in zip(items, models, strict=True)]


@entity(
    coupon_models.Coupon,
    description="A code that makes an order cheaper.",
    visible=[ANALYST, ADMIN],
)
class Coupon(Node):
    code: str = column(description="What the buyer types, unique, in capitals.", is_filterable=True, is_sortable=True)
    type: CouponType = column(description="How the coupon makes an order cheaper.")
    value: Decimal = column(description="The percentage, or the amount in the coupon's currency, as a string.")
    currency: Currency | None = column(
        description="The currency of the coupon's amounts; null for a percentage without bounds."
    )
    max_discount: Money | None = computed(
        money_if_any, needs=("max_discount", "currency"), description="The most that it takes off; null for no bound."
    )
    min_purchase: Money | None = computed(
        money_if_any,
        needs=("min_purchase", "currency"),
        description="What the items must cost at least; null for no bound.",
    )
    description: str | None = column(description="What the coupon is for.")
    starts_at: datetime = column(description="When the coupon begins to be good.")
    ends_at: datetime = column(description="When the coupon ceases to be good.")
    max_uses: int | None = column(description="How often it can be used in all; null for no limit.")
    max_uses_per_user: int | None = column(description="How often one person can use it; null for no limit.")
    uses: int = column(description="How often it is taken, by orders that are being paid too.")
    is_released_by_refund: bool = column(description="Whether giving back a whole order gives back its use.")
    items: list[strawberry.ID] = computed(
        item_ids,
        needs=("items", "item_kinds"),
        description="The ids of what it is for, with what is of its categories; without both it is for everything.",
    )
    categories: list[str] = column(
        description="The categories that it is for: those of products, and those that courses have of their own."
    )
    disabled_at: datetime | None = column(description="When the coupon was taken back; null for one that was not.")
    created_at: datetime = column(description="When the coupon was made.", is_filterable=True, is_sortable=True)
    updated_at: datetime = column(description="When the coupon was last changed.")
    created_by: "User | None" = one(
        identity.UserById, by="created_by", description="Who made the coupon.", visible=[ADMIN]
    )
    usages: "Connection[CouponUsage] | None" = connection(
        coupons.UsagesByCoupon, by="id", description="The uses of the coupon, newest first."
    )


@entity(
    coupon_models.CouponUsage,
    description="One use of a coupon by one order.",
    visible=[ANALYST, ADMIN],
)
class CouponUsage(Node):
    state: UsageState = column(description="How the use stands.")
    slot: int = column(description="Which of the person's own uses of this coupon it is, from 1.")
    discount: Money = computed(money, needs=("discount", "currency"), description="What the coupon took off.")
    created_at: datetime = column(description="When the use was first reserved.", is_filterable=True, is_sortable=True)
    updated_at: datetime = column(description="When it last changed how the use stands.")
    coupon: Coupon | None = one(coupons.CouponById, by="coupon_id", description="The coupon that is used.")
    order: "Order | None" = one(orders.OrderById, by="order_id", description="The order that uses it.")
    user: "User | None" = one(identity.UserById, by="user_id", description="Who uses it.", visible=[ADMIN])
