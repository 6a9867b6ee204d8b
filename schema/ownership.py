"""Fields that say whether a person owns an item.  However many an operation asks for, one look-up of the person answers
them all.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import strawberry

from resolvers.catalog import KINDS
from resolvers.entitlements import Entitlements
from resolvers.loading import load
from resolvers.refusals import BadGlobalId
from resolvers.stores import Row
from schema.declarations import Arguments, Declaration, Resolve, argument, declare
from schema.entities import BY_MODEL, Entity
from schema.ids import parse_global_id
from schema.selections import ResolveInfo
from schema.visibility import Audience


@dataclass(frozen=True)
class Owned(Declaration):
    """Whether the viewer owns the row's item."""

    def attributes(self, name: str) -> tuple[str, ...]:  # noqa: ARG002
        return ("id",)

    def resolver(self, stored: tuple[str, ...], entity: Entity | None) -> Resolve:  # noqa: ARG002
        (item,) = stored

        async def resolve(row: Row, info: ResolveInfo, _arguments: Arguments) -> bool:
            return await is_owned(info, info.context.viewer.user_id, row[item])

        return resolve


@dataclass(frozen=True)
class Owns(Declaration):
    """Whether a person owns the item that an argument names: the row's person, or on a root the viewer."""

    item: str

    def attributes(self, name: str) -> tuple[str, ...]:  # noqa: ARG002
        return ("id",)

    def resolver(self, stored: tuple[str, ...], entity: Entity | None) -> Resolve:  # noqa: ARG002
        async def resolve(row: Row, info: ResolveInfo, arguments: Arguments) -> bool:
            owner = row[stored[0]] if stored else info.context.viewer.user_id
            return await is_owned(info, owner, item_of(arguments[self.item]))

        return resolve


async def is_owned(info: ResolveInfo, owner: UUID | None, item: UUID) -> bool:
    """Whether this person owns this item; nobody owns nothing."""
    if owner is None:
        return False
    return item in (await load(info.context, Entitlements, owner) or ())


def item_of(given: str) -> UUID:
    """The id of something for sale.  Raises BadGlobalId for an id of anything else."""
    named, key = parse_global_id(given)
    if named not in {BY_MODEL[one.model].name for one in KINDS.values()}:
        raise BadGlobalId(given)
    return key


def owned(*, description: str) -> Any:
    """A field that says whether the viewer owns this item; false for who is not signed in."""
    return declare(Owned(), description)


def owns(item: str, *, description: str, visible: Iterable[Audience] | None = None) -> Any:
    """A field that says whether this person, or on a root the viewer, owns the item that its argument names."""
    field = declare(Owns(item), description, visible)
    field.arguments = [argument(item, strawberry.ID, "The id of a course, a product or a typing test.")]
    return field
