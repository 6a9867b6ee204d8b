"""Refunds: what is given back of a charge, never more than it was."""

import time

from gateway.sandbox import intents, parameters
from gateway.sandbox.errors import invalid, malformed, missing
from gateway.sandbox.ledger import Ledger, Object
from gateway.sandbox.parameters import Parameters

KIND = "refund"
REASONS = {"duplicate", "fraudulent", "requested_by_customer"}
FAILURE = "expired_or_canceled_card"


def create(ledger: Ledger, given: Parameters) -> Object:
    """Gives back `amount`, or all that is left."""
    parameters.known(given, "payment_intent", "amount", "reason", "metadata")
    name, reason = parameters.required(given, "payment_intent"), parameters.text(given, "reason")
    amount, metadata = parameters.amount(given) if "amount" in given else None, parameters.metadata(given)
    if reason is not None and reason not in REASONS:
        raise malformed(f"Invalid reason: {reason}", "reason", "parameter_invalid")
    if ledger.get(intents.KIND, name) is None:
        raise missing("payment_intent", name, "payment_intent")
    paid = [charge for charge in ledger.of_intent("charge", name) if charge["paid"]]
    if not paid:
        raise invalid(f"This PaymentIntent ({name}) does not have a successful charge to refund.")
    charge = paid[0]
    left = charge["amount"] - charge["amount_refunded"]
    if left == 0:
        raise invalid(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    wanted = left if amount is None else amount
    if wanted > left:
        raise invalid(f"Refund amount ({wanted}) is greater than unrefunded amount on charge ({left})", param="amount")
    refund: Object = {
        "id": intents.identifier("re"),
        "object": KIND,
        "amount": wanted,
        "charge": charge["id"],
        "created": int(time.time()),
        "currency": charge["currency"],
        "failure_reason": None,
        "metadata": metadata,
        "payment_intent": name,
        "reason": reason,
        "status": "pending" if intents.card_of(charge["payment_method"]).is_refunded_late else "succeeded",
    }
    _take(ledger, charge, wanted)
    ledger.put(refund)
    ledger.note("refunded" if refund["status"] == "succeeded" else "refund_begun", refund)
    return refund


def settle(ledger: Ledger, name: str, given: Parameters) -> Object:
    """What becomes of a refund that takes its time, here by an endpoint of the sandbox: `outcome` succeeds or fails."""
    parameters.known(given, "outcome")
    outcome = parameters.required(given, "outcome")
    if outcome not in {"succeeds", "fails"}:
        raise malformed("outcome is succeeds or fails.", "outcome", "parameter_invalid")
    refund = retrieve(ledger, name)
    if refund["status"] != "pending":
        raise invalid(f"This refund has a status of {refund['status']}.")
    if outcome == "succeeds":
        refund["status"] = "succeeded"
    else:
        refund |= {"status": "failed", "failure_reason": FAILURE}
        charge = ledger.get("charge", refund["charge"])
        if charge is not None:
            _take(ledger, charge, -refund["amount"])
    ledger.put(refund)
    ledger.note("refunded" if outcome == "succeeds" else "refund_failed", refund)
    return refund


def _take(ledger: Ledger, charge: Object, amount: int) -> None:
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    ledger.put(charge)


def retrieve(ledger: Ledger, name: str) -> Object:
    refund = ledger.get(KIND, name)
    if refund is None:
        raise missing("refund", name)
    return refund
