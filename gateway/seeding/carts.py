"""What somebody orders and what comes of it, priced: shares frozen, refunds worked out, nothing written yet."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum, auto
from uuid import UUID

from gateway.seeding.coupons import OpenCoupon
from gateway.seeding.draw import Draw
from gateway.seeding.people import Person
from gateway.seeding.shelf import Item
from resolvers.discounts import Sold, paid_by_credits
from resolvers.shares import NOTHING, credits_back


class Outcome(Enum):
    """What becomes of an order.  CANCELLED was never in payment; WAITING still is, for its buyer to act; ABANDONED
    waited too long and was cancelled for that.
    """

    PENDING = auto()
    CANCELLED = auto()
    WAITING = auto()
    ABANDONED = auto()
    DECLINED = auto()
    COMPLETED = auto()


@dataclass(frozen=True, slots=True)
class GivingBack:
    """A refund of the items at those places of the order, or of all.  Without `by`, the buyer asked for it."""

    at: datetime
    places: tuple[int, ...] | None = None
    reason: str | None = None
    by: UUID | None = None


@dataclass(frozen=True, slots=True)
class Voiding:
    """That an admin takes the rewards of a referral back."""

    at: datetime
    by: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class Cart:
    """`credits` is how many the buyer wants to use at most.  `flag` (why) and `voiding` are for the referral that a
    first purchase converts.
    """

    buyer: Person
    items: tuple[Item, ...]
    at: datetime
    outcome: Outcome
    method: str
    coupon: OpenCoupon | None = None
    credits: int = 0
    givings: tuple[GivingBack, ...] = ()
    flag: str | None = None
    voiding: Voiding | None = None


@dataclass(frozen=True, slots=True)
class Returned:
    """An item's refund: its cash, the value of its credits, and the whole credits that this comes to."""

    id: UUID
    at: datetime
    reason: str | None
    by: UUID
    amount: Decimal
    credit_value: Decimal
    credits: int


@dataclass(slots=True)
class Line:
    """An item with its frozen shares."""

    id: UUID
    item: Item
    discount: Decimal
    credit: Decimal
    credits: int
    returned: Returned | None = None

    @property
    def cash(self) -> Decimal:
        return self.item.price - self.discount - self.credit


@dataclass(frozen=True, slots=True)
class Priced:
    """A cart with its prices, discounts and credits.  `discount` is what a coupon takes off, if one applies."""

    original: Decimal
    discount: Decimal | None
    credits: int
    credit_value: Decimal
    lines: tuple[Line, ...]

    @property
    def amount(self) -> Decimal:
        return self.original - (self.discount or NOTHING)

    @property
    def cash(self) -> Decimal:
        return self.amount - self.credit_value

    @property
    def returned(self) -> list[tuple[Line, Returned]]:
        """What was given back, in the order of the refunds."""
        returned = [(line, line.returned) for line in self.lines if line.returned]
        return sorted(returned, key=lambda pair: pair[1].id)

    @property
    def is_returned(self) -> bool:
        return all(line.returned for line in self.lines)


def price(draw: Draw, cart: Cart, credit_value: Decimal, unit: Decimal) -> Priced:
    """Freeze the shares as an order in payment does."""
    items = [Sold(item.id, item.price, item.category) for item in cart.items]
    original = sum((item.price for item in items), NOTHING)
    discounts = cart.coupon.taken_off(cart.buyer.id, items, cart.at) if cart.coupon else None
    shares = discounts or [NOTHING] * len(items)
    rests = [item.price - share for item, share in zip(items, shares, strict=True)]
    paid = paid_by_credits(rests, min(cart.credits, cart.buyer.wallet.spendable), credit_value, unit)
    each = zip(cart.items, shares, paid.values, paid.whole, strict=True)
    lines = tuple(Line(draw.id(cart.at), *line) for line in each)
    discount = None if discounts is None else sum(discounts, NOTHING)
    return Priced(original, discount, paid.credits, paid.value, lines)


def release(priced: Priced) -> Priced:
    """The same order when it is not in payment: nothing is taken off and nothing is promised."""
    lines = tuple(Line(line.id, line.item, NOTHING, NOTHING, 0) for line in priced.lines)
    return Priced(priced.original, None, 0, NOTHING, lines)


def give_back(draw: Draw, cart: Cart, priced: Priced, credit_value: Decimal) -> None:
    """Note the refunds on their lines."""
    value, given = NOTHING, 0
    for giving in sorted(cart.givings, key=lambda giving: giving.at):
        for line in _lines(priced, giving.places):
            value += line.credit
            returned = credits_back(value, credit_value, given)
            given += returned
            line.returned = Returned(
                draw.id(giving.at),
                giving.at,
                giving.reason,
                giving.by or cart.buyer.id,
                line.cash,
                line.credit,
                returned,
            )


def _lines(priced: Priced, places: tuple[int, ...] | None) -> Iterable[Line]:
    return priced.lines if places is None else (priced.lines[place] for place in places)
