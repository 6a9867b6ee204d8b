"""What every object with a global id has in common, and how objects are found by it."""

from asyncio import gather
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

import strawberry
from strawberry.types.arguments import StrawberryArgument

from resolvers.loading import load
from resolvers.refusals import BadGlobalId, TooMany
from resolvers.stores import Row
from schema.declarations import Arguments, Declaration, Resolve, argument, declare
from schema.entities import BY_NAME, Entity
from schema.fields import identified
from schema.ids import parse_global_id
from schema.selections import ResolveInfo, columns

MOST_IDS = 100


@strawberry.interface(description="An object with an id that is unique in the whole graph.")
class Node:
    id: strawberry.ID = identified(description="The object's id, unique in the whole graph and opaque.")


@dataclass(frozen=True)
class Found(Declaration):
    arguments: ClassVar[tuple[StrawberryArgument, ...]] = (argument("id", strawberry.ID, "The id of the object."),)

    def attributes(self, name: str) -> tuple[str, ...]:  # noqa: ARG002
        return ()

    def resolver(self, stored: tuple[str, ...], entity: Entity | None) -> Resolve:  # noqa: ARG002
        async def resolve(_row: Row, info: ResolveInfo, arguments: Arguments) -> object | None:
            return (await find(info, [arguments["id"]]))[0]

        return resolve


@dataclass(frozen=True)
class FoundMany(Declaration):
    arguments: ClassVar[tuple[StrawberryArgument, ...]] = (
        argument("ids", list[strawberry.ID], f"The ids of the objects, at most {MOST_IDS}."),
    )

    def attributes(self, name: str) -> tuple[str, ...]:  # noqa: ARG002
        return ()

    def resolver(self, stored: tuple[str, ...], entity: Entity | None) -> Resolve:  # noqa: ARG002
        async def resolve(_row: Row, info: ResolveInfo, arguments: Arguments) -> list[object | None]:
            return await find(info, arguments["ids"])

        return resolve


async def find(info: ResolveInfo, ids: Sequence[str]) -> list[object | None]:
    """The objects with these global ids, each None where there is none for this viewer.  Raises BadGlobalId or
    TooMany.
    """
    named = parsed(ids)
    viewer = info.context.viewer
    found = [load(info.context, entity.loader, key, columns(info, entity, info.field_nodes)) for entity, key in named]
    rows = await gather(*found)
    return [entity.admit(viewer, row) for (entity, _), row in zip(named, rows, strict=True)]


def parsed(ids: Sequence[str]) -> list[tuple[Entity, UUID]]:
    """The types and the keys that global ids name.  Raises BadGlobalId or TooMany."""
    if len(ids) > MOST_IDS:
        raise TooMany("ids", MOST_IDS)
    return [(entity_named(given), parse_global_id(given)[1]) for given in ids]


def entity_named(given: str) -> Entity:
    entity = BY_NAME.get(parse_global_id(given)[0])
    if entity is None or not issubclass(entity.type, Node):
        raise BadGlobalId(given)
    return entity


def node_by_id(*, description: str) -> Any:
    """A field that is any object of the graph, by its global id."""
    return declare(Found(), description)


def nodes_by_id(*, description: str) -> Any:
    """A field that is any objects of the graph, by their global ids."""
    return declare(FoundMany(), description)
