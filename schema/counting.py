"""Fields that say how many rows belong to an object, for lists of objects at one statement."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from resolvers.loading import Counts, load
from resolvers.stores import Row
from schema.entities import Entity
from schema.fields import Arguments, Declaration, Resolve, declare
from schema.selections import ResolveInfo
from schema.visibility import Audience


@dataclass(frozen=True)
class Counted(Declaration):
    counts: Counts
    by: str

    def attributes(self, name: str) -> tuple[str, ...]:  # noqa: ARG002
        return (self.by,)

    def resolver(self, stored: tuple[str, ...], entity: Entity | None) -> Resolve:  # noqa: ARG002
        (key,) = stored

        async def resolve(row: Row, info: ResolveInfo, _arguments: Arguments) -> int:
            return await load(info.context, self.counts, row[key]) or 0

        return resolve


def counted(counts: Counts, *, by: str, description: str, visible: Iterable[Audience] | None = None) -> Any:
    """A field that is the number of rows whose key equals `by`."""
    return declare(Counted(counts, by), description, visible)
