"""Stripe's objects as what checkout is told."""

from datetime import UTC, datetime

import stripe

from gateway.minor_units import from_minor
from resolvers.provider import (
    Attempt,
    Cancelled,
    Created,
    Declined,
    NeedsAction,
    Refunded,
    RefundFailed,
    RefundPending,
    RefundStanding,
    Standing,
    Succeeded,
    Unknown,
)

WITHOUT_REASON = "card_declined"


def standing(intent: stripe.PaymentIntent) -> Standing | Unknown:
    """How an attempt stands.  Where the bank has not decided, that is not known."""
    currency = intent.currency.upper()
    secret = intent.client_secret or ""
    match intent.status:
        case "succeeded":
            return Succeeded(
                intent.id, from_minor(intent.amount_received, currency), currency, fingerprint(intent.latest_charge)
            )
        case "canceled":
            return Cancelled(intent.id)
        case "requires_action":
            return NeedsAction(intent.id, secret)
        case "requires_payment_method" if intent.last_payment_error is not None:
            # Stripe leaves out what does not apply, and the client's objects have no attribute then.
            error = intent.last_payment_error.to_dict()
            reason = error.get("decline_code") or error.get("code") or WITHOUT_REASON
            return Declined(intent.id, reason, error.get("message") or "")
        case "requires_payment_method" | "requires_confirmation":
            return Created(intent.id, secret)
        case other:
            return Unknown(f"the payment is in the state {other}")


def fingerprint(charge: str | stripe.Charge | None) -> str | None:
    """What tells the card of a charge from others; None where another method paid, or only the charge's id is told."""
    if not isinstance(charge, stripe.Charge):
        return None
    details = charge.to_dict().get("payment_method_details") or {}
    found: str | None = (details.get("card") or {}).get("fingerprint")
    return found


def was_declined(error: stripe.CardError) -> Standing | Unknown:
    """What a refusal of a card says of the attempt that it carries."""
    intent = error.error.payment_intent if error.error else None
    if intent is None:
        return Unknown("a card was declined for an attempt that is not named")
    return standing(intent)


def refund_standing(refund: stripe.Refund) -> RefundStanding:
    currency = refund.currency.upper()
    if refund.status in {"failed", "canceled"}:
        return RefundFailed(refund.id, refund.to_dict().get("failure_reason") or "canceled")
    if refund.status == "succeeded":
        return Refunded(refund.id, from_minor(refund.amount, currency), currency)
    return RefundPending(refund.id)


def attempt_of(intent: stripe.PaymentIntent, marker: str) -> Attempt:
    currency = intent.currency.upper()
    return Attempt(
        payment_id=intent.metadata.to_dict().get(marker),
        amount=from_minor(intent.amount, currency),
        currency=currency,
        created_at=datetime.fromtimestamp(intent.created, UTC),
        standing=standing(intent),
    )
