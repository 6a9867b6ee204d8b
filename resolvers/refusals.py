"""Expected failures, as typed values.  A refusal says what the caller can do about it; whatever is not a refusal is
a bug or an outage of ours and is masked on the way out.
"""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(eq=False)
class Refusal(Exception):
    """What a caller asked for cannot be had, for a reason that the caller may know.

    Not frozen, because Python sets the traceback of what is raised.
    """

    code: ClassVar[str]
    is_retryable: ClassVar[bool] = False

    @property
    def message(self) -> str:
        raise NotImplementedError

    def __str__(self) -> str:
        return self.message


@dataclass(eq=False)
class Forbidden(Refusal):
    """The viewer may not see this field of any such row, or of this one."""

    what: str
    code: ClassVar[str] = "FORBIDDEN"

    @property
    def message(self) -> str:
        return f"You may not see {self.what}."


@dataclass(eq=False)
class NotSignedIn(Refusal):
    """The token that came with the request is unknown, expired or revoked."""

    code: ClassVar[str] = "UNAUTHENTICATED"

    @property
    def message(self) -> str:
        return "This token is not valid: sign in again, or leave out the Authorization header."


@dataclass(eq=False)
class BadGlobalId(Refusal):
    """A global id that no object of this graph can have."""

    given: str
    code: ClassVar[str] = "BAD_ID"

    @property
    def message(self) -> str:
        return f"'{self.given[:80]}' is not the id of anything in this graph: use an id as the graph gave it."


@dataclass(eq=False)
class BadPage(Refusal):
    """Paging arguments that contradict each other or are out of bounds."""

    reason: str
    code: ClassVar[str] = "BAD_PAGE"

    @property
    def message(self) -> str:
        return self.reason


@dataclass(eq=False)
class BadCursor(Refusal):
    """A cursor that this list did not give to this viewer."""

    argument: str
    code: ClassVar[str] = "BAD_CURSOR"

    @property
    def message(self) -> str:
        return f"'{self.argument}' is not a cursor of this list in this order: start again without it."


@dataclass(eq=False)
class BadFilter(Refusal):
    """A filter, an order or a search that cannot be asked for."""

    reason: str
    code: ClassVar[str] = "BAD_FILTER"

    @property
    def message(self) -> str:
        return self.reason


@dataclass(eq=False)
class TooMany(Refusal):
    """More values in one argument than an answer may be made of."""

    what: str
    limit: int
    code: ClassVar[str] = "TOO_MANY"

    @property
    def message(self) -> str:
        return f"At most {self.limit} {self.what} can be asked for at once."


@dataclass(eq=False)
class TooExpensive(Refusal):
    """An operation whose answer might hold more objects than one answer may."""

    limit: int
    code: ClassVar[str] = "TOO_EXPENSIVE"

    @property
    def message(self) -> str:
        return (
            f"The answer might hold more than {self.limit} objects: ask for smaller pages, or for fewer levels of them."
        )


@dataclass(eq=False)
class StoreUnavailable(Refusal):
    """A database is away or too slow; nothing was changed, and the same request may succeed later."""

    store: str
    code: ClassVar[str] = "DATABASE_UNAVAILABLE"
    is_retryable: ClassVar[bool] = True

    @property
    def message(self) -> str:
        return f"{self.store} does not answer at the moment: try again shortly."
