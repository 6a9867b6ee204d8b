"""Relay's paging arguments, checked and turned into a window, and the cursors they are made of.

A cursor holds the position of a row in an order.  It is sealed for the list and the viewer that it was given to:
changed, or sent to another list or by somebody else, it is refused.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from pydantic import ValidationError

from resolvers.context import Context
from resolvers.loading import Pages
from resolvers.refusals import BadCursor, BadPage
from resolvers.sources import Window, adapter
from resolvers.stores import Row

DEFAULT_SIZE = 20
LARGEST_SIZE = 100
SEAL_BYTES = 9


@dataclass(frozen=True, slots=True)
class PageArguments:
    """`first`/`after` read forward from the start of the list, `last`/`before` backward from its end."""

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None

    @property
    def is_backward(self) -> bool:
        return self.last is not None or self.before is not None

    def size(self) -> int:
        """The number of rows asked for; raises BadPage for what contradicts itself or is out of bounds."""
        if self.is_backward and (self.first is not None or self.after is not None):
            raise BadPage("Ask for 'first' and 'after', or for 'last' and 'before', not for both at once.")
        name, size = ("last", self.last) if self.is_backward else ("first", self.first)
        if size is None:
            return DEFAULT_SIZE
        if not 0 <= size <= LARGEST_SIZE:
            raise BadPage(f"'{name}' is a number from 0 to {LARGEST_SIZE}, and was {size}.")
        return size


def window_of(context: Context, pages: Pages, key: object, arguments: PageArguments, *, has_probe: bool) -> Window:
    """The window that the arguments ask for of the rows of one key, with one row more where the answer must say
    whether there are more.

    Raises BadPage or BadCursor.
    """
    name, cursor = ("before", arguments.before) if arguments.is_backward else ("after", arguments.after)
    size = arguments.size()
    beyond = None if cursor is None else opened(context, pages, key, cursor, name)
    return Window(size + 1 if has_probe else size, beyond, arguments.is_backward)


def cursor_of(context: Context, pages: Pages, key: object, row: Row) -> str:
    position = orjson.dumps([row[name] for name in pages.ordering.columns], default=str)
    return encoded(seal(context, pages, key, position) + position)


def encoded(sealed: bytes) -> str:
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def opened(context: Context, pages: Pages, key: object, cursor: str, argument: str) -> tuple[Any, ...]:
    """The position that a cursor holds.  Raises BadCursor for whatever `cursor_of` did not make for this list and
    viewer.
    """
    try:
        sealed = base64.b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise BadCursor(argument) from None
    position = sealed[SEAL_BYTES:]
    is_ours = hmac.compare_digest(sealed[:SEAL_BYTES], seal(context, pages, key, position))
    if not is_ours or encoded(sealed) != cursor:
        raise BadCursor(argument)
    return parsed(pages, orjson.loads(position))


def parsed(pages: Pages, position: Sequence[Any]) -> tuple[Any, ...]:
    try:
        values = zip(pages.order, position, strict=True)
        return tuple(adapter(pages.model, attribute).validate_python(value) for attribute, value in values)
    except (ValueError, ValidationError) as error:
        raise AssertionError(f"Bug: a sealed cursor of {pages.tag} holds {position!r}") from error


def seal(context: Context, pages: Pages, key: object, position: bytes) -> bytes:
    owner = f"{pages.tag}\n{key}\n{context.viewer.user_id}\n".encode()
    return hmac.new(context.handles.secret, owner + position, hashlib.sha256).digest()[:SEAL_BYTES]
