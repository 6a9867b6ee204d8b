"""The arithmetic of orders: shares add up, percentages round down."""

from decimal import Decimal
from fractions import Fraction
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from resolvers.shares import CENT, amount, percentage, split, split_amount

WEIGHTS = st.lists(st.integers(min_value=0, max_value=10**9), min_size=1, max_size=8)


@given(weights=WEIGHTS, part=st.fractions(min_value=0, max_value=1))
def test_a_split_is_exact_off_by_less_than_one_and_never_above_its_weight(weights: list[int], part: Fraction) -> None:
    total = int(sum(weights) * part)

    shares = split(total, weights)

    assert sum(shares) == total
    for share, weight in zip(shares, weights, strict=True):
        assert 0 <= share <= weight
        assert abs(share * sum(weights) - total * weight) < max(1, sum(weights))


@given(weights=WEIGHTS, part=st.fractions(min_value=0, max_value=1), chance=st.randoms(use_true_random=False))
def test_what_falls_to_a_weight_does_not_depend_on_the_order(
    weights: list[int], part: Fraction, chance: Random
) -> None:
    total = int(sum(weights) * part)
    shuffled = chance.sample(weights, len(weights))

    first, second = split(total, weights), split(total, shuffled)

    assert sorted(zip(weights, first, strict=True)) == sorted(zip(shuffled, second, strict=True))


def test_the_remainder_goes_to_the_largest_fractions_and_then_to_the_first() -> None:
    assert split(10, [1, 1, 1]) == [4, 3, 3]
    assert split(100, [333, 333, 334]) == [33, 33, 34]
    assert split(1, [1, 2, 1]) == [0, 1, 0]
    assert split(2, [2, 3, 3]) == split(2, [3, 3, 2])[::-1] == [0, 1, 1]
    # Both remainders are a half: the larger weight comes first.
    assert split(2, [1, 3]) == [0, 2]
    assert split_amount(Decimal("10.00"), [Decimal("32.99"), Decimal("24.99"), Decimal("0.00")], CENT) == [
        Decimal("5.69"),
        Decimal("4.31"),
        Decimal("0.00"),
    ]


def test_a_percentage_is_rounded_down_to_the_minor_unit() -> None:
    assert percentage(Decimal("49.99"), Decimal("50.00")) == Decimal("24.99")
    assert amount(2499) == Decimal("24.99")
