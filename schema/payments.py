"""Attempts to pay, and what was given back."""

from datetime import datetime
from typing import TYPE_CHECKING

from models import payments as payment_models
from models.payments import PaymentState, RefundState
from resolvers import identity, orders, payments
from schema.entities import entity
from schema.fields import column, computed, one
from schema.nodes import Node
from schema.values import Money, described, money
from schema.visibility import ADMIN, ANALYST, OWNER

if TYPE_CHECKING:
    from schema.identity import User
    from schema.orders import Order, OrderItem

described(
    PaymentState,
    "How one attempt to pay stands.",
    CREATED="What the payment provider says to it is not known yet.",
    WAITING="It waits for something that the buyer must do.",
    PAID="It is paid.",
    DECLINED="It was declined.",
    CANCELLED="It was given up before anything was paid.",
)
described(
    RefundState,
    "How giving back stands.",
    PENDING="It is under way.",
    DONE="It was given back.",
    FAILED="It could not be given back.",
)


@entity(
    payment_models.Payment,
    description="One attempt to pay an order.",
    visible=[OWNER, ANALYST, ADMIN],
    owner="user_id",
)
class Payment(Node):
    state: PaymentState = column(description="How the attempt stands.")
    amount: Money = computed(money, needs=("amount", "currency"), description="What was to be paid in money.")
    refunded_amount: Money = computed(
        money, needs=("refunded_amount", "currency"), description="What of it was given back or is on its way."
    )
    payment_method: str | None = column(description="What was paid with, such as card.")
    payment_method_id: str | None = column(
        description="What the provider calls the means of payment.", visible=[OWNER, ADMIN]
    )
    provider: str | None = column(description="Who handles the payment.", visible=[OWNER, ADMIN])
    provider_payment_id: str | None = column(
        description="What the provider calls the payment; null until it knows of it.", visible=[OWNER, ADMIN]
    )
    decline_code: str | None = column(
        description="Why the payment was declined, in the provider's word; null for one that was not.",
        visible=[OWNER, ADMIN],
    )
    created_at: datetime = column(description="When the attempt was made.")
    settled_at: datetime | None = column(description="When the attempt came to its end; null until then.")
    user: "User | None" = one(identity.UserById, by="user_id", description="Who pays.", visible=[OWNER, ADMIN])
    order: "Order | None" = one(orders.OrderById, by="order_id", description="The order that is paid.")


@entity(
    payment_models.Refund,
    description="Something of one item of an order given back: all of it, or so much money.",
    visible=[OWNER, ANALYST, ADMIN],
    owner="user_id",
)
class Refund(Node):
    state: RefundState = column(description="How giving back stands.")
    amount: Money = computed(money, needs=("amount", "currency"), description="What is given back in money.")
    credit_value: Money = computed(
        money,
        needs=("credit_value", "currency"),
        description="What is given back of the value of credits; whole credits come back when enough of it has.",
    )
    credits_returned: int = column(description="How many credits were given back; 0 until it is done.")
    reason: str | None = column(description="Why it is given back, where that was said.", visible=[OWNER, ADMIN])
    provider_refund_id: str | None = column(
        description="What the provider calls the refund; null where no money is given back.", visible=[OWNER, ADMIN]
    )
    failure_reason: str | None = column(
        description="Why it could not be given back, in the provider's word; null unless it failed.",
        visible=[OWNER, ADMIN],
    )
    created_at: datetime = column(description="When the refund was asked for.")
    completed_at: datetime | None = column(description="When the refund came to its end; null until then.")
    user: "User | None" = one(
        identity.UserById, by="user_id", description="Whose refund it is.", visible=[OWNER, ADMIN]
    )
    requested_by: "User | None" = one(
        identity.UserById, by="requested_by", description="Who asked for it.", visible=[OWNER, ADMIN]
    )
    order: "Order | None" = one(orders.OrderById, by="order_id", description="The order that the item was in.")
    order_item: "OrderItem | None" = one(orders.ItemById, by="order_item_id", description="The item as it was sold.")
    payment: Payment | None = one(
        payments.PaymentById, by="payment_id", description="The payment that it comes out of; null for credits alone."
    )
