"""What coupons take off and credits pay: exact, never more than there is, whatever order the items stand in."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.coupons import CouponType
from resolvers.discounts import Reason, Sold, Terms, Uses, paid_by_credits, taken_off, why_not
from resolvers.shares import CENT, amount, minor

NOW = datetime(2026, 11, 20, tzinfo=UTC)
DAY = timedelta(days=1)
AMOUNTS = st.integers(min_value=0, max_value=10**9).map(amount)
POSITIVE = st.integers(min_value=1, max_value=10**9).map(amount)
ITEMS = st.lists(
    st.builds(
        Sold,
        st.integers(min_value=0, max_value=5).map(lambda number: UUID(int=number)),
        AMOUNTS,
        st.sampled_from([None, "ebook", "typing"]),
    ),
    min_size=1,
    max_size=8,
)


def coupon(**changes: Any) -> Terms:
    facts: dict[str, Any] = {
        "type": CouponType.PERCENTAGE,
        "value": Decimal("10.00"),
        "starts_at": NOW - DAY,
        "ends_at": NOW + DAY,
    }
    return Terms(**facts | changes)


COUPONS = st.builds(
    lambda kind, value, **bounds: coupon(
        type=kind, value=min(value, Decimal(100)) if kind is CouponType.PERCENTAGE else value, **bounds
    ),
    st.sampled_from(CouponType),
    POSITIVE,
    max_discount=st.none() | POSITIVE,
    items=st.frozensets(st.integers(min_value=0, max_value=5).map(lambda number: UUID(int=number))),
    categories=st.frozensets(st.sampled_from(["ebook", "typing"])),
)


def cost(items: Sequence[Sold]) -> Decimal:
    return sum((item.price for item in items), Decimal(0))


@given(terms=COUPONS, items=ITEMS)
def test_a_discount_is_exact_and_never_more_than_an_item_costs_or_the_coupon_gives(
    terms: Terms, items: list[Sold]
) -> None:
    shares = taken_off(terms, items, CENT)

    eligible = [item for item in items if terms.is_for(item)]
    most = terms.value if terms.type is CouponType.FIXED else cost(eligible) * terms.value / 100
    bound = min(most, cost(eligible), terms.max_discount or most)
    assert bound - Decimal("0.01") < sum(shares) <= bound
    for item, share in zip(items, shares, strict=True):
        assert 0 <= share <= item.price
        assert share == amount(minor(share))
        assert terms.is_for(item) or share == 0


@given(terms=COUPONS, items=ITEMS, chance=st.randoms(use_true_random=False))
def test_a_discount_does_not_depend_on_the_order_of_the_items(terms: Terms, items: list[Sold], chance: Random) -> None:
    shuffled = chance.sample(items, len(items))

    first, second = taken_off(terms, items, CENT), taken_off(terms, shuffled, CENT)

    assert sorted(zip(map(prices(terms), items), first, strict=True)) == sorted(
        zip(map(prices(terms), shuffled), second, strict=True)
    )


def prices(terms: Terms) -> Any:
    return lambda item: (terms.is_for(item), item.price)


@given(
    rests=st.lists(AMOUNTS, min_size=1, max_size=8),
    wanted=st.integers(min_value=0, max_value=10**9),
    worth=POSITIVE,
)
def test_credits_pay_whole_and_never_more_than_is_left(rests: list[Decimal], wanted: int, worth: Decimal) -> None:
    paid = paid_by_credits(rests, wanted, worth, CENT)

    assert paid.credits <= wanted
    assert paid.value == paid.credits * worth == sum(paid.values) <= sum(rests)
    assert sum(paid.whole) == paid.credits
    assert paid.credits == wanted or sum(rests) - paid.value < worth
    assert all(0 <= value <= rest for value, rest in zip(paid.values, rests, strict=True))


BOOK, COURSE = Sold(UUID(int=1), Decimal("30.00"), "ebook"), Sold(UUID(int=2), Decimal("20.00"), "typing")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"disabled_at": NOW}, Reason.DISABLED),
        ({"disabled_at": NOW + DAY}, None),
        ({"starts_at": NOW + DAY, "ends_at": NOW + 2 * DAY}, Reason.NOT_STARTED),
        ({"starts_at": NOW}, None),
        ({"ends_at": NOW}, Reason.EXPIRED),
        ({"currency": "INR"}, None),
        ({"currency": "EUR"}, Reason.OTHER_CURRENCY),
        ({"items": [BOOK.item_id]}, None),
        ({"items": [UUID(int=3)]}, Reason.OTHER_ITEMS),
        ({"categories": ["typing"]}, None),
        ({"categories": ["astrology"]}, Reason.OTHER_ITEMS),
        ({"items": [UUID(int=3)], "categories": ["typing"]}, None),
        ({"currency": "INR", "min_purchase": Decimal("50.00")}, None),
        ({"currency": "INR", "min_purchase": Decimal("50.01")}, Reason.TOO_LITTLE),
        ({"currency": "INR", "min_purchase": Decimal("20.01"), "categories": ["typing"]}, Reason.TOO_LITTLE),
        ({"max_uses": 3}, None),
        ({"max_uses": 2}, Reason.EXHAUSTED),
        ({"max_uses_per_user": 2}, None),
        ({"max_uses_per_user": 1}, Reason.USED_BY_BUYER),
    ],
    ids=str,
)
def test_a_coupon_says_why_it_does_not_apply(changes: dict[str, Any], reason: Reason | None) -> None:
    assert why_not(coupon(**changes), [BOOK, COURSE], "INR", NOW, Uses(all=2, own=1)) is reason


@pytest.mark.parametrize(
    ("changes", "shares"),
    [
        ({}, ["3.00", "2.00"]),
        ({"value": Decimal("33.33")}, ["10.00", "6.66"]),
        ({"max_discount": Decimal("1.00")}, ["0.60", "0.40"]),
        ({"categories": ["typing"]}, ["0.00", "2.00"]),
        ({"type": CouponType.FIXED}, ["6.00", "4.00"]),
        ({"type": CouponType.FIXED, "value": Decimal("999.00")}, ["30.00", "20.00"]),
        ({"type": CouponType.FIXED, "value": Decimal("999.00"), "items": [COURSE.item_id]}, ["0.00", "20.00"]),
        ({"value": Decimal("100.00")}, ["30.00", "20.00"]),
    ],
    ids=str,
)
def test_what_a_coupon_takes_off_each_item(changes: dict[str, Any], shares: list[str]) -> None:
    assert taken_off(coupon(**changes), [BOOK, COURSE], CENT) == list(map(Decimal, shares))
