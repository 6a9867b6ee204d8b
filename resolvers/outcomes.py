"""What a key of a payment stands for in the end, as it is stored with the key and as it is told."""

from collections.abc import Mapping

from pydantic import JsonValue

from resolvers.payment_refusals import PaymentAbandoned, PaymentDeclined, PaymentRefused

Outcome = Mapping[str, JsonValue]

PAY_ORDER, PURCHASE = "payOrder", "purchase"
"""The mutations whose keys stand for a payment."""

PAID: Outcome = {"is": "paid"}
ABANDONED: Outcome = {"is": "abandoned"}


def declined(code: str, message: str | None) -> Outcome:
    """The provider gives a sentence for the buyer where a method was declined, and none where it was not even tried."""
    return {"is": "refused", "code": code} if message is None else {"is": "declined", "code": code, "message": message}


def require_paid(outcome: Outcome) -> None:
    """Raises PaymentDeclined, PaymentRefused and PaymentAbandoned."""
    match outcome["is"]:
        case "paid":
            return
        case "abandoned":
            raise PaymentAbandoned
        case "refused":
            raise PaymentRefused(str(outcome["code"]))
        case "declined":
            raise PaymentDeclined(str(outcome["code"]), str(outcome["message"]))
        case other:
            raise AssertionError(f"Bug: a payment came to {other!r}.")
