"""What sequences are drawn from, and a few that are taken always, since what they show is seldom drawn."""

import operator

from hypothesis import strategies as st

from tests.money.model.rules import Account, Coupon, Thing
from tests.money.model.running import Step
from tests.money.model.shop import Shop

MAILBOXES = [0, 1, 2, 0]
"""The youngest of four people reads the mailbox of the oldest."""
WITHOUT_DOCUMENT = 2

NUMBERS = st.integers(0, 99)
WEIGHTS = {
    "nothing": 1,
    "purchase": 7,
    "place": 3,
    "pay": 5,
    "redeem": 3,
    "remove": 1,
    "apply_credits": 2,
    "act": 4,
    "confirm": 1,
    "cancel": 2,
    "expire": 1,
    "refund": 5,
    "settle": 2,
    "grant": 3,
    "apply_code": 3,
    "convert": 1,
    "void": 1,
    "edit": 2,
    "shelve": 1,
    "again": 3,
    "reuse": 1,
}
NAMES = [name for name, weight in WEIGHTS.items() for _ in range(weight)]
PEOPLE = st.sampled_from([1, 0, 0, 1, 1, 2, 2, 3])
BEGINNING = st.sampled_from([("grant", 0), ("grant", 1), ("apply_code", 1), ("apply_code", 1), ("apply_code", 2)])
BEGINNINGS = st.lists(st.tuples(BEGINNING, NUMBERS).map(lambda drawn: (*drawn[0], drawn[1], 0, 0)), max_size=6)
LATER = st.lists(st.tuples(st.sampled_from(NAMES), PEOPLE, NUMBERS, NUMBERS, NUMBERS), min_size=18, max_size=30)
STEPS = st.builds(operator.add, BEGINNINGS, LATER)
PRICES = st.tuples(*[st.sampled_from([1000, 1, 5, 99, 333, 999, 1001, 2499, 9990])] * 3)
LIMITS = st.sampled_from([None, None, 1, 2, 3])
AMOUNTS = st.sampled_from([None, None, 1, 100, 999, 2000])
RESTRICTIONS = st.sampled_from(
    [*[((), ())] * 5, ((0,), ()), ((1, 2), ()), ((), ("ebook",)), ((2,), ("typing",)), ((4,), ())]
)


@st.composite
def coupons(draw: st.DrawFn, number: int) -> Coupon:
    is_percentage, things = draw(st.booleans()), draw(RESTRICTIONS)
    return Coupon(
        number,
        percent=draw(st.sampled_from([1000, 1, 333, 1250, 5050, 9999, 10_000])) if is_percentage else None,
        amount=None if is_percentage else draw(st.sampled_from([500, 1, 100, 1333, 20_000])),
        most=draw(AMOUNTS),
        least=draw(st.sampled_from([None, None, None, 1, 999, 2000])),
        limit=draw(LIMITS),
        limit_each=draw(LIMITS),
        things=frozenset(things[0]),
        categories=frozenset(things[1]),
        is_released_by_refund=draw(st.booleans()),
    )


@st.composite
def shops(draw: st.DrawFn) -> Shop:
    return shop_of(draw(PRICES), *(draw(coupons(number)) for number in range(3)))


def shop_of(prices: tuple[int, int, int], *made: Coupon) -> Shop:
    course, product, test = prices
    return Shop(
        things=[
            Thing(0, "course", course, category="typing"),
            Thing(1, "product", product, category="ebook"),
            Thing(2, "typing_test", test),
            Thing(3, "product", 0, category="ebook"),
            Thing(4, "product", 500, currency="USD", category="other"),
        ],
        coupons=list(made),
        mailboxes=MAILBOXES,
        members={who for who in range(len(MAILBOXES)) if who != WITHOUT_DOCUMENT},
        accounts=[Account() for _ in MAILBOXES],
    )


Sequence = tuple[Shop, list[Step]]

SETTLING: Sequence = (
    shop_of((1000, 1000, 1000), Coupon(0, percent=1000)),
    [
        ("apply_code", 1, 0, 0, 0),
        ("apply_code", 2, 0, 0, 0),
        ("purchase", 1, 0, 3, 10),
        ("purchase", 2, 0, 3, 10),
        ("purchase", 0, 6, 4, 6),
        ("void", 1, 0, 0, 0),
        ("void", 2, 0, 0, 0),
        ("grant", 0, 0, 0, 0),
        ("grant", 0, 0, 0, 0),
    ],
)
"""Two rewards are taken back from somebody who has spent most of both, and who then earns one credit and another."""
FREEING: Sequence = (
    shop_of((1000, 1000, 1000), Coupon(0, percent=1000)),
    [
        ("apply_code", 1, 0, 0, 0),
        ("purchase", 1, 0, 3, 10),
        ("purchase", 1, 4, 6, 11),
        ("purchase", 0, 4, 4, 11),
        ("void", 1, 0, 0, 0),
        ("cancel", 1, 1, 1, 0),
        ("refund", 0, 1, 1, 0),
    ],
)
"""Two rewards are taken back, one credit of which is held for an order that is cancelled then, and one is spent on an
order that is given back.
"""
GIVING_BACK: Sequence = (
    shop_of((1500, 1500, 1500), Coupon(0, percent=1000)),
    [("grant", 0, 3, 0, 0), ("purchase", 0, 6, 4, 31), ("refund", 0, 1, 7, 0), ("refund", 0, 1, 2, 0)],
)
"""Four credits pay most of three things alike, of which one is given back and then the others."""
ORDERING: Sequence = (
    shop_of((1000, 1000, 1000), Coupon(0, percent=1000)),
    [("place", 1, 8, 0, 0), ("redeem", 1, 1, 0, 0), ("pay", 1, 1, 12, 0), ("refund", 1, 1, 1, 0)],
)
"""Two products are ordered, paid and given back to a card that takes its time for it."""
FLAGGING: Sequence = (
    shop_of((1000, 1000, 1000), Coupon(0, percent=1000)),
    [
        ("apply_code", 1, 0, 0, 0),
        ("purchase", 0, 0, 0, 10),
        ("purchase", 1, 0, 0, 10),
        ("convert", 1, 0, 0, 0),
        ("refund", 1, 1, 1, 0),
    ],
)
"""Somebody pays with the card of whoever brought them, which an administrator forgives before all is given back."""
LIMITING: Sequence = (
    shop_of((1000, 1000, 1000), Coupon(0, amount=100, limit_each=2)),
    [
        ("purchase", 1, 0, 6, 0),
        ("purchase", 1, 1, 6, 0),
        ("cancel", 1, 2, 1, 0),
        ("edit", 0, 0, 1, 1),
        ("purchase", 1, 2, 4, 0),
    ],
)
"""Somebody lets go of the first of two uses of a coupon, before the limit is to be one."""
