"""Expected failures, as typed values.  A refusal says what the caller can do about it; whatever is not a refusal is
a bug or an outage of ours and is masked on the way out.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar


class ProblemCode(StrEnum):
    """What can go wrong, for programs: the one list, of problems that are data and of errors alike."""

    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    INVALID_INPUT = "INVALID_INPUT"
    NO_BIRTH_DATA = "NO_BIRTH_DATA"
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"
    IN_PROGRESS = "IN_PROGRESS"
    EMPTY_ORDER = "EMPTY_ORDER"
    ITEM_UNAVAILABLE = "ITEM_UNAVAILABLE"
    ALREADY_OWNED = "ALREADY_OWNED"
    MIXED_CURRENCIES = "MIXED_CURRENCIES"
    ORDER_NOT_FOUND = "ORDER_NOT_FOUND"
    ORDER_NOT_PENDING = "ORDER_NOT_PENDING"
    NOT_ENOUGH_CREDITS = "NOT_ENOUGH_CREDITS"
    CREDITS_NOT_TAKEN = "CREDITS_NOT_TAKEN"
    ITEM_BEING_BOUGHT = "ITEM_BEING_BOUGHT"
    PAYMENT_DECLINED = "PAYMENT_DECLINED"
    PAYMENT_REFUSED = "PAYMENT_REFUSED"
    PAYMENT_ABANDONED = "PAYMENT_ABANDONED"
    PAYMENT_UNRESOLVED = "PAYMENT_UNRESOLVED"
    PROVIDER_UNAVAILABLE = "PROVIDER_UNAVAILABLE"
    NOTHING_TO_CONFIRM = "NOTHING_TO_CONFIRM"
    ORDER_NOT_REFUNDABLE = "ORDER_NOT_REFUNDABLE"
    ITEM_NOT_IN_ORDER = "ITEM_NOT_IN_ORDER"
    REFUND_TOO_LARGE = "REFUND_TOO_LARGE"
    REFUND_FAILED = "REFUND_FAILED"
    REFUND_UNRESOLVED = "REFUND_UNRESOLVED"
    PERSON_NOT_FOUND = "PERSON_NOT_FOUND"
    COUPON_UNKNOWN = "COUPON_UNKNOWN"
    COUPON_CODE_TAKEN = "COUPON_CODE_TAKEN"
    COUPON_WITHDRAWN = "COUPON_WITHDRAWN"
    COUPON_NOT_STARTED = "COUPON_NOT_STARTED"
    COUPON_EXPIRED = "COUPON_EXPIRED"
    COUPON_FOR_OTHER_CURRENCY = "COUPON_FOR_OTHER_CURRENCY"
    COUPON_FOR_OTHER_ITEMS = "COUPON_FOR_OTHER_ITEMS"
    COUPON_NEEDS_MORE = "COUPON_NEEDS_MORE"
    COUPON_EXHAUSTED = "COUPON_EXHAUSTED"
    COUPON_USED_BY_BUYER = "COUPON_USED_BY_BUYER"
    REFERRAL_CODE_UNKNOWN = "REFERRAL_CODE_UNKNOWN"
    OWN_REFERRAL_CODE = "OWN_REFERRAL_CODE"
    REFERRER_YOUNGER = "REFERRER_YOUNGER"
    ALREADY_REFERRED = "ALREADY_REFERRED"
    ALREADY_BOUGHT = "ALREADY_BOUGHT"
    REFERRAL_NOT_FOUND = "REFERRAL_NOT_FOUND"
    REFERRAL_ENDED = "REFERRAL_ENDED"
    BAD_REQUEST = "BAD_REQUEST"
    BAD_ID = "BAD_ID"
    BAD_PAGE = "BAD_PAGE"
    BAD_CURSOR = "BAD_CURSOR"
    BAD_FILTER = "BAD_FILTER"
    TOO_MANY = "TOO_MANY"
    TOO_EXPENSIVE = "TOO_EXPENSIVE"
    DATABASE_UNAVAILABLE = "DATABASE_UNAVAILABLE"
    TIMEOUT = "TIMEOUT"
    INTERNAL = "INTERNAL"


@dataclass(eq=False)
class Refusal(Exception):
    """What a caller asked for cannot be had, for a reason that the caller may know.  Where that needs no more words,
    `said` is the message and `about` the path.

    Not frozen, because Python sets the traceback of what is raised.
    """

    code: ClassVar[ProblemCode]
    is_retryable: ClassVar[bool] = False
    said: ClassVar[str]
    about: ClassVar[tuple[str, ...] | None] = None

    @property
    def message(self) -> str:
        return self.said

    @property
    def path(self) -> tuple[str, ...] | None:
        """What of the input it is about, as attributes of the command; None where it is not about the input."""
        return self.about

    def __str__(self) -> str:
        return self.message


@dataclass(eq=False)
class Forbidden(Refusal):
    """The viewer may not see this field of any such row, or of this one, or may not do with it what `verb` says."""

    what: str
    verb: str = "see"
    code: ClassVar[ProblemCode] = ProblemCode.FORBIDDEN

    @property
    def message(self) -> str:
        return f"You may not {self.verb} {self.what}."


@dataclass(eq=False)
class NotSignedIn(Refusal):
    """What was asked for is for people, and nobody is asking."""

    code: ClassVar[ProblemCode] = ProblemCode.UNAUTHENTICATED
    said: ClassVar[str] = "You are not signed in: sign in first."


@dataclass(eq=False)
class InvalidToken(NotSignedIn):
    """The token that came with the request is unknown, expired or revoked."""

    said: ClassVar[str] = "This token is not valid: sign in again, or leave out the Authorization header."


@dataclass(eq=False)
class InvalidInput(Refusal):
    """Something in the input is not what it has to be; nothing was changed.  `where` names it by the attributes of
    the command, and is empty for the input as a whole.
    """

    where: tuple[str, ...]
    reason: str
    code: ClassVar[ProblemCode] = ProblemCode.INVALID_INPUT

    @property
    def path(self) -> tuple[str, ...]:
        return self.where

    @property
    def message(self) -> str:
        return self.reason


@dataclass(eq=False)
class BadGlobalId(Refusal):
    """A global id that no object of this graph can have."""

    given: str
    code: ClassVar[ProblemCode] = ProblemCode.BAD_ID

    @property
    def message(self) -> str:
        return f"'{self.given[:80]}' is not the id of anything in this graph: use an id as the graph gave it."


@dataclass(eq=False)
class BadPage(Refusal):
    """Paging arguments that contradict each other or are out of bounds."""

    reason: str
    code: ClassVar[ProblemCode] = ProblemCode.BAD_PAGE

    @property
    def message(self) -> str:
        return self.reason


@dataclass(eq=False)
class BadCursor(Refusal):
    """A cursor that this list did not give to this viewer."""

    argument: str
    code: ClassVar[ProblemCode] = ProblemCode.BAD_CURSOR

    @property
    def message(self) -> str:
        return f"'{self.argument}' is not a cursor of this list in this order: start again without it."


@dataclass(eq=False)
class BadFilter(Refusal):
    """A filter, an order or a search that cannot be asked for."""

    reason: str
    code: ClassVar[ProblemCode] = ProblemCode.BAD_FILTER

    @property
    def message(self) -> str:
        return self.reason


@dataclass(eq=False)
class NoBirthData(Refusal):
    """A chart cannot be computed, because too little is known of a birth, or it was when the sky is not known."""

    of_other: bool
    code: ClassVar[ProblemCode] = ProblemCode.NO_BIRTH_DATA

    @property
    def message(self) -> str:
        if self.of_other:
            return "There is no birth data of the other person that a chart can be computed from."
        return "A chart needs the time of your birth, from 1700 to 2199, and the latitude and longitude of its place."


@dataclass(eq=False)
class TooMany(Refusal):
    """More values in one argument than an answer may be made of."""

    what: str
    limit: int
    code: ClassVar[ProblemCode] = ProblemCode.TOO_MANY

    @property
    def message(self) -> str:
        return f"At most {self.limit} {self.what} can be asked for at once."


@dataclass(eq=False)
class TooExpensive(Refusal):
    """An operation whose answer might hold more objects than one answer may."""

    limit: int
    code: ClassVar[ProblemCode] = ProblemCode.TOO_EXPENSIVE

    @property
    def message(self) -> str:
        return (
            f"The answer might hold more than {self.limit} objects: ask for smaller pages, for fewer levels of them, "
            "or with shorter arguments."
        )


@dataclass(eq=False)
class StoreUnavailable(Refusal):
    """A database is away or too slow; nothing was changed, and the same request may succeed later."""

    store: str
    code: ClassVar[ProblemCode] = ProblemCode.DATABASE_UNAVAILABLE
    is_retryable: ClassVar[bool] = True

    @property
    def message(self) -> str:
        return f"{self.store} does not answer at the moment: try again shortly."
