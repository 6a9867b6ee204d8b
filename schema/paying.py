"""Paying orders, and buying in one step."""

from datetime import datetime
from typing import Annotated

import strawberry

from models import orders as order_models
from resolvers import (
    coupon_refusals,
    credit_refusals,
    idempotency,
    order_refusals,
    paying,
    payment_refusals,
    placing,
    purchasing,
    refusals,
)
from resolvers.context import Context
from schema import coupon_problems, credit_problems, payment_problems  # noqa: F401  Importing them declares the problems.
from schema.entities import BY_MODEL
from schema.ordering import IDEMPOTENCY_KEY, OrderedItemInput, order_id_of, wanted
from schema.orders import Order
from schema.refusals import INPUT, mutation
from schema.values import Currency

METHOD = "The payment provider's id of what to charge; needed unless coupons and credits pay for everything."
LIMITS = (*coupon_refusals.EVERY, credit_refusals.CreditsNotTaken, credit_refusals.NotEnoughCredits)
NOWHERE: dict[type[refusals.Refusal], tuple[str, ...] | None] = dict.fromkeys(
    (*LIMITS, order_refusals.ItemUnavailable, order_refusals.AlreadyOwned, payment_refusals.ItemBeingBought)
)
"""What stands on an order is not in the input of who pays it."""

CLAIMS = (order_refusals.ItemUnavailable, order_refusals.AlreadyOwned, payment_refusals.ItemBeingBought)
KEYS = (idempotency.IdempotencyKeyReused, idempotency.RequestInProgress)
OUTCOMES = (
    payment_refusals.PaymentDeclined,
    payment_refusals.PaymentRefused,
    payment_refusals.PaymentAbandoned,
    payment_refusals.PaymentUnresolved,
    payment_refusals.ProviderUnavailable,
)


@strawberry.input(description="Which order to pay, and with what.")
class PayOrderInput:
    order_id: strawberry.ID = strawberry.field(description="The id of a pending order of the viewer's own.")
    idempotency_key: str = strawberry.field(description=IDEMPOTENCY_KEY)
    payment_method_id: str | None = strawberry.field(description=METHOD, default=None)


@strawberry.input(description="Which payment to go on with.")
class ConfirmPaymentInput:
    order_id: strawberry.ID = strawberry.field(description="The id of the order whose payment waits for its buyer.")
    idempotency_key: str = strawberry.field(description="The key that the payment was begun with.")


@strawberry.input(description="What to buy, and with what.")
class PurchaseInput:
    items: list[OrderedItemInput] = strawberry.field(description="What is to be bought, each item once.")
    idempotency_key: str = strawberry.field(description=IDEMPOTENCY_KEY)
    payment_method_id: str | None = strawberry.field(description=METHOD, default=None)
    coupon_code: str | None = strawberry.field(description="The code of a coupon to use.", default=None)
    credits: int = strawberry.field(description="How many credits to use at most.", default=0)
    currency: Currency | None = strawberry.field(
        description="The currency that the buyer expects to pay in; that of the items unless told.", default=None
    )


@strawberry.type(description="The order is paid, and what was bought belongs to the buyer.")
class OrderPaid:
    order: Order = strawberry.field(description="The completed order.")


@strawberry.type(description="The buyer has to prove who they are to their bank; until then everything stays reserved.")
class PaymentActionNeeded:
    order: Order = strawberry.field(description="The order, which is in payment.")
    client_secret: str = strawberry.field(description="What the payment provider's own client needs to go on.")
    waits_until: datetime = strawberry.field(description="When the payment is given up.")


@mutation(
    refusals.InvalidInput,
    order_refusals.OrderNotFound,
    order_refusals.OrderNotPending,
    *CLAIMS,
    *LIMITS,
    *KEYS,
    *OUTCOMES,
    description="Pays a pending order of the viewer's own, with what stands on it of coupons and credits.",
    paths=NOWHERE,
)
async def pay_order(
    info: strawberry.Info[Context, None], given: Annotated[PayOrderInput, INPUT]
) -> OrderPaid | PaymentActionNeeded:
    command = paying.PayOrder(order_id_of(given.order_id), given.idempotency_key, given.payment_method_id)
    return shown(await paying.pay_order(info.context.handles, info.context.viewer.person, command))


@mutation(
    refusals.InvalidInput,
    payment_refusals.NothingToConfirm,
    idempotency.RequestInProgress,
    *OUTCOMES,
    description="Goes on with a payment once its buyer has acted, and answers as the request that began it would now.",
)
async def confirm_payment(
    info: strawberry.Info[Context, None], given: Annotated[ConfirmPaymentInput, INPUT]
) -> OrderPaid | PaymentActionNeeded:
    command = paying.ConfirmPayment(order_id_of(given.order_id), given.idempotency_key)
    return shown(await paying.confirm_payment(info.context.handles, info.context.viewer.person, command))


@mutation(
    refusals.InvalidInput,
    order_refusals.EmptyOrder,
    order_refusals.TooManyItems,
    order_refusals.MixedCurrencies,
    order_refusals.OrderNotFound,
    order_refusals.OrderNotPending,
    *CLAIMS,
    *LIMITS,
    *KEYS,
    *OUTCOMES,
    description="Places an order and pays it, in one step.  What is refused leaves no order behind; an order whose "
    "payment comes to nothing waits to be paid otherwise.",
    paths=dict.fromkeys(coupon_refusals.EVERY, ("coupon_code",))
    | dict.fromkeys((order_refusals.OrderNotFound, order_refusals.OrderNotPending)),
)
async def purchase(
    info: strawberry.Info[Context, None], given: Annotated[PurchaseInput, INPUT]
) -> OrderPaid | PaymentActionNeeded:
    command = purchasing.Purchase(
        items=tuple(wanted(place, item.item_id) for place, item in enumerate(given.items[: placing.MOST_ITEMS + 1])),
        idempotency_key=given.idempotency_key,
        currency=given.currency,
        coupon_code=given.coupon_code,
        credits=given.credits,
        payment_method_id=given.payment_method_id,
    )
    return shown(await purchasing.purchase(info.context.handles, info.context.viewer.person, command))


def shown(answer: paying.Answer) -> OrderPaid | PaymentActionNeeded:
    order: Order = BY_MODEL[order_models.Order].wrap(answer.order)  # type: ignore[assignment]
    if isinstance(answer, paying.Paid):
        return OrderPaid(order=order)
    return PaymentActionNeeded(order=order, client_secret=answer.client_secret, waits_until=answer.waits_until)
