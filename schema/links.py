"""Relations by a key that stands on a row in between."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from resolvers.loading import One, load
from resolvers.stores import Row
from schema.declarations import Arguments, Declaration, Resolve, declare
from schema.entities import BY_MODEL, Entity
from schema.selections import ResolveInfo, columns
from schema.visibility import Audience


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


def through(
    between: One, *, via: str, to: One, by: str, description: str, visible: Iterable[Audience] | None = None
) -> Any:
    """A field that is another row: the one whose key is `via` of the row in between, whose own key stands in `by`."""
    return declare(RelatedThrough(between, via, to, by), description, visible)
