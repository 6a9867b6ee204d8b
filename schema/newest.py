"""Root fields that are the newest row of one type."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from resolvers.consistency import Newest
from resolvers.stores import Row
from schema.declarations import Arguments, Declaration, Resolve, declare
from schema.entities import BY_MODEL, Entity
from schema.selections import ResolveInfo, columns
from schema.visibility import Audience


@dataclass(frozen=True)
class NewestOf(Declaration):
    newest: Newest

    def attributes(self, name: str) -> tuple[str, ...]:  # noqa: ARG002
        return ()

    def resolver(self, stored: tuple[str, ...], entity: Entity | None) -> Resolve:  # noqa: ARG002
        async def resolve(_row: Row, info: ResolveInfo, _arguments: Arguments) -> object | None:
            entity = BY_MODEL[self.newest.pages.model]
            row = await self.newest.load(info.context.handles, columns(info, entity, info.field_nodes))
            return entity.admit(info.context.viewer, row)

        return resolve


def newest(of: Newest, *, description: str, visible: Iterable[Audience]) -> Any:
    """A field that is the newest row; null where there is none."""
    return declare(NewestOf(of), description, visible)
