"""The arithmetic of an order: what a coupon takes off, what credits pay, and how both are split over its items."""

from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal

CENT = Decimal("0.01")
NOTHING = Decimal("0.00")
MOST = Decimal("999999999999.99")
"""What a column of money holds."""

WHOLE = frozenset("BIF CLP DJF GNF ISK JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split())  # noqa: SIM905  It is one line.
"""The currencies whose amounts have no decimals.  See https://docs.stripe.com/currencies."""


def unit_of(currency: str) -> Decimal:
    """The smallest amount of a currency that is charged and given back; none is smaller than what the book holds."""
    return Decimal(1) if currency in WHOLE else CENT


def split(total: int, weights: Sequence[int]) -> list[int]:
    """A largest-remainder split: whole parts in proportion to the weights, whose sum is exact.  No part is larger than
    its weight unless the total is larger than all of them.  Of equal remainders the one of the largest weight comes
    first, so that what falls to a weight does not depend on the order, except among equal ones.
    """
    whole = sum(weights)
    if total == 0 or whole == 0:
        return [0] * len(weights)
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda at: (-(total * weights[at] % whole), -weights[at], at))
    for place in by_remainder[: total - sum(parts)]:
        parts[place] += 1
    return parts


def split_amount(total: Decimal, weights: Sequence[Decimal], unit: Decimal) -> list[Decimal]:
    """The same in units of a currency, of which the total is a multiple."""
    if len(weights) == 1:
        return [total]
    parts = split(int(total // unit), [int(weight // unit) for weight in weights])
    return [part * unit + NOTHING for part in parts]


def minor(value: Decimal) -> int:
    return int(value.scaleb(2))


def amount(value: int) -> Decimal:
    return Decimal(value).scaleb(-2)


def percentage(value: Decimal, rate: Decimal) -> Decimal:
    """That part of a value, rounded down to the minor unit."""
    return (value * rate / 100).quantize(CENT, ROUND_FLOOR)


def rounded_down(value: Decimal, unit: Decimal) -> Decimal:
    return value // unit * unit + NOTHING


def credits_within(value: Decimal, credit_value: Decimal) -> int:
    """How many whole credits a value holds."""
    return int(value // credit_value)


def credits_back(returned: Decimal, credit_value: Decimal, given: int) -> int:
    """How many credits a refund gives back: the whole ones in the value of credits that came back of the order so far,
    this refund's included, less those that were given back before.
    """
    return credits_within(returned, credit_value) - given
