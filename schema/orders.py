"""Orders and what was in them."""

from datetime import datetime
from typing import TYPE_CHECKING

from models import orders as order_models
from models.catalog import PurchasableKind
from models.orders import Fulfilment, OrderStatus, PaymentStatus
from resolvers import catalog, coupons, identity, orders, payments
from schema.buyers import pseudonym
from schema.catalog import Purchasable
from schema.entities import entity
from schema.fields import column, computed, many, one
from schema.nodes import Node
from schema.stretches import first_of
from schema.values import Money, described, money
from schema.visibility import ADMIN, ANALYST, OWNER

if TYPE_CHECKING:
    from schema.coupons import Coupon
    from schema.identity import User
    from schema.payments import Payment, Refund
    from schema.purchases import Purchase

described(
    OrderStatus,
    "How far an order has come.",
    pending="It waits to be paid.",
    processing="It is being paid.",
    completed="It is paid, and what was bought belongs to the buyer.",
    cancelled="It came to nothing.",
    refunded="It was paid back whole.",
)
described(
    PaymentStatus,
    "How an order stands with its money.",
    pending="Nothing was paid yet.",
    paid="It is paid.",
    failed="The last attempt to pay was declined; another may be made.",
    refunded="What was paid was given back.",
)
described(
    Fulfilment,
    "Whether what was bought can be seen everywhere yet.",
    NONE="There is nothing to show.",
    PENDING="What was bought or given back will show shortly.",
    DONE="It shows.",
)


@entity(
    order_models.Order,
    description="What somebody wants to buy or has bought.",
    visible=[OWNER, ANALYST, ADMIN],
    owner="user_id",
)
class Order(Node):
    number: str = column(
        description="The number to read out on the telephone, unique.", is_filterable=True, is_sortable=True
    )
    status: OrderStatus = column(description="How far the order has come.", is_filterable=True)
    payment_status: PaymentStatus = column(description="How the order stands with its money.", is_filterable=True)
    next_statuses: list[OrderStatus] = computed(
        orders.next_statuses, needs=("status",), description="What the status may become next; nothing for a final one."
    )
    fulfilment: Fulfilment = column(description="Whether what was bought can be seen everywhere yet.")
    amount: Money = computed(
        money, needs=("amount", "currency"), description="What is to be paid, in cash and credits."
    )
    original_amount: Money = computed(
        money, needs=("original_amount", "currency"), description="What the items cost before discounts."
    )
    discount: Money = computed(money, needs=("discount", "currency"), description="What coupons took off.")
    credits_wanted: int = column(description="How many credits the buyer wishes to use at most.")
    credits_used: int = column(description="How many credits pay for a part of it.")
    credit_value: Money = computed(
        money, needs=("credit_value", "currency"), description="What those credits are worth."
    )
    refunded_amount: Money = computed(
        money, needs=("refunded_amount", "currency"), description="What was given back in money."
    )
    credits_returned: int = column(description="How many credits were given back.")
    payment_method: str | None = column(description="What is paid with, such as card; null until it is known.")
    is_first_purchase: bool = column(description="Whether it is the first order that the buyer paid.")
    created_at: datetime = column(description="When the order was placed.", is_filterable=True, is_sortable=True)
    updated_at: datetime = column(description="When the order last changed.")
    completed_at: datetime | None = column(description="When the order was paid.", is_filterable=True, is_sortable=True)
    cancelled_at: datetime | None = column(description="When the order came to nothing; null for one that did not.")
    buyer_key: str | None = pseudonym(
        by="user_id", description="Stands for the buyer: the same for all that one person buys, and nobody's name."
    )
    user: "User | None" = one(
        identity.UserById, by="user_id", description="Who buys.", visible=[OWNER, ADMIN], is_filterable=True
    )
    coupon: "Coupon | None" = one(
        coupons.CouponById,
        by="coupon_id",
        description="The coupon that makes it cheaper; null for none.",
        visible=[ANALYST, ADMIN],
    )
    # Whoever places an order is held to a number of items, each of which becomes one purchase: both lists are short.
    items: "list[OrderItem]" = many(orders.ItemsByOrder, by="id", description="What is in the order, as it was put in.")
    refunds: "list[Refund]" = first_of(
        payments.RefundsByOrder, by="id", description="What was given back of it, newest first."
    )
    payments: "list[Payment]" = first_of(
        payments.PaymentsByOrder, by="id", description="The attempts to pay it, newest first."
    )
    purchases: "list[Purchase] | None" = many(
        orders.PurchasesByOrder,
        by="id",
        description="The purchases that came of it, one for each item; null with an error while MongoDB is away.",
    )


@entity(
    order_models.OrderItem,
    description="One thing in an order, as it was sold.",
    visible=[OWNER, ANALYST, ADMIN],
    owner="user_id",
)
class OrderItem(Node):
    kind: PurchasableKind = column(description="What kind of thing it is.")
    title: str = column(description="What it was called when it was sold.")
    price: Money = computed(money, needs=("price", "currency"), description="What it cost when it was sold.")
    discount_share: Money = computed(
        money, needs=("discount_share", "currency"), description="The item's share of what coupons took off."
    )
    credit_share: Money = computed(
        money, needs=("credit_share", "currency"), description="The item's share of what credits paid for."
    )
    refunded_amount: Money = computed(
        money,
        needs=("refunded_amount", "currency"),
        description="What was given back of it in money, or is on its way.",
    )
    refunded_at: datetime | None = column(description="When the last of it was given back; null until then.")
    order: "Order | None" = one(orders.OrderById, by="order_id", description="The order that it is in.")
    item: Purchasable | None = one(
        catalog.ItemByKind,
        by=("kind", "item_id"),
        description="The thing as it is now; null when it is no longer for sale.",
    )
