"""Why an order, or so much of it, is not given back."""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from models.orders import OrderStatus
from resolvers.refusals import ProblemCode, Refusal


@dataclass(eq=False)
class OrderNotRefundable(Refusal):
    """Nothing is there to be given back: the order is not paid, or was given back whole."""

    status: OrderStatus
    code: ClassVar[ProblemCode] = ProblemCode.ORDER_NOT_REFUNDABLE
    about: ClassVar[tuple[str, ...] | None] = ("order_id",)

    @property
    def message(self) -> str:
        return f"This order is {self.status}, and only one that is completed can be given back: read it again."


@dataclass(eq=False)
class ItemNotInOrder(Refusal):
    """An item that is to be given back is not one of the order's."""

    place: int
    code: ClassVar[ProblemCode] = ProblemCode.ITEM_NOT_IN_ORDER
    said: ClassVar[str] = "This is no item of the order: use the id of one of its items, an OrderItem."

    @property
    def path(self) -> tuple[str, ...]:
        return ("items", str(self.place))


@dataclass(eq=False)
class RefundTooLarge(Refusal):
    """More than is left: the rest is given back, or on its way.  `left` is money; `place` the item that it is about."""

    left: Decimal
    currency: str
    place: int | None = None
    code: ClassVar[ProblemCode] = ProblemCode.REFUND_TOO_LARGE

    @property
    def path(self) -> tuple[str, ...]:
        return ("amount",) if self.place is None else ("items", str(self.place))

    @property
    def message(self) -> str:
        if self.place is not None:
            return "This item is given back already, or on its way: leave it out."
        return f"{self.left} {self.currency} are left to be given back, the rest is or on its way: give back no more."


@dataclass(eq=False)
class RefundFailed(Refusal):
    """The money stays with us, which is the final answer to this key.  `reason` is the provider's word."""

    reason: str
    code: ClassVar[ProblemCode] = ProblemCode.REFUND_FAILED

    @property
    def message(self) -> str:
        return (
            f"The payment provider could not give the money back ({self.reason}), and nothing else was: "
            "try again, with a new key, or give it back otherwise."
        )


@dataclass(eq=False)
class RefundUnresolved(Refusal):
    """The refund is written down, and nobody knows yet whether the provider has given the money back."""

    code: ClassVar[ProblemCode] = ProblemCode.REFUND_UNRESOLVED
    is_retryable: ClassVar[bool] = True
    said: ClassVar[str] = (
        "The payment provider has not answered yet.  The refund is noted, and is made once as soon as it does: "
        "ask again shortly, with the same key."
    )
