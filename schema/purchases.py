"""Purchases: one for each item that was paid for, as clients see it."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import strawberry

from models import purchases as purchase_models
from models.catalog import PurchasableKind
from resolvers import catalog, identity, orders
from schema.buyers import pseudonym
from schema.catalog import Purchasable
from schema.entities import entity
from schema.fields import column, computed, one
from schema.nodes import Node
from schema.values import Money, money
from schema.visibility import ADMIN, ANALYST, OWNER

if TYPE_CHECKING:
    from schema.identity import User
    from schema.orders import Order, OrderItem


@strawberry.type(description="What was given back of a purchase.")
class PurchaseRefund:
    amount: Money = strawberry.field(description="What was given back in money.")
    credits_returned: int = strawberry.field(description="How many credits were given back.")
    refunded_at: datetime = strawberry.field(description="When it was given back.")


def refund_of(stored: Mapping[str, Any] | None, currency: str) -> PurchaseRefund | None:
    if stored is None:
        return None
    amount: Decimal = stored["amount"]
    return PurchaseRefund(
        amount=money(amount, currency), credits_returned=stored["creditsReturned"], refunded_at=stored["refundedAt"]
    )


@entity(
    purchase_models.Purchase,
    description="One item bought.  It is never deleted: a refund is noted on it.",
    visible=[OWNER, ANALYST, ADMIN],
    owner="user_id",
)
class Purchase(Node):
    kind: PurchasableKind = column(description="What kind of thing was bought.", is_filterable=True)
    product_name: str = column(description="What the item was called when it was sold.")
    amount: Money = computed(money, needs=("amount", "currency"), description="What the item cost.")
    cash_amount: Money = computed(money, needs=("cash_amount", "currency"), description="What was paid in money.")
    credit_amount: Money = computed(
        money, needs=("credit_amount", "currency"), description="What the credits paid for."
    )
    discount: Money = computed(money, needs=("discount", "currency"), description="What a coupon took off.")
    credits_used: int = column(description="How many credits were used.")
    coupon_code: str | None = column(description="The coupon that made it cheaper, by its code; null for none.")
    payment_method: str | None = column(description="What was paid with, such as card; null where nothing was paid.")
    payment_method_id: str | None = column(
        description="What the provider calls the means of payment.", visible=[OWNER, ADMIN]
    )
    is_first_purchase: bool = column(description="Whether it was the buyer's first.", is_filterable=True)
    referral_credit_awarded: bool = column(description="Whether it brought somebody a reward for a referral.")
    refund: PurchaseRefund | None = computed(
        refund_of, needs=("refund", "currency"), description="What was given back of it; null for nothing."
    )
    purchased_at: datetime = column(description="When it was bought.")
    created_at: datetime = column(
        description="When it was first to be seen, shortly after it was bought.", is_filterable=True, is_sortable=True
    )
    buyer_key: str | None = pseudonym(
        by="user_id", description="Stands for the buyer: the same for all that one person buys, and nobody's name."
    )
    user: "User | None" = one(
        identity.UserById, by="user_id", description="Who bought.", visible=[OWNER, ADMIN], is_filterable=True
    )
    item: Purchasable | None = one(
        catalog.ItemByKind,
        by=("kind", "item_id"),
        description="The thing as it is now; null when it is no longer for sale.",
    )
    order: "Order | None" = one(orders.OrderById, by="order_id", description="The order that it came of.")
    order_item: "OrderItem | None" = one(
        orders.ItemById, by="order_item_id", description="The item of the order that it came of."
    )
