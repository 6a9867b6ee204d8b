"""The rules of coupons, credits and shares in the fewest words: whole paise, exact fractions."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

CREDIT = 1000
"""What one credit pays, in paise."""
REWARD = 2
"""What each side of a referral earns, in credits."""
HOME = "INR"
"""The one currency that takes credits."""


class Refused(Exception):
    """The problem that answers a step, by its name in the graph, and what it says.  It has changed nothing."""

    def __init__(self, name: str, *said: object) -> None:
        super().__init__(name, *said)
        self.answer = (name, *said)


def shared(total: int, weights: Sequence[int]) -> list[int]:
    """Parts in proportion to the weights.  Paise that are left over go to the largest fractions; of equal ones, to the
    largest weight; of equal weights, to the first.
    """
    if sum(weights) == 0:
        return [0] * len(weights)
    exact = [Fraction(total * weight, sum(weights)) for weight in weights]
    parts = [int(part) for part in exact]
    while sum(parts) < total:
        first = max(range(len(parts)), key=lambda at: (exact[at] - parts[at], weights[at], -at))
        parts[first] += 1
    return parts


@dataclass
class Thing:
    """Something for sale; `sold` is how often it was."""

    number: int
    kind: str
    price: int
    currency: str = HOME
    category: str | None = None
    is_on_sale: bool = True
    sold: int = 0

    @property
    def title(self) -> str:
        return f"Thing {self.number}"


@dataclass
class Coupon:
    """`percent` is in hundredths; amounts are in paise.  `slots` are whose uses have which number."""

    number: int
    percent: int | None = None
    amount: int | None = None
    most: int | None = None
    least: int | None = None
    limit: int | None = None
    limit_each: int | None = None
    things: frozenset[int] = frozenset()
    categories: frozenset[str] = frozenset()
    is_released_by_refund: bool = False
    is_disabled: bool = False
    period: str = "now"
    slots: dict[int, tuple[int, int]] = field(default_factory=dict)
    """The uses that are taken: the order, whose it is, and its number among that person's."""

    @property
    def currency(self) -> str | None:
        return None if self.amount is None and self.most is None and self.least is None else HOME

    def is_for(self, thing: Thing) -> bool:
        is_for_all = not self.things and not self.categories
        return is_for_all or thing.number in self.things or thing.category in self.categories

    def off(self, things: Sequence[Thing], who: int) -> list[int]:
        """What it takes off each thing now.  Raises Refused."""
        prices = [thing.price if self.is_for(thing) else 0 for thing in things]
        self.check(things, sum(prices), who)
        off = sum(prices) * self.percent // 10_000 if self.percent is not None else self.amount or 0
        return shared(min(off, sum(prices), self.most or off), prices)

    def check(self, things: Sequence[Thing], price: int, who: int) -> None:
        if self.is_disabled:
            raise Refused("CouponWithdrawn")
        if self.period != "now":
            raise Refused("CouponNotStarted" if self.period == "later" else "CouponExpired")
        if self.currency not in (None, things[0].currency):
            raise Refused("CouponForOtherCurrency")
        if not any(map(self.is_for, things)):
            raise Refused("CouponForOtherItems")
        if price < (self.least or 0):
            raise Refused("CouponNeedsMore", self.least)
        if self.limit is not None and len(self.slots) >= self.limit:
            raise Refused("CouponExhausted")
        if self.limit_each is not None and len(self.of(who)) >= self.limit_each:
            raise Refused("CouponUsedByBuyer")

    def of(self, who: int) -> set[int]:
        return {slot for person, slot in self.slots.values() if person == who}

    def take(self, order: int, who: int) -> int:
        """The lowest number that no use of this person's has."""
        slot = next(slot for slot in range(1, len(self.slots) + 2) if slot not in self.of(who))
        self.slots[order] = (who, slot)
        return slot


@dataclass
class Account:
    """Entries in a row, what is held, and what is owed for which claim, the oldest reversal first.

    An entry is its kind, its amount, the balance after it, and the order or the claim that is its cause.
    """

    entries: list[tuple[str, int, int, int | None]] = field(default_factory=list)
    held: int = 0
    earned: int = 0
    owed: list[list[int]] = field(default_factory=list)

    @property
    def balance(self) -> int:
        return sum(amount for _, amount, _, _ in self.entries)

    @property
    def free(self) -> int:
        return self.balance - self.held

    def enter(self, kind: str, amount: int, cause: int | None) -> None:
        if amount:
            self.entries.append((kind, amount, self.balance + amount, cause))

    def earn(self, kind: str, amount: int, claim: int | None = None) -> None:
        self.enter(kind, amount, claim)
        self.earned += amount
        self.settle()

    def settle(self) -> None:
        """Makes up for what is owed with what has become free."""
        for debt in self.owed:
            settled = min(self.free, debt[1])
            debt[1] -= settled
            self.enter("SETTLED", -settled, debt[0])

    def reverse(self, claim: int, amount: int) -> None:
        taken = min(amount, self.free)
        self.enter("REVERSED", -taken, claim)
        self.owed.append([claim, amount - taken])
