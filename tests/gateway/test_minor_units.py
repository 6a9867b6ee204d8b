"""Amounts and the smallest units of their currencies."""

from decimal import Decimal

import pytest

from gateway.minor_units import UnpayableAmount, from_minor, to_minor


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("499.00", "INR", 49_900),
        ("0.01", "USD", 1),
        ("500.00", "JPY", 500),
        ("1.20", "KWD", 1200),
        ("5.00", "ISK", 500),
    ],
)
def test_an_amount_has_one_number_of_smallest_units_and_comes_back_from_it(
    amount: str, currency: str, minor: int
) -> None:
    assert to_minor(Decimal(amount), currency) == minor
    assert from_minor(minor, currency) == Decimal(amount)


@pytest.mark.parametrize(
    ("amount", "currency"),
    [
        ("0", "INR"),
        ("-1", "INR"),
        ("0.001", "INR"),
        ("10.50", "JPY"),
        ("1.205", "KWD"),
        ("5.50", "ISK"),
        ("5", "UGX"),
        ("NaN", "INR"),
        ("Infinity", "INR"),
    ],
)
def test_an_amount_that_would_have_to_be_rounded_is_refused(amount: str, currency: str) -> None:
    with pytest.raises(UnpayableAmount, match="cannot be charged"):
        to_minor(Decimal(amount), currency)
