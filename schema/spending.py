"""The credits that a buyer wishes to use for a pending order."""

from typing import Annotated

import strawberry

from models import orders as order_models
from resolvers import credit_refusals, order_refusals, refusals, spending
from resolvers.context import Context
from schema import credit_problems  # noqa: F401  Importing it declares the problems.
from schema.entities import BY_MODEL
from schema.ordering import order_id_of
from schema.orders import Order
from schema.refusals import INPUT, mutation


@strawberry.input(description="How many credits to use for which order.")
class ApplyCreditsInput:
    order_id: strawberry.ID = strawberry.field(description="The id of a pending order of the viewer's own.")
    credits: int = strawberry.field(description="How many to use at most; 0 for none.")


@strawberry.type(description="The order is to be paid with so many credits at most.")
class CreditsApplied:
    order: Order = strawberry.field(description="The order, at its full amount until its payment begins.")
    available: int = strawberry.field(
        description="How many credits the buyer has that no order in payment holds; none are held by this."
    )


@mutation(
    refusals.InvalidInput,
    order_refusals.OrderNotFound,
    order_refusals.OrderNotPending,
    credit_refusals.CreditsNotTaken,
    credit_refusals.NotEnoughCredits,
    description="Notes how many credits to use for a pending order of the viewer's own.  None are held.",
)
async def apply_credits(
    info: strawberry.Info[Context, None], given: Annotated[ApplyCreditsInput, INPUT]
) -> CreditsApplied:
    command = spending.ApplyCredits(order_id_of(given.order_id), given.credits)
    applied = await spending.apply_credits(info.context.handles, info.context.viewer.person, command)
    order = BY_MODEL[order_models.Order].wrap(applied.order)
    return CreditsApplied(order=order, available=applied.available)  # type: ignore[arg-type]
