"""Why an order is not paid, or is not known to be.  What was reserved is given back once that is certain."""

from dataclasses import dataclass
from typing import ClassVar

from resolvers.order_refusals import path_of
from resolvers.refusals import ProblemCode, Refusal


@dataclass(eq=False)
class PaymentDeclined(Refusal):
    """The payment method was refused, which is the final answer to this key.  `decline_code` is the provider's word."""

    decline_code: str
    reason: str
    code: ClassVar[ProblemCode] = ProblemCode.PAYMENT_DECLINED
    about: ClassVar[tuple[str, ...] | None] = ("payment_method_id",)

    @property
    def message(self) -> str:
        said = self.reason or "The payment method was declined."
        return f"{said} The order waits to be paid: try another payment method, with a new key."


@dataclass(eq=False)
class PaymentRefused(Refusal):
    """The provider does not take such a payment at all: the method is unknown to it or somebody else's, or the amount
    is none that it charges.  The final answer to this key; `reason` is the provider's code or a sentence.
    """

    reason: str
    code: ClassVar[ProblemCode] = ProblemCode.PAYMENT_REFUSED

    @property
    def message(self) -> str:
        return (
            f"The payment provider does not take this payment ({self.reason}): use a payment method of your own, or "
            "order less, with a new key."
        )


@dataclass(eq=False)
class PaymentAbandoned(Refusal):
    """The payment waited too long for its buyer, or was given up; the final answer to this key."""

    code: ClassVar[ProblemCode] = ProblemCode.PAYMENT_ABANDONED
    said: ClassVar[str] = "This payment was given up before it was confirmed: pay again, with a new key."


@dataclass(eq=False)
class PaymentUnresolved(Refusal):
    """Nobody knows yet whether the provider has charged; it is looked up until that is known."""

    code: ClassVar[ProblemCode] = ProblemCode.PAYMENT_UNRESOLVED
    is_retryable: ClassVar[bool] = True
    said: ClassVar[str] = (
        "The payment provider has not answered yet, and nothing is charged twice: ask again shortly, with the same key."
    )


@dataclass(eq=False)
class ProviderUnavailable(Refusal):
    """The provider was not reached and has charged nothing."""

    code: ClassVar[ProblemCode] = ProblemCode.PROVIDER_UNAVAILABLE
    is_retryable: ClassVar[bool] = True
    said: ClassVar[str] = "Payments cannot be taken at the moment, and nothing was charged: try again shortly."


@dataclass(eq=False)
class ItemBeingBought(Refusal):
    """Another order of the buyer is being paid for the same thing."""

    place: int
    title: str
    code: ClassVar[ProblemCode] = ProblemCode.ITEM_BEING_BOUGHT
    is_retryable: ClassVar[bool] = True

    @property
    def path(self) -> tuple[str, ...]:
        return path_of(self.place)

    @property
    def message(self) -> str:
        return f"You are paying for '{self.title}' in another order at this moment: see what comes of that first."


@dataclass(eq=False)
class NothingToConfirm(Refusal):
    """No payment of this order was begun with this key."""

    code: ClassVar[ProblemCode] = ProblemCode.NOTHING_TO_CONFIRM
    about: ClassVar[tuple[str, ...] | None] = ("idempotency_key",)
    said: ClassVar[str] = "No payment of this order was begun with this key: use the key that it was paid with."
