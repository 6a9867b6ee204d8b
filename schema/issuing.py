"""Coupons as administrators manage them."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import strawberry

from models import coupons as coupon_models
from models.coupons import CouponType
from resolvers import coupon_refusals, issuing, refusals, restricting
from resolvers.context import Context
from resolvers.profiles import KEPT
from resolvers.stores import Row
from schema import coupon_problems  # noqa: F401  Importing it declares the problems.
from schema.coupons import Coupon
from schema.entities import BY_MODEL
from schema.given_ids import id_of
from schema.profiles import commanded, kept
from schema.refusals import INPUT, mutation
from schema.values import Currency
from schema.wanted import wanted_items

VALUE = "The percentage, at most 100, or the amount in the coupon's currency; two digits after the point at most."
CURRENCY = "The currency of the coupon's amounts; none for a percentage without bounds."
MAX_DISCOUNT = "The most that it takes off; null for no bound."
MIN_PURCHASE = "What the items must cost at least; null for no bound."
DESCRIPTION = f"What the coupon is for, in at most {issuing.LONGEST_DESCRIPTION} characters."
STARTS_AT, ENDS_AT = "When the coupon begins to be good.", "When the coupon ceases to be good."
MAX_USES = "How often it can be used in all; null for no limit."
MAX_USES_PER_USER = "How often one person can use it; null for no limit."
ITEMS = (
    f"The ids of the courses, products and typing tests that it is for, at most {restricting.MOST_ITEMS}; "
    "null for no restriction."
)
CATEGORIES = (
    "The categories that it is for, letter by letter: those of products, and those that courses have of their own; "
    "beside `items`, and without both for everything."
)
IS_RELEASED_BY_REFUND = "Whether giving back a whole order gives back its use."


@strawberry.input(description="What a new coupon gives, and to whom.")
class CreateCouponInput:
    code: str = strawberry.field(
        description="What the buyer types, unique: letters, digits, hyphens and underscores; kept in capitals."
    )
    type: CouponType = strawberry.field(description="How the coupon makes an order cheaper; it stays.")
    value: Decimal = strawberry.field(description=VALUE)
    starts_at: datetime = strawberry.field(description=STARTS_AT)
    ends_at: datetime = strawberry.field(description=ENDS_AT)
    currency: Currency | None = kept(CURRENCY)
    max_discount: Decimal | None = kept(MAX_DISCOUNT)
    min_purchase: Decimal | None = kept(MIN_PURCHASE)
    description: str | None = kept(DESCRIPTION)
    max_uses: int | None = kept(MAX_USES)
    max_uses_per_user: int | None = kept(MAX_USES_PER_USER)
    is_released_by_refund: bool = strawberry.field(description=IS_RELEASED_BY_REFUND, default=False)
    items: list[strawberry.ID] | None = kept(ITEMS)
    categories: list[str] | None = kept(CATEGORIES)


@strawberry.input(description="What to change of a coupon; what is left out stays, and null takes a bound away.")
class EditCouponInput:
    coupon_id: strawberry.ID = strawberry.field(description="The id of the coupon.")
    value: Decimal | None = kept(VALUE)
    starts_at: datetime | None = kept(STARTS_AT)
    ends_at: datetime | None = kept(ENDS_AT)
    currency: Currency | None = kept(CURRENCY)
    max_discount: Decimal | None = kept(MAX_DISCOUNT)
    min_purchase: Decimal | None = kept(MIN_PURCHASE)
    description: str | None = kept(DESCRIPTION)
    max_uses: int | None = kept(MAX_USES)
    max_uses_per_user: int | None = kept(MAX_USES_PER_USER)
    is_released_by_refund: bool | None = kept(IS_RELEASED_BY_REFUND)
    items: list[strawberry.ID] | None = kept(ITEMS)
    categories: list[str] | None = kept(CATEGORIES)


@strawberry.input(description="Which coupon to disable.")
class DisableCouponInput:
    coupon_id: strawberry.ID = strawberry.field(description="The id of the coupon.")


@strawberry.type(description="The coupon can be used.")
class CouponCreated:
    coupon: Coupon = strawberry.field(description="The coupon as it is now.")


@strawberry.type(description="The coupon is as it was asked for.")
class CouponEdited:
    coupon: Coupon = strawberry.field(description="The coupon as it is now.")


@strawberry.type(description="The coupon cannot be used any more.")
class CouponDisabled:
    coupon: Coupon = strawberry.field(description="The coupon as it is now.")


@mutation(
    refusals.Forbidden,
    refusals.InvalidInput,
    coupon_refusals.CouponCodeTaken,
    description="Makes a coupon.  For administrators.",
)
async def create_coupon(
    info: strawberry.Info[Context, None], given: Annotated[CreateCouponInput, INPUT]
) -> CouponCreated:
    author = info.context.viewer.administrator("coupons")
    command = replace(commanded(issuing.CreateCoupon, given), items=wanted_items(given.items or ()))
    row = await issuing.create_coupon(info.context.handles, author, command)
    return CouponCreated(coupon=wrapped(row))


@mutation(
    refusals.Forbidden,
    refusals.InvalidInput,
    coupon_refusals.CouponNotFound,
    description="Changes a coupon, for orders whose payment begins later.  For administrators.",
)
async def edit_coupon(info: strawberry.Info[Context, None], given: Annotated[EditCouponInput, INPUT]) -> CouponEdited:
    info.context.viewer.administrator("coupons")
    coupon_id = coupon_id_of(given.coupon_id)
    items = KEPT if given.items is strawberry.UNSET else wanted_items(given.items or ())
    command = replace(commanded(issuing.EditCoupon, given), coupon_id=coupon_id, items=items)
    return CouponEdited(coupon=wrapped(await issuing.edit_coupon(info.context.handles, command)))


@mutation(
    refusals.Forbidden,
    refusals.InvalidInput,
    coupon_refusals.CouponNotFound,
    description="Disables a coupon; orders that are being paid keep it.  For administrators.",
)
async def disable_coupon(
    info: strawberry.Info[Context, None], given: Annotated[DisableCouponInput, INPUT]
) -> CouponDisabled:
    info.context.viewer.administrator("coupons")
    command = issuing.DisableCoupon(coupon_id_of(given.coupon_id))
    return CouponDisabled(coupon=wrapped(await issuing.disable_coupon(info.context.handles, command)))


def coupon_id_of(given: str) -> UUID:
    otherwise = "This is the id of no coupon: use an id as the graph gave it."
    return id_of(coupon_models.Coupon, given, "coupon_id", otherwise=otherwise)


def wrapped(row: Row) -> Any:
    return BY_MODEL[coupon_models.Coupon].wrap(row)
