"""What a coupon takes off an order and what credits pay of it: pure arithmetic, exact to the minor unit, shared by
payments, previews and seeded data.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum, auto
from uuid import UUID

from models.coupons import CouponType
from resolvers.shares import NOTHING, credits_within, minor, percentage, rounded_down, split, split_amount


@dataclass(frozen=True, slots=True)
class Sold:
    """Something in an order, as far as coupons care.  `category` is None for what has none."""

    item_id: UUID
    price: Decimal
    category: str | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What a coupon gives and to whom.  None is no bound, and a coupon of no items and categories is for all."""

    type: CouponType
    value: Decimal
    starts_at: datetime
    ends_at: datetime
    currency: str | None = None
    max_discount: Decimal | None = None
    min_purchase: Decimal | None = None
    max_uses: int | None = None
    max_uses_per_user: int | None = None
    disabled_at: datetime | None = None
    items: Collection[UUID] = ()
    categories: Collection[str] = ()

    def is_for(self, item: Sold) -> bool:
        """Whether it makes this item cheaper."""
        return not (self.items or self.categories) or item.item_id in self.items or item.category in self.categories


class Reason(Enum):
    """Why a coupon takes nothing off an order, in the order in which it is asked."""

    DISABLED = auto()
    NOT_STARTED = auto()
    EXPIRED = auto()
    OTHER_CURRENCY = auto()
    OTHER_ITEMS = auto()
    TOO_LITTLE = auto()
    EXHAUSTED = auto()
    USED_BY_BUYER = auto()


@dataclass(frozen=True, slots=True)
class Uses:
    """How often a coupon is taken, and how often by the buyer."""

    all: int = 0
    own: int = 0


def why_not(
    terms: Terms,
    items: Sequence[Sold],
    currency: str,
    at: datetime,
    uses: Uses = Uses(),
) -> Reason | None:
    """The first reason for which the coupon does not apply then, or None when it does."""
    eligible = [item for item in items if terms.is_for(item)]
    tests = (
        (Reason.DISABLED, terms.disabled_at is not None and terms.disabled_at <= at),
        (Reason.NOT_STARTED, at < terms.starts_at),
        (Reason.EXPIRED, terms.ends_at <= at),
        (Reason.OTHER_CURRENCY, terms.currency not in (None, currency)),
        (Reason.OTHER_ITEMS, not eligible),
        (Reason.TOO_LITTLE, sum((item.price for item in eligible), NOTHING) < (terms.min_purchase or NOTHING)),
        (Reason.EXHAUSTED, terms.max_uses is not None and uses.all >= terms.max_uses),
        (Reason.USED_BY_BUYER, terms.max_uses_per_user is not None and uses.own >= terms.max_uses_per_user),
    )
    return next((reason for reason, is_so in tests if is_so), None)


def taken_off(terms: Terms, items: Sequence[Sold], unit: Decimal) -> list[Decimal]:
    """What an applicable coupon takes off each item: nothing off those that it is not for, never more than a price.
    It is rounded down to the unit of the currency, and an amount is at most what the items cost.
    """
    prices = [item.price if terms.is_for(item) else NOTHING for item in items]
    total = sum(prices, NOTHING)
    discount = percentage(total, terms.value) if terms.type is CouponType.PERCENTAGE else terms.value
    return split_amount(rounded_down(min(discount, total, terms.max_discount or total), unit), prices, unit)


@dataclass(frozen=True, slots=True)
class Paid:
    """What credits pay of an order: how many, their value, and the shares of both that fall to each item."""

    credits: int
    value: Decimal
    values: list[Decimal]
    whole: list[int]


def paid_by_credits(rests: Sequence[Decimal], credits_wanted: int, credit_value: Decimal, unit: Decimal) -> Paid:
    """What that many credits at most pay of what discounts left of each item.  Only whole credits are used, and the
    value of one is a multiple of the unit of the currency.
    """
    used = min(credits_wanted, credits_within(sum(rests, NOTHING), credit_value))
    value = used * credit_value + NOTHING
    values = split_amount(value, rests, unit)
    return Paid(used, value, values, split(used, [minor(each) for each in values]))
