"""The coupon that a buyer wishes for a pending order."""

from typing import Annotated

import strawberry

from models import orders as order_models
from resolvers import coupon_refusals, order_refusals, redeeming, refusals
from resolvers.context import Context
from schema import coupon_problems  # noqa: F401  Importing it declares the problems.
from schema.entities import BY_MODEL
from schema.ordering import order_id_of
from schema.orders import Order
from schema.refusals import INPUT, mutation
from schema.values import Money, money


@strawberry.input(description="Which coupon to use for which order.")
class RedeemCouponInput:
    order_id: strawberry.ID = strawberry.field(description="The id of a pending order of the viewer's own.")
    code: str = strawberry.field(description="The code of the coupon, in capitals or not.")


@strawberry.input(description="Which order to have no coupon.")
class RemoveCouponInput:
    order_id: strawberry.ID = strawberry.field(description="The id of a pending order of the viewer's own.")


@strawberry.type(description="The coupon stands on the order, in place of any other.")
class CouponRedeemed:
    order: Order = strawberry.field(description="The order, at its full amount until its payment begins.")
    discount: Money = strawberry.field(
        description="What the coupon would take off now; whether it still does is decided when the payment begins."
    )


@strawberry.type(description="There is no coupon on the order.")
class CouponRemoved:
    order: Order = strawberry.field(description="The order as it is now.")


@mutation(
    refusals.InvalidInput,
    order_refusals.OrderNotFound,
    order_refusals.OrderNotPending,
    *coupon_refusals.EVERY,
    description="Notes a coupon on a pending order of the viewer's own, if it would apply now.  Nothing is reserved.",
)
async def redeem_coupon(
    info: strawberry.Info[Context, None], given: Annotated[RedeemCouponInput, INPUT]
) -> CouponRedeemed:
    command = redeeming.RedeemCoupon(order_id_of(given.order_id), given.code)
    redeemed = await redeeming.redeem_coupon(info.context.handles, info.context.viewer.person, command)
    return CouponRedeemed(
        order=BY_MODEL[order_models.Order].wrap(redeemed.order),  # type: ignore[arg-type]
        discount=money(redeemed.discount, redeemed.order["currency"]),
    )


@mutation(
    refusals.InvalidInput,
    order_refusals.OrderNotFound,
    order_refusals.OrderNotPending,
    description="Takes the coupon off a pending order of the viewer's own; one without a coupon stays so.",
)
async def remove_coupon(
    info: strawberry.Info[Context, None], given: Annotated[RemoveCouponInput, INPUT]
) -> CouponRemoved:
    command = redeeming.RemoveCoupon(order_id_of(given.order_id))
    row = await redeeming.remove_coupon(info.context.handles, info.context.viewer.person, command)
    return CouponRemoved(order=BY_MODEL[order_models.Order].wrap(row))  # type: ignore[arg-type]
