"""The shop as it has to be, in plain records: what there is, in whole paise, by small numbers.  What steps make of it
is in the modules beside this one.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from tests.money.model.rules import Account, Coupon, Refused, Thing

Things = tuple[int, ...]
Answer = tuple[Any, ...]
"""The name of an answer in the graph, and what it says."""

ADMIN = -1
NOBODYS = -1
"""The number of a coupon whose code nobody has."""


@dataclass
class Line:
    """An item of an order.  `back` and `credit_back` count what is given back or on its way."""

    thing: Thing
    discount: int = 0
    credit: int = 0
    back: int = 0
    credit_back: int = 0
    is_back: bool = False

    @property
    def cash(self) -> int:
        return self.thing.price - self.discount - self.credit


@dataclass
class Attempt:
    """One try to charge.  `standing` is the provider's: that it asks for the buyer, is paid, or why it declined."""

    amount: int
    method: str
    state: str = "CREATED"
    standing: str = ""
    back: int = 0


@dataclass
class Refund:
    """So much of an item's money and of its credits' value.  `standing` is the provider's where it takes its time,
    `done_as` how many of its order were done when it was.
    """

    line: int
    cash: int
    credit: int
    key: str = ""
    state: str = "PENDING"
    credits: int = 0
    standing: str = "pending"
    done_as: int = 0


@dataclass
class Order:
    number: int
    buyer: int
    lines: list[Line]
    status: str = "pending"
    payment_status: str = "pending"
    coupon: Coupon | None = None
    wanted: int = 0
    discount: int = 0
    credits: int = 0
    credits_back: int = 0
    key: str = ""
    is_first: bool = False
    is_rewarded: bool = False
    is_overdue: bool = False
    attempts: list[Attempt] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)

    @property
    def things(self) -> list[Thing]:
        return [line.thing for line in self.lines]

    @property
    def currency(self) -> str:
        return self.lines[0].thing.currency

    @property
    def price(self) -> int:
        return sum(thing.price for thing in self.things)

    @property
    def due(self) -> int:
        """What money and credits pay."""
        return self.price - self.discount

    @property
    def cash(self) -> int:
        return sum(line.cash for line in self.lines)

    @property
    def is_completed(self) -> bool:
        return self.status in {"completed", "refunded"}

    def done(self, what: str) -> int:
        """How much of the money (`cash`) or of the value of credits (`credit`) is given back."""
        return sum(getattr(refund, what) for refund in self.refunds if refund.state == "DONE")


@dataclass
class Claim:
    referrer: int
    state: str = "PENDING"
    order: int | None = None
    rewarded: set[int] = field(default_factory=set)


@dataclass
class Key:
    """What a key stands for; `outcome` when that is final."""

    given: Answer
    order: int = -1
    outcome: Answer | None = None


@dataclass
class Shop:
    """Everything there is.  `mailboxes` says who reads which one, `members` who has a document and with it a code."""

    things: list[Thing]
    coupons: list[Coupon]
    mailboxes: list[int]
    members: set[int]
    accounts: list[Account] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    keys: dict[tuple[int, str], Key] = field(default_factory=dict)
    claims: dict[int, Claim] = field(default_factory=dict)
    owners: dict[tuple[int, int], int] = field(default_factory=dict)
    """The order by which a person has a thing, or is about to."""
    history: defaultdict[tuple[int, int, int], list[str]] = field(default_factory=lambda: defaultdict(list))
    """How each claim of a person on a thing by an order stands, the oldest first."""
    enrolments: dict[tuple[int, int], tuple[int, bool]] = field(default_factory=dict)
    """The order that put a person into a course, and whether they are in it."""
    usages: dict[tuple[int, int], Answer] = field(default_factory=dict)
    """Of a coupon by an order: the state, the slot and the discount."""

    def known(self, who: int, key: str, given: Answer) -> Key | None:
        """What the same request came to before.  Raises Refused where it was another one."""
        found = self.keys.get((who, key))
        if found is not None and found.given != given:
            raise Refused("IdempotencyKeyReused", found.given[0])
        return found

    def bought_by(self, who: int) -> list[Order]:
        return [order for order in self.orders if order.buyer == who and order.is_completed]

    def owned(self, who: int, thing: int) -> bool | None:
        """Whether a person has a thing; false while they are paying for it, None otherwise."""
        order = self.owners.get((who, thing))
        return None if order is None else self.orders[order].status != "processing"
