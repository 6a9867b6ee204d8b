"""Stripe's test payment methods: what happens when one of them is charged.  See https://docs.stripe.com/testing."""

from dataclasses import dataclass
from typing import Any

GENERIC = "Your card was declined."
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
    """What a test payment method does: pay, refuse, and either of them after the buyer has proved who they are."""

    brand: str = "visa"
    last4: str = "4242"
    decline: Decline | None = None
    wants_action: bool = False


def refusing(decline_code: str, message: str = GENERIC) -> Decline:
    return Decline("card_declined", decline_code, message)


INSUFFICIENT_FUNDS = refusing("insufficient_funds", "Your card has insufficient funds.")
NOT_AUTHENTICATED = Decline("payment_intent_authentication_failure", None, UNAUTHENTICATED)

CARDS = {
    "pm_card_visa": Card(),
    "pm_card_mastercard": Card("mastercard", "4444"),
    "pm_card_amex": Card("amex", "8431"),
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
