"""Why an order is not given back, as problems of the graph."""

from decimal import Decimal

import strawberry

from models.orders import OrderStatus
from resolvers import refund_refusals
from schema import orders  # noqa: F401  The statuses are described there.
from schema.refusals import Problem, problem


@problem(refund_refusals.OrderNotRefundable, description="The order is not paid, or was given back whole.")
class OrderNotRefundable(Problem):
    status: OrderStatus = strawberry.field(description="How far the order has come.")


@problem(refund_refusals.ItemNotInOrder, description="An item is none of the order's; the path says which.")
class ItemNotInOrder(Problem):
    pass


@problem(refund_refusals.RefundTooLarge, description="More is asked for than is left: the rest is back or on its way.")
class RefundTooLarge(Problem):
    left: Decimal = strawberry.field(description="How much money is left to be given back, in the order's currency.")


@problem(refund_refusals.RefundFailed, description="The payment provider could not give the money back.")
class RefundFailed(Problem):
    reason: str = strawberry.field(description="Why, in the provider's word, such as expired_or_canceled_card.")


@problem(
    refund_refusals.RefundUnresolved,
    description="The refund is noted, and nobody knows yet whether the provider has made it; it is made once.",
)
class RefundUnresolved(Problem):
    pass
