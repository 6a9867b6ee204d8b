"""Root fields that are one row of one type: the one with an id or with a unique name, or any by chance."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import strawberry

from models.documents import Fact
from resolvers.conditions import Compare, Every, Operator
from resolvers.loading import One, source_of
from resolvers.refusals import BadFilter
from resolvers.samples import sample
from resolvers.stores import Row
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
            row_id, name = arguments.get("id"), arguments.get(self.named.key)
            if (row_id is None) == (name is None):
                raise BadFilter(f"Say either 'id' or '{self.named.key}', and not both.")
            if name is None:
                return await found(info, self.loader, key_of(BY_MODEL[self.loader.model].name, str(row_id)))
            # PostgreSQL takes no NUL in a text, so no row has one.
            return None if "\0" in name else await found(info, self.named, name)

        return resolve


@dataclass(frozen=True)
class Sampled(Declaration):
    model: type[Fact]
    by: str

    def attributes(self, name: str) -> tuple[str, ...]:  # noqa: ARG002
        return ()

    def resolver(self, stored: tuple[str, ...], entity: Entity | None) -> Resolve:  # noqa: ARG002
        column = source_of(self.model).stored(self.by)

        async def resolve(_row: Row, info: ResolveInfo, arguments: Arguments) -> object | None:
            entity, viewer, value = BY_MODEL[self.model], info.context.viewer, arguments.get(self.by)
            chosen = None if value is None else Compare(column, Operator.EQ, value)
            where = Every(tuple(part for part in (entity.visibility.condition(viewer), chosen) if part is not None))
            wanted = columns(info, entity, info.field_nodes)
            return entity.admit(viewer, await sample(info.context.handles, self.model, wanted, where))

        return resolve


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


def sampled(model: type[Fact], *, by: str, kind: type[StrEnum], said: str, description: str) -> Any:
    """A field that is any row of a collection that the viewer may see, by chance, among those of one kind if told."""
    field = declare(Sampled(model, by), description)
    field.arguments = [argument(by, kind | None, said)]
    return field
