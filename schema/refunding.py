"""Giving orders back, for administrators."""

from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import strawberry

from models import orders as order_models
from models import payments as payment_models
from resolvers import idempotency, order_refusals, refund_refusals, refunding, refusals
from resolvers.context import Context
from resolvers.reasons import LONGEST_REASON
from resolvers.refund_intents import RefundOrder
from schema import order_problems, refund_problems  # noqa: F401  Importing them declares the problems.
from schema.entities import BY_MODEL
from schema.given_ids import id_of
from schema.ordering import IDEMPOTENCY_KEY, order_id_of
from schema.orders import Order
from schema.payments import Refund
from schema.refusals import INPUT, mutation


@strawberry.input(description="What to give back of an order: everything that is left, some items, or an amount.")
class RefundOrderInput:
    order_id: strawberry.ID = strawberry.field(description="The id of a completed order.")
    reason: str = strawberry.field(description=f"Why, in at most {LONGEST_REASON} characters: the buyer reads it.")
    idempotency_key: str = strawberry.field(description=IDEMPOTENCY_KEY)
    items: list[strawberry.ID] | None = strawberry.field(
        description="The ids of items of the order, as `OrderItem`s, each once; all of them unless told.", default=None
    )
    amount: Decimal | None = strawberry.field(
        description="How much of the money that was paid for them, split over them; everything that is left, credits "
        "too, unless told.  An item stays its buyer's until all of it is given back.",
        default=None,
    )


@strawberry.type(description="What was asked for was given back, as far as the refunds are done.")
class OrderRefunded:
    order: Order = strawberry.field(description="The order as it is now.")
    refunds: list[Refund] = strawberry.field(
        description="The refunds that came of the request, one for each item; one that failed has given nothing back."
    )


@strawberry.type(description="The payment provider has accepted the refund and takes its time; nothing is left to do.")
class RefundUnderWay:
    order: Order = strawberry.field(description="The order as it is now.")
    refunds: list[Refund] = strawberry.field(
        description="The refunds that came of the request, one for each item; the pending ones are looked up again."
    )


@mutation(
    refusals.Forbidden,
    refusals.InvalidInput,
    order_refusals.OrderNotFound,
    refund_refusals.OrderNotRefundable,
    refund_refusals.ItemNotInOrder,
    refund_refusals.RefundTooLarge,
    refund_refusals.RefundFailed,
    refund_refusals.RefundUnresolved,
    idempotency.IdempotencyKeyReused,
    idempotency.RequestInProgress,
    description="Gives an order back, whole or in part: money, credits, and with the last of an item what was bought.  "
    "For administrators.",
)
async def refund_order(
    info: strawberry.Info[Context, None], given: Annotated[RefundOrderInput, INPUT]
) -> OrderRefunded | RefundUnderWay:
    by = info.context.viewer.administrator("refunds")
    command = RefundOrder(
        order_id=order_id_of(given.order_id),
        reason=given.reason,
        idempotency_key=given.idempotency_key,
        items=None if given.items is None else tuple(item_id_of(*each) for each in enumerate(given.items)),
        amount=given.amount,
    )
    found = await refunding.refund_order(info.context.handles, by, command)
    order: Any = BY_MODEL[order_models.Order].wrap(found.order)
    refunds: list[Any] = [BY_MODEL[payment_models.Refund].wrap(row) for row in found.refunds]
    return (OrderRefunded if found.is_final else RefundUnderWay)(order=order, refunds=refunds)


def item_id_of(place: int, given: str) -> UUID:
    otherwise = "This is the id of no item of an order: use that of an OrderItem."
    return id_of(order_models.OrderItem, given, "items", str(place), otherwise=otherwise)
