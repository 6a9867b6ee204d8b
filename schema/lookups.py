"""Fields that are one row of one type: the viewer's own, or the one that has an id or a unique name."""

from dataclasses import dataclass
from typing import Any, ClassVar

import strawberry
from strawberry.types.arguments import StrawberryArgument

from resolvers.loading import One, load
from resolvers.refusals import BadFilter
from resolvers.stores import Row
from schema.declarations import Arguments, Declaration, Resolve, argument, declare
from schema.entities import BY_MODEL, Entity
from schema.filters import key_of
from schema.selections import ResolveInfo, columns


@dataclass(frozen=True)
class ViewersOwn(Declaration):
    loader: One

    def attributes(self, name: str) -> tuple[str, ...]:  # noqa: ARG002
        return ()

    def resolver(self, stored: tuple[str, ...], entity: Entity | None) -> Resolve:  # noqa: ARG002
        async def resolve(_row: Row, info: ResolveInfo, _arguments: Arguments) -> object | None:
            user_id = info.context.viewer.user_id
            return None if user_id is None else await found(info, self.loader, user_id)

        return resolve


@dataclass(frozen=True)
class Identifiable(Declaration):
    loader: One
    arguments: ClassVar[tuple[StrawberryArgument, ...]] = (argument("id", strawberry.ID, "The id of the object."),)

    def attributes(self, name: str) -> tuple[str, ...]:  # noqa: ARG002
        return ()

    def resolver(self, stored: tuple[str, ...], entity: Entity | None) -> Resolve:  # noqa: ARG002
        async def resolve(_row: Row, info: ResolveInfo, arguments: Arguments) -> object | None:
            return await found(info, self.loader, key_of(BY_MODEL[self.loader.model].name, arguments["id"]))

        return resolve


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


async def found(info: ResolveInfo, loader: One, key: Any) -> object | None:
    entity = BY_MODEL[loader.model]
    row = await load(info.context, loader, key, columns(info, entity, info.field_nodes))
    return entity.admit(info.context.viewer, row)


def viewers_own(loader: One, *, description: str) -> Any:
    """A field that is the row whose key is the viewer's id; null for who is not signed in."""
    return declare(ViewersOwn(loader), description)


def by_id(loader: One, *, description: str) -> Any:
    """A field that is the row with a global id, which must be one of this type."""
    return declare(Identifiable(loader), description)


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
