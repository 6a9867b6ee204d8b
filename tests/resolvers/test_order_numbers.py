"""Numbers of orders: read out without mistakes, and each another one."""

from datetime import UTC, datetime
from math import gcd

import pytest

from gateway.seeding.world import SPREAD
from resolvers.order_numbers import LETTERS, NUMBERS, drawn_number, order_number

DAY = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("which", "number"),
    [(0, "ORD-261120-2222-2222"), (1, "ORD-261120-2222-2223"), (NUMBERS - 1, "ORD-261120-ZZZZ-ZZZZ")],
)
def test_a_number_is_a_day_and_eight_letters(which: int, number: str) -> None:
    assert order_number(DAY, which) == number


def test_no_letter_can_be_taken_for_another() -> None:
    assert not set("01OILU") & set(LETTERS)
    assert len(set(LETTERS)) == len(LETTERS)


def test_seeded_numbers_come_to_each_once() -> None:
    assert gcd(SPREAD, NUMBERS) == 1
    assert len({order_number(DAY, each * SPREAD % NUMBERS) for each in range(10_000)}) == 10_000


def test_drawn_numbers_do_not_follow_from_one_another() -> None:
    assert len({drawn_number(DAY) for _ in range(1000)}) == 1000
