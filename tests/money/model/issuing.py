"""What administrators do to coupons in a sequence, in the words of the graph and by the reference."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.money.model.asking import rupees
from tests.money.model.rules import Coupon, Refused
from tests.money.model.shop import Answer

PERIODS = {
    "now": {"startsAt": "2020-01-01T00:00:00Z", "endsAt": "2090-01-01T00:00:00Z"},
    "later": {"startsAt": "2080-01-01T00:00:00Z", "endsAt": "2090-01-01T00:00:00Z"},
    "over": {"startsAt": "2020-01-01T00:00:00Z", "endsAt": "2020-02-01T00:00:00Z"},
}


@dataclass(frozen=True)
class Change:
    """A mutation with the number that was drawn for it."""

    mutation: str
    given: Callable[[int], dict[str, Any]]
    rule: Callable[[Coupon, int], Answer]


def disable(coupon: Coupon, _: int) -> Answer:
    coupon.is_disabled = True
    return ("CouponDisabled",)


def limit(coupon: Coupon, number: int) -> Answer:
    wanted = bound(number)
    if wanted is not None and wanted < len(coupon.slots):
        raise Refused("InvalidInput")
    coupon.limit = wanted
    return ("CouponEdited",)


def limit_each(coupon: Coupon, number: int) -> Answer:
    """Where a person's second use is taken and the first is not, the limit cannot be one all the same."""
    wanted = bound(number)
    if wanted is not None and any(slot > wanted for _, slot in coupon.slots.values()):
        raise Refused("InvalidInput")
    coupon.limit_each = wanted
    return ("CouponEdited",)


def period(coupon: Coupon, number: int) -> Answer:
    coupon.period = [*PERIODS][number % 3]
    return ("CouponEdited",)


def value(coupon: Coupon, number: int) -> Answer:
    if coupon.percent is None:
        coupon.amount = number * 100 + 100
    else:
        coupon.percent = number * 100 + 100
    return ("CouponEdited",)


def release(coupon: Coupon, number: int) -> Answer:
    coupon.is_released_by_refund = number % 2 == 1
    return ("CouponEdited",)


def bound(number: int) -> int | None:
    """A limit of 1 to 3, or none."""
    return number % 4 or None


CHANGES = (
    Change("editCoupon", lambda number: {"maxUses": bound(number)}, limit),
    Change("editCoupon", lambda number: {"maxUsesPerUser": bound(number)}, limit_each),
    Change("editCoupon", lambda number: PERIODS[[*PERIODS][number % 3]], period),
    Change("editCoupon", lambda number: {"value": rupees(number * 100 + 100)}, value),
    Change("editCoupon", lambda number: {"isReleasedByRefund": number % 2 == 1}, release),
    Change("disableCoupon", lambda _: {}, disable),
)
