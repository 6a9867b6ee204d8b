"""What a refund is made of: so much of the cash and of the credits' value of each item, as pure arithmetic."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from resolvers.shares import NOTHING, split_amount


@dataclass(frozen=True, slots=True)
class Left:
    """What of an item's frozen shares is neither given back nor on its way.  `is_over` says that nothing of the item is
    left, not even that it was for nothing.
    """

    order_item_id: UUID
    cash: Decimal
    credit_value: Decimal
    is_over: bool


@dataclass(frozen=True, slots=True)
class Part:
    """What one refund gives back of an item."""

    order_item_id: UUID
    amount: Decimal
    credit_value: Decimal


def all_of(items: Sequence[Left]) -> list[Part]:
    """Whatever is left of the items, in cash and in credits."""
    return [Part(left.order_item_id, left.cash, left.credit_value) for left in items if not left.is_over]


def some_of(items: Sequence[Left], amount: Decimal, unit: Decimal) -> list[Part]:
    """That much cash, which is not more than is left, in proportion to what is left of each item."""
    amounts = split_amount(amount, [left.cash for left in items], unit)
    each = zip(items, amounts, strict=True)
    return [Part(left.order_item_id, amount, NOTHING) for left, amount in each if amount]


def cash_of(items: Sequence[Left]) -> Decimal:
    return sum((left.cash for left in items), NOTHING)
