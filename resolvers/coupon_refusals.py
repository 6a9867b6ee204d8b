"""Why a coupon takes nothing off an order, or cannot be made or found.  All of these have changed nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from resolvers.discounts import Reason
from resolvers.refusals import ProblemCode, Refusal


@dataclass(eq=False)
class CouponRefused(Refusal):
    """What all of them say: which code it is about, as it is stored."""

    coupon_code: str
    about: ClassVar[tuple[str, ...] | None] = ("code",)


@dataclass(eq=False)
class CouponUnknown(CouponRefused):
    """No coupon has this code."""

    code: ClassVar[ProblemCode] = ProblemCode.COUPON_UNKNOWN
    said: ClassVar[str] = "There is no coupon with this code: look at how it is spelt."


@dataclass(eq=False)
class CouponWithdrawn(CouponRefused):
    """An administrator took it back."""

    code: ClassVar[ProblemCode] = ProblemCode.COUPON_WITHDRAWN
    said: ClassVar[str] = "This coupon was taken back: use another one, or none."


@dataclass(eq=False)
class CouponNotStarted(CouponRefused):
    """It is good later."""

    code: ClassVar[ProblemCode] = ProblemCode.COUPON_NOT_STARTED
    said: ClassVar[str] = "This coupon is not good yet: use it later."


@dataclass(eq=False)
class CouponExpired(CouponRefused):
    """It was good before."""

    code: ClassVar[ProblemCode] = ProblemCode.COUPON_EXPIRED
    said: ClassVar[str] = "This coupon is no longer good: use another one, or none."


@dataclass(eq=False)
class CouponForOtherCurrency(CouponRefused):
    """Its amounts are in another currency than the order's."""

    code: ClassVar[ProblemCode] = ProblemCode.COUPON_FOR_OTHER_CURRENCY
    said: ClassVar[str] = "This coupon is for orders in another currency: use another one, or none."


@dataclass(eq=False)
class CouponForOtherItems(CouponRefused):
    """It is for nothing that is in the order."""

    code: ClassVar[ProblemCode] = ProblemCode.COUPON_FOR_OTHER_ITEMS
    said: ClassVar[str] = "This coupon is for none of these items: use another one, or none."


@dataclass(eq=False)
class CouponNeedsMore(CouponRefused):
    """The items cost less than it asks for."""

    least: Decimal
    code: ClassVar[ProblemCode] = ProblemCode.COUPON_NEEDS_MORE

    @property
    def message(self) -> str:
        return f"This coupon is for items that cost {self.least} or more: order more, or use another one."


@dataclass(eq=False)
class CouponExhausted(CouponRefused):
    """All of its uses are taken."""

    code: ClassVar[ProblemCode] = ProblemCode.COUPON_EXHAUSTED
    said: ClassVar[str] = "All uses of this coupon are taken: use another one, or none."


@dataclass(eq=False)
class CouponUsedByBuyer(CouponRefused):
    """All of the buyer's own uses are taken."""

    code: ClassVar[ProblemCode] = ProblemCode.COUPON_USED_BY_BUYER
    said: ClassVar[str] = "You have used this coupon as often as one person may: use another one, or none."


@dataclass(eq=False)
class CouponCodeTaken(CouponRefused):
    """Another coupon has this code; codes are never given anew."""

    code: ClassVar[ProblemCode] = ProblemCode.COUPON_CODE_TAKEN
    said: ClassVar[str] = "There is a coupon with this code: name another one."


@dataclass(eq=False)
class CouponNotFound(Refusal):
    """No coupon has this id."""

    code: ClassVar[ProblemCode] = ProblemCode.COUPON_UNKNOWN
    about: ClassVar[tuple[str, ...] | None] = ("coupon_id",)
    said: ClassVar[str] = "There is no such coupon: use an id as the graph gave it."


REFUSED: Mapping[Reason, type[CouponRefused]] = {
    Reason.DISABLED: CouponWithdrawn,
    Reason.NOT_STARTED: CouponNotStarted,
    Reason.EXPIRED: CouponExpired,
    Reason.OTHER_CURRENCY: CouponForOtherCurrency,
    Reason.OTHER_ITEMS: CouponForOtherItems,
    Reason.EXHAUSTED: CouponExhausted,
    Reason.USED_BY_BUYER: CouponUsedByBuyer,
}


def refusal(reason: Reason, coupon_code: str, least: Decimal) -> CouponRefused:
    """The refusal for a reason; `least` is what the coupon wants the items to cost."""
    return CouponNeedsMore(coupon_code, least) if reason is Reason.TOO_LITTLE else REFUSED[reason](coupon_code)


EVERY: tuple[type[CouponRefused], ...] = (CouponUnknown, *REFUSED.values(), CouponNeedsMore)
