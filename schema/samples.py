"""Root fields that are any row of one type, by chance."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from models.documents import Fact
from resolvers.conditions import Compare, Condition, Every, Operator
from resolvers.context import Handles
from resolvers.loading import source_of
from resolvers.samples import sample
from resolvers.sources import Columns
from resolvers.stores import Row
from resolvers.viewer import Viewer
from schema.declarations import Arguments, Declaration, Resolve, argument, declare
from schema.entities import BY_MODEL, Entity
from schema.selections import ResolveInfo, columns


@dataclass(frozen=True)
class Sampled(Declaration):
    model: type[Fact]
    by: str
    drawn_by: str

    def attributes(self, name: str) -> tuple[str, ...]:  # noqa: ARG002
        return ()

    def resolver(self, stored: tuple[str, ...], entity: Entity | None) -> Resolve:  # noqa: ARG002
        async def resolve(_row: Row, info: ResolveInfo, arguments: Arguments) -> object | None:
            entity, viewer = BY_MODEL[self.model], info.context.viewer
            wanted, where = columns(info, entity, info.field_nodes), self.where(viewer, arguments)
            return entity.admit(viewer, await self.drawn(info.context.handles, wanted, where))

        return resolve

    def where(self, viewer: Viewer, arguments: Arguments) -> Condition:
        """What holds for the rows that may be drawn."""
        visible, value = BY_MODEL[self.model].visibility.condition(viewer), arguments.get(self.by)
        chosen = None if value is None else Compare(source_of(self.model).stored(self.by), Operator.EQ, value)
        return Every(tuple(part for part in (visible, chosen) if part is not None))

    async def drawn(self, handles: Handles, wanted: Columns, where: Condition) -> Row | None:
        return await sample(handles, self.model, source_of(self.model).stored(self.drawn_by), wanted, where)


def sampled(model: type[Fact], *, by: str, kind: type[StrEnum], drawn_by: str, said: str, description: str) -> Any:
    """A field that is any row of a collection that the viewer may see, by chance, among those of one kind if told.
    `drawn_by` is an attribute of random numbers.
    """
    field = declare(Sampled(model, by, drawn_by), description)
    field.arguments = [argument(by, kind | None, said)]
    return field
