"""Root fields that are one row of one type: the one with an id or with a unique name, or any by chance."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import strawberry

from models.documents import Fact
from resolvers.conditions import Compare, Condition, Every, Operator
from resolvers.context import Handles
from resolvers.loading import One, source_of
from resolvers.refusals import BadFilter
from resolvers.samples import sample
from resolvers.sources import Columns
from resolvers.stores import Row
from resolvers.viewer import Viewer
from schema.entities import BY_MODEL, Entity
from schema.fields import Arguments, Declaration, Resolve, argument, declare
from schema.filters import key_of
from schema.lookups import found
from schema.selections import ResolveInfo, columns


@dataclass(frozen=True)
class Named(Declaration):
    loader: One
    named: One

    def attributes(self, name: str) -> tuple[str, ...]:  # noqa: ARG002
        return ()

    def resolver(self, stored: tuple[str, ...], entity: Entity | None) -> Resolve:  # noqa: ARG002
        async def resolve(_row: Row, info: ResolveInfo, arguments: Arguments) -> object | None:
            loader, key = self.wanted(arguments)
            return None if key is None else await found(info, loader, key)

        return resolve

    def wanted(self, arguments: Arguments) -> tuple[One, Any]:
        """What finds the row, by which key; None where no row has it.  Raises BadFilter or BadGlobalId."""
        row_id, name = arguments.get("id"), arguments.get(self.named.key)
        if (row_id is None) == (name is None):
            raise BadFilter(f"Say either 'id' or '{self.named.key}', and not both.")
        if name is None:
            return self.loader, key_of(BY_MODEL[self.loader.model].name, str(row_id))
        # PostgreSQL takes no NUL in a text, so no row has one.
        return self.named, None if "\0" in name else name


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


def by_id_or_name(loader: One, named: One, *, said: str, description: str) -> Any:
    """A field that is the row with a global id, or with the unique text that `named` finds it by, of which `said`
    says what it is.
    """
    field = declare(Named(loader, named), description)
    field.arguments = [
        argument("id", strawberry.ID | None, "The id of the object."),
        argument(named.key, str | None, said),
    ]
    return field


def sampled(model: type[Fact], *, by: str, kind: type[StrEnum], drawn_by: str, said: str, description: str) -> Any:
    """A field that is any row of a collection that the viewer may see, by chance, among those of one kind if told.
    `drawn_by` is an attribute of random numbers.
    """
    field = declare(Sampled(model, by, drawn_by), description)
    field.arguments = [argument(by, kind | None, said)]
    return field
