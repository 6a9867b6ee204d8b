"""Amounts as Stripe wants them: integers of the currency's smallest unit.  See https://docs.stripe.com/currencies."""

from decimal import Decimal

from resolvers.shares import WHOLE

WITH_THREE_DECIMALS = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})
# Stripe counts these with two decimals that must be zero.
WHOLE_WITH_TWO_DECIMALS = frozenset({"ISK"})
# Stripe's documentation lists it among those without decimals and among those that keep two.
UNCLEAR = frozenset({"UGX"})


class UnpayableAmount(Exception):
    """An amount that the provider has no number for.  The message says why."""


def places(currency: str) -> int:
    if currency in UNCLEAR:
        raise UnpayableAmount(f"Amounts in {currency} cannot be charged: how Stripe counts them is not certain.")
    return 0 if currency in WHOLE - WHOLE_WITH_TWO_DECIMALS else 3 if currency in WITH_THREE_DECIMALS else 2


def to_minor(amount: Decimal, currency: str) -> int:
    """Exact, never rounded.  Raises UnpayableAmount where that is not possible."""
    scaled = amount.scaleb(places(currency))
    is_whole = currency not in WHOLE_WITH_TWO_DECIMALS or amount == amount.to_integral_value()
    # The last of three decimals must be zero for the cards' networks.
    is_even = currency not in WITH_THREE_DECIMALS or scaled % 10 == 0
    if not amount.is_finite() or amount <= 0 or scaled != scaled.to_integral_value() or not (is_whole and is_even):
        raise UnpayableAmount(f"{amount} {currency} cannot be charged: it is no positive number of smallest units.")
    return int(scaled)


def from_minor(amount: int, currency: str) -> Decimal:
    return Decimal(amount).scaleb(-places(currency))
