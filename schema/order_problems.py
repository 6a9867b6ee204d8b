"""Why an order cannot be placed or changed, as problems of the graph."""

import strawberry

from models.orders import OrderStatus
from resolvers import idempotency, order_refusals
from schema import orders  # noqa: F401  The statuses are described there.
from schema.refusals import Problem, problem
from schema.values import Currency


@problem(idempotency.IdempotencyKeyReused, description="The key was used before, for something else.")
class IdempotencyKeyReused(Problem):
    mutation: str = strawberry.field(description="The mutation that the key was used for.")


@problem(idempotency.RequestInProgress, description="The same request with the same key is not done yet.")
class RequestInProgress(Problem):
    pass


@problem(order_refusals.EmptyOrder, description="There is nothing in the order.")
class EmptyOrder(Problem):
    pass


@problem(order_refusals.TooManyItems, description="There is more in the order than an order may hold.")
class TooManyItems(Problem):
    limit: int = strawberry.field(description="How many items an order may hold.")


@problem(order_refusals.ItemUnavailable, description="An item is not for sale; the path says which.")
class ItemUnavailable(Problem):
    pass


@problem(order_refusals.AlreadyOwned, description="An item is the buyer's already; the path says which.")
class AlreadyOwned(Problem):
    title: str = strawberry.field(description="What the item is called.")


@problem(order_refusals.MixedCurrencies, description="The items are not all sold in one currency.")
class MixedCurrencies(Problem):
    currencies: list[Currency] = strawberry.field(
        description="The currencies of the items, and the one that was asked for."
    )


@problem(order_refusals.OrderNotFound, description="The viewer has no such order.")
class OrderNotFound(Problem):
    pass


@problem(order_refusals.OrderNotPending, description="The order is being paid or is done with.")
class OrderNotPending(Problem):
    status: OrderStatus = strawberry.field(description="How far the order has come.")
