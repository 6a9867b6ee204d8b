"""Why a coupon takes nothing off an order, or cannot be made or found, as problems of the graph."""

from decimal import Decimal

import strawberry

from resolvers import coupon_refusals
from schema.refusals import Problem, problem


@strawberry.interface(description="What is wrong with a coupon.")
class CouponProblem(Problem):
    coupon_code: str = strawberry.field(description="The code that it is about, in capitals.")


@problem(coupon_refusals.CouponUnknown, description="No coupon has this code.")
class CouponUnknown(CouponProblem):
    pass


@problem(coupon_refusals.CouponWithdrawn, description="The coupon was taken back.")
class CouponWithdrawn(CouponProblem):
    pass


@problem(coupon_refusals.CouponNotStarted, description="The coupon is not good yet.")
class CouponNotStarted(CouponProblem):
    pass


@problem(coupon_refusals.CouponExpired, description="The coupon is no longer good.")
class CouponExpired(CouponProblem):
    pass


@problem(coupon_refusals.CouponForOtherCurrency, description="The coupon is for orders in another currency.")
class CouponForOtherCurrency(CouponProblem):
    pass


@problem(coupon_refusals.CouponForOtherItems, description="The coupon is for none of the items.")
class CouponForOtherItems(CouponProblem):
    pass


@problem(coupon_refusals.CouponNeedsMore, description="The items cost less than the coupon asks for.")
class CouponNeedsMore(CouponProblem):
    least: Decimal = strawberry.field(description="What the items must cost at least, in the order's currency.")


@problem(coupon_refusals.CouponExhausted, description="All uses of the coupon are taken.")
class CouponExhausted(CouponProblem):
    pass


@problem(coupon_refusals.CouponUsedByBuyer, description="All uses that the buyer may make of the coupon are taken.")
class CouponUsedByBuyer(CouponProblem):
    pass


@problem(coupon_refusals.CouponCodeTaken, description="Another coupon has this code.")
class CouponCodeTaken(CouponProblem):
    pass


@problem(coupon_refusals.CouponNotFound, description="No coupon has this id.")
class CouponNotFound(Problem):
    pass
