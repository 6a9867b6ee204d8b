"""The usual fields of a read: `column`, `computed`, `identified`, `one` and `many`; a connection is beyond them.

Columns, owners and keys are named as attributes of the model; rows carry them as they are stored.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from resolvers.conditions import Operator
from resolvers.loading import Many, One, OneOfKind, load
from resolvers.stores import Row
from schema.declarations import Arguments, Declaration, Resolve, declare
from schema.entities import BY_MODEL, Entity
from schema.ids import global_id
from schema.selections import ResolveInfo, columns
from schema.visibility import Audience


@dataclass(frozen=True)
class Column(Declaration):
    attribute: str | None
    is_leaf: ClassVar[bool] = True

    def attributes(self, name: str) -> tuple[str, ...]:
        return (self.attribute or name,)

    def resolver(self, stored: tuple[str, ...], entity: Entity | None) -> Resolve:  # noqa: ARG002
        (column,) = stored
        return lambda row, _info, _arguments: row[column]


@dataclass(frozen=True)
class Computed(Declaration):
    function: Callable[..., Any]
    needs: tuple[str, ...]
    is_leaf: ClassVar[bool] = True

    def attributes(self, name: str) -> tuple[str, ...]:  # noqa: ARG002
        return self.needs

    def resolver(self, stored: tuple[str, ...], entity: Entity | None) -> Resolve:  # noqa: ARG002
        function = self.function
        return lambda row, _info, _arguments: function(*[row[column] for column in stored])


@dataclass(frozen=True)
class Identified(Declaration):
    is_leaf: ClassVar[bool] = True

    def attributes(self, name: str) -> tuple[str, ...]:  # noqa: ARG002
        return ("id",)

    def names(self, entity: Entity) -> str:
        return entity.name

    def resolver(self, stored: tuple[str, ...], entity: Entity | None) -> Resolve:
        (column,), type_name = stored, entity.name if entity else ""
        return lambda row, _info, _arguments: global_id(type_name, row[column])


@dataclass(frozen=True)
class Related(Declaration):
    loader: One | OneOfKind
    by: tuple[str, ...]

    def attributes(self, name: str) -> tuple[str, ...]:  # noqa: ARG002
        return self.by

    def names(self, entity: Entity) -> str:  # noqa: ARG002
        if isinstance(self.loader, One):
            return BY_MODEL[self.loader.model].name
        raise AssertionError("Bug: what is of several kinds has no one type of ids to be filtered by.")

    def resolver(self, stored: tuple[str, ...], entity: Entity | None) -> Resolve:  # noqa: ARG002
        *kind, key = stored

        async def resolve(row: Row, info: ResolveInfo, _arguments: Arguments) -> object | None:
            if row[key] is None:
                return None
            loader = self.loader if isinstance(self.loader, One) else self.loader.kinds[row[kind[0]]]
            entity = BY_MODEL[loader.model]
            found = await load(info.context, loader, row[key], columns(info, entity, info.field_nodes))
            return entity.admit(info.context.viewer, found)

        return resolve


@dataclass(frozen=True)
class RelatedMany(Declaration):
    loader: Many
    by: str

    def attributes(self, name: str) -> tuple[str, ...]:  # noqa: ARG002
        return (self.by,)

    def resolver(self, stored: tuple[str, ...], entity: Entity | None) -> Resolve:  # noqa: ARG002
        (key,) = stored

        async def resolve(row: Row, info: ResolveInfo, _arguments: Arguments) -> list[object]:
            entity = BY_MODEL[self.loader.model]
            rows = await load(info.context, self.loader, row[key], columns(info, entity, info.field_nodes))
            viewer = info.context.viewer
            return [entity.wrap(each) for each in rows or () if entity.visibility.permits(viewer, each)]

        return resolve


def column(
    attribute: str | None = None,
    *,
    description: str,
    visible: Iterable[Audience] | None = None,
    is_filterable: bool = False,
    is_sortable: bool = False,
    operators: tuple[Operator, ...] | None = None,
) -> Any:
    """A field that is a column; by default the attribute of the field's own name.  One of which an index serves some
    comparisons only is filtered by these `operators`.
    """
    return declare(
        Column(attribute),
        description,
        visible,
        is_filterable=is_filterable or operators is not None,
        is_sortable=is_sortable,
        operators=operators,
    )


def computed(
    function: Callable[..., Any],
    *,
    needs: tuple[str, ...],
    description: str,
    visible: Iterable[Audience] | None = None,
    usual_size: int | None = None,
    is_filterable: bool = False,
    is_sortable: bool = False,
) -> Any:
    """A field whose value a plain function makes of the columns in `needs`, passed in their order.

    It is filtered and sorted by the first of them.
    """
    return declare(
        Computed(function, needs),
        description,
        visible,
        is_filterable=is_filterable,
        is_sortable=is_sortable,
        usual_size=usual_size,
    )


def identified(*, description: str) -> Any:
    """The field that is the global id of a row."""
    return declare(Identified(), description, is_filterable=True)


def one(
    loader: One | OneOfKind,
    *,
    by: str | tuple[str, str],
    description: str,
    visible: Iterable[Audience] | None = None,
    is_filterable: bool = False,
) -> Any:
    """A field that is another row: the one whose key stands in `by`.  Where the row may be of several kinds, `by` is
    (kind, key).
    """
    keys = (by,) if isinstance(by, str) else by
    return declare(Related(loader, keys), description, visible, is_filterable=is_filterable)


def many(loader: Many, *, by: str, description: str, visible: Iterable[Audience] | None = None) -> Any:
    """A field that is all rows whose key equals `by`, for lists that stay short by nature; what can grow is a
    `connection`.
    """
    return declare(RelatedMany(loader, by), description, visible)
