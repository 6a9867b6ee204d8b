"""Relay's paging arguments, checked and turned into a window, and the cursors they are made of.

A cursor holds the position of a row in an order.  It is sealed for the list, the order and the viewer that it was
given to: changed, sent to another list or in another order, or by somebody else, it is refused.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson
from pydantic import ValidationError

from resolvers.conditions import Condition
from resolvers.context import Context
from resolvers.loading import Pages, order_of
from resolvers.refusals import BadCursor, BadPage
from resolvers.sources import Order, Window, adapter
from resolvers.stores import Row

DEFAULT_SIZE = 20
LARGEST_SIZE = 100
MOST_SKIPPED = 10_000
SEAL_BYTES = 9


class PageArguments(NamedTuple):
    """`first`/`after` read forward from the start of the list, `last`/`before` backward from its end;
    `number`/`page_size` is the numbered page instead, from 1.
    """

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None
    number: int | None = None
    page_size: int | None = None

    @property
    def is_backward(self) -> bool:
        return self.last is not None or self.before is not None

    def size(self) -> int:
        """The number of rows asked for; raises BadPage for what contradicts itself or is out of bounds."""
        is_forward = self.first is not None or self.after is not None
        if self.is_backward and is_forward:
            raise BadPage("Ask for 'first' and 'after', or for 'last' and 'before', not for both at once.")
        if self.number is not None:
            if self.is_backward or is_forward:
                raise BadPage("Ask for a numbered 'page' or for rows around a cursor, not for both at once.")
            return checked("page.size", self.page_size, least=1)
        return checked("last", self.last) if self.is_backward else checked("first", self.first)

    def offset(self) -> int:
        """How many rows a numbered page comes after."""
        if self.number is None:
            return 0
        skipped = (self.number - 1) * self.size()
        if not 0 <= skipped <= MOST_SKIPPED:
            raise BadPage(f"Pages are numbered from 1 and reach {MOST_SKIPPED} rows; use cursors or filters beyond.")
        return skipped


def checked(name: str, size: int | None, *, least: int = 0) -> int:
    if size is None:
        return DEFAULT_SIZE
    if not least <= size <= LARGEST_SIZE:
        raise BadPage(f"'{name}' is a number from {least} to {LARGEST_SIZE}, and was {size}.")
    return size


class Listing(NamedTuple):
    """A list as a client asked for it: which rows, in which order.  `order` ends with a unique column."""

    pages: Pages
    attributes: tuple[str, ...]
    where: Condition | None = None

    @property
    def order(self) -> Order:
        if self.attributes is self.pages.order:
            return self.pages.usual_order
        return order_of(self.pages.model, *self.attributes)

    @property
    def tag(self) -> str:
        """Names this list and its order, so that a cursor of it fits no other."""
        return f"{self.pages.source.name}/{self.pages.key or ''}/{','.join(self.attributes)}"


def window_of(context: Context, listing: Listing, key: object, arguments: PageArguments, *, has_probe: bool) -> Window:
    """The window that the arguments ask for of the rows of one key, with one row more where the answer must say
    whether there are more.

    Raises BadPage or BadCursor.
    """
    name, cursor = ("before", arguments.before) if arguments.is_backward else ("after", arguments.after)
    size = arguments.size()
    order = listing.order
    return Window(
        limit=size + 1 if has_probe else size,
        order=tuple(term.turned() for term in order) if arguments.is_backward else order,
        beyond=None if cursor is None else opened(context, listing, key, cursor, name),
        where=listing.where,
        offset=arguments.offset(),
    )


def cursor_of(context: Context, listing: Listing, key: object, row: Row) -> str:
    position = orjson.dumps([row[term.column] for term in listing.order], default=str)
    return encoded(seal(context, listing, key, position) + position)


def encoded(sealed: bytes) -> str:
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def opened(context: Context, listing: Listing, key: object, cursor: str, argument: str) -> tuple[Any, ...]:
    """The position that a cursor holds.  Raises BadCursor for whatever `cursor_of` did not make for this list and
    viewer.
    """
    try:
        sealed = base64.b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise BadCursor(argument) from None
    position = sealed[SEAL_BYTES:]
    is_ours = hmac.compare_digest(sealed[:SEAL_BYTES], seal(context, listing, key, position))
    if not is_ours or encoded(sealed) != cursor:
        raise BadCursor(argument)
    return parsed(listing, orjson.loads(position))


def parsed(listing: Listing, position: Sequence[Any]) -> tuple[Any, ...]:
    try:
        attributes = [attribute.removeprefix("-") for attribute in listing.attributes]
        values = zip(attributes, position, strict=True)
        return tuple(adapter(listing.pages.model, attribute).validate_python(value) for attribute, value in values)
    except (ValueError, ValidationError) as error:
        raise AssertionError(f"Bug: a sealed cursor of {listing.tag} holds {position!r}") from error


def seal(context: Context, listing: Listing, key: object, position: bytes) -> bytes:
    owner = f"{listing.tag}\n{key}\n{context.viewer.user_id}\n".encode()
    return hmac.new(context.handles.secret, owner + position, hashlib.sha256).digest()[:SEAL_BYTES]
