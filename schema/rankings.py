"""Leaderboards as fields: lists of rows that are ranked, of everything or of one parent, and the rank of such a row."""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from typing import Any, ClassVar

import strawberry
from strawberry.types.arguments import StrawberryArgument

from resolvers.leaderboards import RANK, BusiestReferrers, FastestOfTest
from resolvers.loading import One, load
from resolvers.pages import DEFAULT_SIZE, LARGEST_SIZE, PageArguments
from resolvers.stores import Row
from schema.declarations import Arguments, Declaration, Resolve, argument, declare
from schema.entities import BY_MODEL, BY_NAME, Entity
from schema.filters import key_of
from schema.selections import ResolveInfo, columns
from schema.visibility import Audience

FIRST = argument("first", int | None, f"How many of the best, at most {LARGEST_SIZE}; {DEFAULT_SIZE} unless told.")


@dataclass(frozen=True)
class Placed(Declaration):
    is_leaf: ClassVar[bool] = True

    def attributes(self, name: str) -> tuple[str, ...]:  # noqa: ARG002
        return ()

    def resolver(self, stored: tuple[str, ...], entity: Entity | None) -> Resolve:  # noqa: ARG002
        return lambda row, _info, _arguments: row[RANK]


@dataclass(frozen=True)
class Ranked(Declaration):
    """Rows shown as the type `shown`."""

    leaders: BusiestReferrers
    shown: str
    arguments: ClassVar[tuple[StrawberryArgument, ...]] = (FIRST,)

    def attributes(self, name: str) -> tuple[str, ...]:  # noqa: ARG002
        return ()

    def resolver(self, stored: tuple[str, ...], entity: Entity | None) -> Resolve:  # noqa: ARG002
        async def resolve(_row: Row, info: ResolveInfo, given: Arguments) -> list[object]:
            shown = BY_NAME[self.shown]
            wanted = columns(info, shown, info.field_nodes)
            rows = await self.leaders.load(info.context.handles, None, wanted, size_of(given))
            return [shown.wrap(each) for each in rows]

        return resolve


@dataclass(frozen=True)
class RankedOf(Declaration):
    """Rows of one parent, whose id is an argument; of one that the viewer may not see there is nothing."""

    leaders: FastestOfTest
    of: One
    argument: str
    shown: str

    def attributes(self, name: str) -> tuple[str, ...]:  # noqa: ARG002
        return ()

    def resolver(self, stored: tuple[str, ...], entity: Entity | None) -> Resolve:  # noqa: ARG002
        async def resolve(_row: Row, info: ResolveInfo, given: Arguments) -> list[object] | None:
            shown, parent, context = BY_NAME[self.shown], BY_MODEL[self.of.model], info.context
            first, key = size_of(given), key_of(parent.name, given[self.argument])
            if parent.admit(context.viewer, await load(context, self.of, key, parent.visibility.needs)) is None:
                return None
            wanted = columns(info, shown, info.field_nodes)
            return [shown.wrap(each) for each in await self.leaders.load(context.handles, key, wanted, first)]

        return resolve


def size_of(given: Arguments) -> int:
    """How many are asked for.  Raises BadPage."""
    return PageArguments(first=given.get("first")).size()


def placed(*, description: str) -> Any:
    """A field that is the rank of a row in its leaderboard."""
    return declare(Placed(), description)


def ranked(leaders: BusiestReferrers, shown: str, *, description: str, visible: Iterable[Audience]) -> Any:
    """A field that is the best rows of all, shown as the type of that name."""
    return declare(Ranked(leaders, shown), description, visible, usual_size=DEFAULT_SIZE)


def ranked_of(
    leaders: FastestOfTest, shown: str, *, of: One, by: str, said: str, description: str, visible: Iterable[Audience]
) -> Any:
    """A field that is the best rows of the parent that `of` finds; its id is the argument `by`, of which `said` says
    what it is.
    """
    field = declare(RankedOf(leaders, of, by, shown), description, visible, usual_size=DEFAULT_SIZE)
    field.arguments = [argument(by, strawberry.ID, said), copy(FIRST)]
    return field
