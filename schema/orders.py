"""Orders, what was in them, and the purchases that came of them."""

from datetime import datetime
from typing import TYPE_CHECKING

from models import orders as order_models
from models import purchases as purchase_models
from models.catalog import PurchasableKind
from models.orders import Fulfilment, OrderStatus, PaymentStatus
from resolvers import catalog, identity, orders
from schema.catalog import Purchasable
from schema.entities import entity
from schema.fields import column, computed, many, one
from schema.nodes import Node
from schema.values import Money, described, money
from schema.visibility import ADMIN, ANALYST, OWNER

if TYPE_CHECKING:
    from schema.identity import User

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
    PENDING="It is paid, and will show shortly.",
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
    fulfilment: Fulfilment = column(description="Whether what was bought can be seen everywhere yet.")
    amount: Money = computed(
        money, needs=("amount", "currency"), description="What is to be paid, in cash and credits."
    )
    original_amount: Money = computed(
        money, needs=("original_amount", "currency"), description="What the items cost before discounts."
    )
    discount: Money = computed(money, needs=("discount", "currency"), description="What coupons took off.")
    credits_used: int = column(description="How many credits pay for a part of it.")
    created_at: datetime = column(description="When the order was placed.", is_filterable=True, is_sortable=True)
    completed_at: datetime | None = column(description="When the order was paid.", is_filterable=True, is_sortable=True)
    user: "User | None" = one(
        identity.UserById, by="user_id", description="Who buys.", visible=[OWNER, ADMIN], is_filterable=True
    )
    items: "list[OrderItem]" = many(orders.ItemsByOrder, by="id", description="What is in the order, as it was put in.")
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
    item: Purchasable | None = one(
        catalog.ItemByKind,
        by=("kind", "item_id"),
        description="The thing as it is now; null when it is no longer for sale.",
    )


@entity(
    purchase_models.Purchase,
    description="One item bought.  It is never deleted: a refund is noted on it.",
    visible=[OWNER, ANALYST, ADMIN],
    owner="user_id",
)
class Purchase(Node):
    amount: Money = computed(money, needs=("amount", "currency"), description="What the item cost.")
    cash_amount: Money = computed(money, needs=("cash_amount", "currency"), description="What was paid in money.")
    credit_amount: Money = computed(
        money, needs=("credit_amount", "currency"), description="What the credits paid for."
    )
    credits_used: int = column(description="How many credits were used.")
    is_first_purchase: bool = column(description="Whether it was the buyer's first.")
    purchased_at: datetime = column(description="When it was bought.")
    user: "User | None" = one(identity.UserById, by="user_id", description="Who bought.", visible=[OWNER, ADMIN])
    item: Purchasable | None = one(
        catalog.ItemByKind,
        by=("kind", "item_id"),
        description="The thing as it is now; null when it is no longer for sale.",
    )
