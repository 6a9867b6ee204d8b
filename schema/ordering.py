"""Placing orders and cancelling them."""

from typing import Annotated
from uuid import UUID

import strawberry

from models import orders as order_models
from models.catalog import PurchasableKind
from resolvers import cancelling, idempotency, order_refusals, payment_refusals, placing, refusals
from resolvers.catalog import KINDS
from resolvers.context import Context
from resolvers.placing import Wanted
from schema import order_problems, payment_problems  # noqa: F401  Importing them declares the problems.
from schema.entities import BY_MODEL
from schema.given_ids import id_of
from schema.ids import parse_global_id
from schema.orders import Order
from schema.refusals import INPUT, mutation
from schema.values import Currency

IDEMPOTENCY_KEY = (
    "A key of the client's own for this request, such as a UUID: the same request with the same key is done once."
)


@strawberry.input(description="Something to order.")
class OrderedItemInput:
    item_id: strawberry.ID = strawberry.field(description="The id of a course, a product or a typing test.")


@strawberry.input(description="What to order.")
class PlaceOrderInput:
    items: list[OrderedItemInput] = strawberry.field(
        description=f"What is to be in the order, each item once, at most {placing.MOST_ITEMS}."
    )
    idempotency_key: str = strawberry.field(description=IDEMPOTENCY_KEY)
    currency: Currency | None = strawberry.field(
        description="The currency that the buyer expects to pay in; that of the items unless told.", default=None
    )


@strawberry.input(description="Which order to cancel.")
class CancelOrderInput:
    order_id: strawberry.ID = strawberry.field(description="The id of an order of the viewer's own.")


@strawberry.type(description="The order waits to be paid.")
class OrderPlaced:
    order: Order = strawberry.field(description="The order, with the prices of when it was placed.")


@strawberry.type(description="The order is cancelled.")
class OrderCancelled:
    order: Order = strawberry.field(description="The order as it is now.")


@mutation(
    refusals.InvalidInput,
    order_refusals.EmptyOrder,
    order_refusals.TooManyItems,
    order_refusals.ItemUnavailable,
    order_refusals.AlreadyOwned,
    order_refusals.MixedCurrencies,
    idempotency.IdempotencyKeyReused,
    idempotency.RequestInProgress,
    description="Places an order at the prices of now, to be paid later.  Nothing is reserved until then.",
)
async def place_order(info: strawberry.Info[Context, None], given: Annotated[PlaceOrderInput, INPUT]) -> OrderPlaced:
    # One more than an order may hold is enough to be told so.
    items = tuple(wanted(place, item.item_id) for place, item in enumerate(given.items[: placing.MOST_ITEMS + 1]))
    command = placing.PlaceOrder(items, given.idempotency_key, given.currency)
    row = await placing.place_order(info.context.handles, info.context.viewer.person, command)
    return OrderPlaced(order=BY_MODEL[order_models.Order].wrap(row))  # type: ignore[arg-type]


@mutation(
    refusals.InvalidInput,
    order_refusals.OrderNotFound,
    order_refusals.OrderNotPending,
    payment_refusals.PaymentUnresolved,
    description="Cancels an order of the viewer's own that waits to be paid, or whose payment waits for its buyer.",
)
async def cancel_order(
    info: strawberry.Info[Context, None], given: Annotated[CancelOrderInput, INPUT]
) -> OrderCancelled:
    command = cancelling.CancelOrder(order_id_of(given.order_id))
    row = await cancelling.cancel_order(info.context.handles, info.context.viewer.person, command)
    return OrderCancelled(order=BY_MODEL[order_models.Order].wrap(row))  # type: ignore[arg-type]


def wanted(place: int, given: str) -> Wanted:
    """What an id stands for.  Raises InvalidInput for what is the id of nothing for sale."""
    try:
        named, key = parse_global_id(given)
    except refusals.BadGlobalId as error:
        raise refusals.InvalidInput(order_refusals.path_of(place), error.message) from None
    kind = kinds().get(named)
    if kind is None:
        reason = "This is the id of nothing for sale: use that of a course, a product or a typing test."
        raise refusals.InvalidInput(order_refusals.path_of(place), reason)
    return Wanted(kind, key)


def kinds() -> dict[str, PurchasableKind]:
    return {BY_MODEL[loader.model].name: kind for kind, loader in KINDS.items()}


def order_id_of(given: str) -> UUID:
    """The id of an order.  Raises InvalidInput for the id of anything else."""
    otherwise = "This is the id of no order: use the id of one of yours."
    return id_of(order_models.Order, given, "order_id", otherwise=otherwise)
