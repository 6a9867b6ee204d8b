"""PaymentIntents: the states of one attempt to pay, and the charges that come of it."""

import secrets
import time

from gateway.sandbox import parameters
from gateway.sandbox.cards import NOT_AUTHENTICATED, Card, Decline, card_named
from gateway.sandbox.errors import ApiError, declined, invalid, malformed, missing
from gateway.sandbox.ledger import Ledger, Object
from gateway.sandbox.parameters import Parameters

KIND = "payment_intent"
REASONS = {"duplicate", "fraudulent", "requested_by_customer", "abandoned"}
WITHOUT_REDIRECTS = {"enabled": "true", "allow_redirects": "never"}
CONFIRMABLE = {"requires_payment_method", "requires_confirmation", "requires_action"}


def identifier(prefix: str) -> str:
    return f"{prefix}_{secrets.token_hex(12)}"


def create(ledger: Ledger, given: Parameters) -> Object:
    parameters.known(
        given, "amount", "currency", "metadata", "payment_method", "automatic_payment_methods", "confirm", "description"
    )
    amount, currency = parameters.amount(given), parameters.currency(given)
    method, confirms = parameters.text(given, "payment_method"), parameters.is_true(given, "confirm")
    described, metadata = parameters.text(given, "description"), parameters.metadata(given)
    if given.get("automatic_payment_methods", WITHOUT_REDIRECTS) != WITHOUT_REDIRECTS:
        raise malformed("The sandbox knows no redirects.", "automatic_payment_methods", "parameter_invalid")
    if confirms and method is None:
        raise malformed("You cannot confirm a PaymentIntent without a payment method.", "payment_method", "missing")
    if method is not None:
        card_of(method)
    name = identifier("pi")
    intent: Object = {
        "id": name,
        "object": KIND,
        "amount": amount,
        "amount_capturable": 0,
        "amount_received": 0,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic",
        "client_secret": f"{name}_secret_{secrets.token_hex(12)}",
        "confirmation_method": "automatic",
        "created": int(time.time()),
        "currency": currency,
        "customer": None,
        "description": described,
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": metadata,
        "next_action": None,
        "payment_method": method,
        "payment_method_types": ["card"],
        "status": "requires_confirmation" if method else "requires_payment_method",
    }
    ledger.put(intent)
    ledger.note("created", intent)
    return _confirm(ledger, intent, method) if confirms else intent


def retrieve(ledger: Ledger, name: str) -> Object:
    intent = ledger.get(KIND, name)
    if intent is None:
        raise missing("payment_intent", name)
    return intent


def confirm(ledger: Ledger, name: str, given: Parameters) -> Object:
    parameters.known(given, "payment_method")
    method = parameters.text(given, "payment_method")
    intent = retrieve(ledger, name)
    if intent["status"] not in CONFIRMABLE:
        raise unexpected(intent, "confirm")
    return _confirm(ledger, intent, method or intent["payment_method"])


def cancel(ledger: Ledger, name: str, given: Parameters) -> Object:
    parameters.known(given, "cancellation_reason")
    reason = parameters.text(given, "cancellation_reason")
    if reason is not None and reason not in REASONS:
        raise malformed(f"Invalid cancellation_reason: {reason}", "cancellation_reason", "parameter_invalid")
    intent = retrieve(ledger, name)
    if intent["status"] not in CONFIRMABLE:
        raise unexpected(intent, "cancel")
    intent |= {
        "status": "canceled",
        "canceled_at": int(time.time()),
        "cancellation_reason": reason,
        "next_action": None,
    }
    ledger.put(intent)
    ledger.note("canceled", intent)
    return intent


def authenticate(ledger: Ledger, name: str, given: Parameters) -> Object:
    """What the buyer does in their bank's window, here by an endpoint of the sandbox: `outcome` succeeds or fails."""
    parameters.known(given, "outcome")
    outcome = parameters.required(given, "outcome")
    if outcome not in {"succeeds", "fails"}:
        raise malformed("outcome is succeeds or fails.", "outcome", "parameter_invalid")
    intent = retrieve(ledger, name)
    if intent["status"] != "requires_action":
        raise unexpected(intent, "authenticate")
    card = card_of(intent["payment_method"])
    _settle(ledger, intent, intent["payment_method"], card.decline if outcome == "succeeds" else NOT_AUTHENTICATED)
    return intent


def with_charge(ledger: Ledger, intent: Object) -> Object:
    """The intent as it is told to whoever has `latest_charge` expanded."""
    charge = intent["latest_charge"]
    return intent | {"latest_charge": ledger.get("charge", charge)} if charge else intent


def card_of(method: str) -> Card:
    card = card_named(method)
    if card is None:
        raise missing("PaymentMethod", method, "payment_method")
    return card


def unexpected(intent: Object, verb: str) -> ApiError:
    message = f"You cannot {verb} this PaymentIntent because it has a status of {intent['status']}."
    return invalid(message, code="payment_intent_unexpected_state", payment_intent=intent)


def _confirm(ledger: Ledger, intent: Object, method: str | None) -> Object:
    if method is None:
        message = "You cannot confirm this PaymentIntent because it's missing a payment method. Confirm it with one."
        raise invalid(message, code="payment_intent_unexpected_state", payment_intent=intent)
    card = card_of(method)
    intent |= {"payment_method": method, "last_payment_error": None, "next_action": None}
    if card.wants_action:
        intent |= {"status": "requires_action", "next_action": {"type": "use_stripe_sdk", "use_stripe_sdk": {}}}
        ledger.put(intent)
        ledger.note("action_required", intent, payment_method=method)
        return intent
    error = _settle(ledger, intent, method, card.decline)
    if error is not None:
        raise declined(error | {"payment_intent": intent})
    return intent


def _settle(ledger: Ledger, intent: Object, method: str, decline: Decline | None) -> Object | None:
    """Charges the card or is refused by it; the refusal, if so."""
    is_attempted = decline is not NOT_AUTHENTICATED
    charge = _charge(intent, method, decline)
    intent["next_action"] = None
    if is_attempted:
        ledger.put(charge)
        intent["latest_charge"] = charge["id"]
    if decline is None:
        intent |= {"status": "succeeded", "amount_received": intent["amount"]}
        ledger.put(intent)
        ledger.note("charged", charge, payment_method=method)
        return None
    error = decline.error() | ({"charge": charge["id"]} if is_attempted else {})
    intent |= {"status": "requires_payment_method", "payment_method": None, "last_payment_error": error}
    ledger.put(intent)
    ledger.note("declined", intent, payment_method=method, code=decline.code, decline_code=decline.decline_code)
    return error


def _charge(intent: Object, method: str, decline: Decline | None) -> Object:
    card = card_of(method)
    return {
        "id": identifier("ch"),
        "object": "charge",
        "amount": intent["amount"],
        "amount_refunded": 0,
        "created": int(time.time()),
        "currency": intent["currency"],
        "failure_code": decline.code if decline else None,
        "livemode": False,
        "metadata": intent["metadata"],
        "paid": decline is None,
        "payment_intent": intent["id"],
        "payment_method": method,
        "payment_method_details": {
            "type": "card",
            "card": {"brand": card.brand, "fingerprint": card.fingerprint, "last4": card.last4},
        },
        "refunded": False,
        "status": "failed" if decline else "succeeded",
    }
