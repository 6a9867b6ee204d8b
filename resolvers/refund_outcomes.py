"""What a key of a refund stands for in the end, as it is stored with the key and as it is told."""

from resolvers.outcomes import Outcome
from resolvers.refund_refusals import RefundFailed

REFUNDED: Outcome = {"is": "refunded"}


def failed(reason: str) -> Outcome:
    return {"is": "failed", "reason": reason}


def require_refunded(outcome: Outcome) -> None:
    """Raises RefundFailed."""
    match outcome["is"]:
        case "refunded":
            return
        case "failed":
            raise RefundFailed(str(outcome["reason"]))
        case other:
            raise AssertionError(f"Bug: a refund came to {other!r}.")
