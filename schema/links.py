"""Relations that are not one key in one column: a list of keys, and a key that stands on a row in between."""

from asyncio import gather
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from resolvers.loading import One, load
from resolvers.stores import Row
from schema.entities import BY_MODEL, Entity
from schema.fields import Arguments, Declaration, Resolve, declare
from schema.selections import ResolveInfo, columns
from schema.visibility import Audience

USUALLY_LISTED = 20


@dataclass(frozen=True)
class Listed(Declaration):
    loader: One
    by: str

    def attributes(self, name: str) -> tuple[str, ...]:  # noqa: ARG002
        return (self.by,)

    def resolver(self, stored: tuple[str, ...], entity: Entity | None) -> Resolve:  # noqa: ARG002
        (keys,) = stored

        async def resolve(row: Row, info: ResolveInfo, _arguments: Arguments) -> list[object]:
            entity, viewer = BY_MODEL[self.loader.model], info.context.viewer
            wanted = columns(info, entity, info.field_nodes)
            rows = await gather(*(load(info.context, self.loader, key, wanted) for key in row[keys]))
            admitted = (entity.admit(viewer, each) for each in rows)
            return [each for each in admitted if each is not None]

        return resolve


@dataclass(frozen=True)
class RelatedThrough(Declaration):
    between: One
    via: str
    loader: One
    by: str

    def attributes(self, name: str) -> tuple[str, ...]:  # noqa: ARG002
        return (self.by,)

    def resolver(self, stored: tuple[str, ...], entity: Entity | None) -> Resolve:  # noqa: ARG002
        (key,), via = stored, self.between.source.stored(self.via)

        async def resolve(row: Row, info: ResolveInfo, _arguments: Arguments) -> object | None:
            between = None if row[key] is None else await load(info.context, self.between, row[key], (via,))
            if between is None:
                return None
            entity = BY_MODEL[self.loader.model]
            found = await load(info.context, self.loader, between[via], columns(info, entity, info.field_nodes))
            return entity.admit(info.context.viewer, found)

        return resolve


def listed(loader: One, *, by: str, description: str, visible: Iterable[Audience] | None = None) -> Any:
    """A field that is the rows whose keys are listed in `by`, in the order of that list."""
    return declare(Listed(loader, by), description, visible, usual_size=USUALLY_LISTED)


def through(
    between: One, *, via: str, to: One, by: str, description: str, visible: Iterable[Audience] | None = None
) -> Any:
    """A field that is another row: the one whose key is `via` of the row in between, whose own key stands in `by`."""
    return declare(RelatedThrough(between, via, to, by), description, visible)
