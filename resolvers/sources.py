"""What a loader reads from: the rows of one model, on whichever database they live.  `tables` and `collections` are
the two kinds; what a row means, and who may see it, is not known here.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeAlias

from pydantic import TypeAdapter
from sqlmodel import SQLModel

from models.documents import Fact
from resolvers.conditions import Condition
from resolvers.context import Handles
from resolvers.stores import Row

Model: TypeAlias = type[SQLModel] | type[Fact]
Columns: TypeAlias = tuple[str, ...]
PARENT = "_parent"


class Derived(str):
    """A column that MongoDB makes of others by an expression; the text is the name that rows carry it under, and stands
    for the expression.
    """

    __slots__ = ("expression",)
    expression: Mapping[str, Any]

    @classmethod
    def of(cls, name: str, expression: Mapping[str, Any]) -> "Derived":
        made = cls(name)
        made.expression = expression
        return made


class AsText(str):
    """A column of exact numbers that PostgreSQL sends as text; the text of the name is what rows carry it under."""

    __slots__ = ("column",)
    column: str

    @classmethod
    def of(cls, column: str) -> "AsText":
        made = cls(f"{column}_text")
        made.column = column
        return made


def stretch(column: str, skip: int, limit: int) -> Derived:
    """A part of an array, so that no longer one than is wanted is fetched."""
    # MongoDB has no part of no length.
    part = {"$slice": [{"$ifNull": [f"${column}", []]}, skip, limit]} if limit else {"$literal": []}
    return Derived.of(f"{column}_{skip}_{limit}", part)


def length(column: str) -> Derived:
    """How long an array is, without fetching it."""
    return Derived.of(f"{column}_length", {"$size": {"$ifNull": [f"${column}", []]}})


class Term(NamedTuple):
    """One column of an order.  Nulls are less than every value, on both databases."""

    column: str
    is_descending: bool = False
    is_nullable: bool = False

    def turned(self) -> "Term":
        return Term(self.column, not self.is_descending, self.is_nullable)


Order: TypeAlias = tuple[Term, ...]
"""An order of rows by stored columns, the last of them unique, so that no two rows tie."""


class Window(NamedTuple):
    """A stretch of an ordered list of rows: at most `limit` of those that the condition holds for and that lie
    beyond a position, or after `offset` rows.

    `beyond` holds the values of the order's columns in the row that the window starts after; None starts at the
    beginning.  A page that is read backward is a window in the opposite order, so its rows come reversed.
    """

    limit: int
    order: Order
    beyond: tuple[Any, ...] | None = None
    where: Condition | None = None
    offset: int = 0


class Source(Protocol):
    """Rows of one model.  Names of columns are the stored ones; `stored` gives them from the model's attributes.

    Every method is one statement, but for MongoDB's windows by several columns.  Rows may carry columns that were not
    asked for, and are read-only.
    """

    @property
    def model(self) -> Model: ...

    @property
    def name(self) -> str: ...

    def stored(self, attribute: str) -> str: ...

    async def rows(
        self, handles: Handles, key: str, keys: Sequence[Any], columns: Columns, order: Order
    ) -> Sequence[Row]:
        """The rows whose `key` is one of `keys`, each with its `key`."""
        ...

    async def windows(
        self, handles: Handles, key: str, keys: Sequence[Any], columns: Columns, window: Window
    ) -> Mapping[Any, Sequence[Row]]:
        """The window of each parent's rows, by parent; a parent without rows may be missing."""
        ...

    async def window(self, handles: Handles, columns: Columns, window: Window) -> Sequence[Row]:
        """The window of all rows."""
        ...

    async def counts(
        self, handles: Handles, key: str, keys: Sequence[Any], where: Condition | None
    ) -> Mapping[Any, int]:
        """How many rows each parent has that the condition holds for; a parent without any is missing."""
        ...

    async def count(self, handles: Handles, where: Condition | None) -> int: ...


ADAPTERS: dict[tuple[Model, str], TypeAdapter[Any]] = {}


def adapter(model: Model, attribute: str) -> TypeAdapter[Any]:
    """Reads a value of this attribute from JSON; raises pydantic's ValidationError for what it can never be."""
    known = ADAPTERS.get((model, attribute))
    if known is None:
        annotation: Any = model.model_fields[attribute].annotation
        known = ADAPTERS[model, attribute] = TypeAdapter(annotation)
    return known
