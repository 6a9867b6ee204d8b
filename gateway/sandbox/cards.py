"""Stripe's test payment methods: what happens when one of them is charged.  See https://docs.stripe.com/testing.

Those are everybody's, so nothing tells whose card they are.  A name of our own, like `pm_sandbox_alice`, is a card that
pays and is known again.
"""

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

GENERIC = "Your card was declined."
OWN = re.compile(r"pm_sandbox_[A-Za-z0-9]{1,64}")
UNAUTHENTICATED = (
    "The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new PaymentMethod"
    " to attempt to fulfill this PaymentIntent again."
)


@dataclass(frozen=True, slots=True)
class Decline:
    """Why a card refuses.  `decline_code` is there where `code` is card_declined, and for some others."""

    code: str
    decline_code: str | None
    message: str

    def error(self) -> dict[str, Any]:
        said = {"type": "card_error", "code": self.code, "message": self.message}
        return said | ({"decline_code": self.decline_code} if self.decline_code else {})


@dataclass(frozen=True, slots=True)
class Card:
    """What a test payment method does: pay, refuse, and either of them after the buyer has proved who they are.
    `fingerprint` tells it from other cards; `is_refunded_late` says that what is given back to it takes its time.
    """

    brand: str = "visa"
    last4: str = "4242"
    decline: Decline | None = None
    wants_action: bool = False
    fingerprint: str | None = None
    is_refunded_late: bool = False


def refusing(decline_code: str, message: str = GENERIC) -> Decline:
    return Decline("card_declined", decline_code, message)


INSUFFICIENT_FUNDS = refusing("insufficient_funds", "Your card has insufficient funds.")
NOT_AUTHENTICATED = Decline("payment_intent_authentication_failure", None, UNAUTHENTICATED)

CARDS = {
    "pm_card_visa": Card(),
    "pm_card_mastercard": Card("mastercard", "4444"),
    "pm_card_amex": Card("amex", "8431"),
    "pm_card_pendingRefund": Card(last4="7726", is_refunded_late=True),
    "pm_card_chargeDeclined": Card(last4="0002", decline=refusing("generic_decline")),
    "pm_card_chargeDeclinedInsufficientFunds": Card(last4="9995", decline=INSUFFICIENT_FUNDS),
    "pm_card_chargeDeclinedLostCard": Card(last4="9987", decline=refusing("lost_card")),
    "pm_card_chargeDeclinedStolenCard": Card(last4="9979", decline=refusing("stolen_card")),
    "pm_card_chargeDeclinedExpiredCard": Card(
        last4="0069", decline=Decline("expired_card", "expired_card", "Your card has expired.")
    ),
    "pm_card_chargeDeclinedIncorrectCvc": Card(
        last4="0127", decline=Decline("incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect.")
    ),
    "pm_card_chargeDeclinedProcessingError": Card(
        last4="0119",
        decline=Decline(
            "processing_error",
            "processing_error",
            "An error occurred while processing your card. Try again in a little bit.",
        ),
    ),
    "pm_card_threeDSecure2Required": Card(last4="3220", wants_action=True),
    "pm_card_authenticationRequired": Card(last4="3184", wants_action=True),
    "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds": Card(
        last4="3178", decline=INSUFFICIENT_FUNDS, wants_action=True
    ),
}


def card_named(method: str) -> Card | None:
    """The card of a payment method, or None where there is none of this name."""
    if OWN.fullmatch(method):
        return Card(fingerprint=sha256(method.encode()).hexdigest()[:16])
    return CARDS.get(method)
