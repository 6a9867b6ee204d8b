"""How the fields of a read are declared: `column`, `computed`, `one`, `many` and, in `schema.connections`,
`connection`.

One declaration makes the Strawberry field and its batched resolver, says which columns the field reads, and is what
a compiler of operations works from.  Columns, owners and keys are named as attributes of the model; rows carry them
as they are stored.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any, ClassVar

from strawberry import Info
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

from resolvers.loading import Many, One, OneOfKind, load
from resolvers.refusals import Forbidden
from resolvers.stores import Row
from resolvers.viewer import Viewer
from schema.entities import BY_MODEL, Entity, in_order
from schema.ids import global_id
from schema.selections import ResolveInfo, columns
from schema.visibility import Audience, Visibility, Visible

DECLARATION = "declaration"
Arguments = Mapping[str, Any]
Resolve = Callable[[Row, ResolveInfo, Arguments], Any]


class Declaration(ABC):
    """What a field is, apart from its name, its type and who may see it."""

    is_leaf: ClassVar[bool] = False
    is_derived: ClassVar[bool] = False
    arguments: ClassVar[tuple[StrawberryArgument, ...]] = ()

    @abstractmethod
    def attributes(self, name: str) -> tuple[str, ...]:
        """The attributes of the row that the field called `name` reads."""

    def names(self, entity: Entity) -> str:
        """The type whose global ids this field's key makes, where it makes any."""
        raise NotImplementedError

    @abstractmethod
    def resolver(self, stored: tuple[str, ...], entity: Entity | None) -> Resolve:
        """The function that gives the field's value for a row of `entity`; `stored` are its attributes as the row
        carries them.
        """


class DeclaredField(StrawberryField):
    """A Strawberry field that is resolved from its declaration."""

    needs: tuple[str, ...] = ()
    visibility: Visibility | None = None
    resolve: Resolve

    @property
    def declaration(self) -> Declaration:
        declaration: Declaration = self.metadata[DECLARATION]
        return declaration

    @property
    def is_basic_field(self) -> bool:
        return self.declaration.is_leaf and self.visibility is None

    @property
    def compared(self) -> str:
        """The attribute that the field is filtered and sorted by."""
        return self.declaration.attributes(self.python_name)[0]

    @property
    def is_filterable(self) -> bool:
        return bool(self.metadata["is_filterable"])

    @property
    def is_sortable(self) -> bool:
        return bool(self.metadata["is_sortable"])

    @property
    def usual_size(self) -> int | None:
        size: int | None = self.metadata["usual_size"]
        return size

    def names(self, entity: Entity) -> str:
        return self.declaration.names(entity)

    def is_readable(self, viewer: Viewer) -> bool:
        """Whether the viewer may read this field of every row that they may see."""
        return self.visibility is None or self.visibility.decides_by_role(viewer)

    def bind(self, entity: Entity | None) -> None:
        """Ties the field to the type that it stands on: which of its columns it reads, who its owners are.  A root
        field has none.
        """
        stored: tuple[str, ...] = ()
        audiences = self.metadata["visible"]
        if entity is not None:
            stored = tuple(map(entity.source.stored, self.declaration.attributes(self.python_name)))
        if audiences is not None:
            owners = entity.visibility.owners if entity is not None and Audience.OWNER in audiences else ()
            self.visibility = Visibility(frozenset(audiences), owners)
        self.needs = (*stored, *(self.visibility.needs if self.visibility else ()))
        self.resolve = self.declaration.resolver(stored, entity)

    def get_result(self, source: Any, info: Info | None, args: list[Any], kwargs: Arguments) -> Any:  # noqa: ARG002
        row = getattr(source, "row", {})
        if info is None:
            return self.resolve(row, None, kwargs)  # type: ignore[arg-type]  # A leaf that all may see looks at its row only.
        if self.visibility is not None and not self.visibility.permits(info.context.viewer, row):
            raise Forbidden(to_camel_case(self.python_name))
        return self.resolve(row, info._raw_info, kwargs)  # noqa: SLF001  Strawberry has no other way to the nodes themselves.


def argument(name: str, kind: Any, description: str) -> StrawberryArgument:
    """An argument of a declared field; its description is published."""
    return StrawberryArgument(name, None, StrawberryAnnotation(kind), description=description)


def declare(
    declaration: Declaration,
    description: str,
    visible: Iterable[Audience] | None = None,
    *,
    is_filterable: bool = False,
    is_sortable: bool = False,
    usual_size: int | None = None,
) -> Any:
    """The field that a declaration makes.  `visible` narrows who may see it; without it, whoever may see the row.

    Filterable and sortable fields read one column that an index serves.  `usual_size` is how many objects a list has
    that is long by nature, so that what an operation may cost is estimated well.
    """
    field = DeclaredField(
        description=description,
        directives=[] if visible is None else [Visible(to=in_order(visible))],
        metadata={
            DECLARATION: declaration,
            "visible": visible,
            "is_filterable": is_filterable,
            "is_sortable": is_sortable,
            "usual_size": usual_size,
        },
    )
    field.arguments = [copy(each) for each in declaration.arguments]
    return field


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
) -> Any:
    """A field that is a column; by default the attribute of the field's own name."""
    return declare(Column(attribute), description, visible, is_filterable=is_filterable, is_sortable=is_sortable)


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
    flags = {"is_filterable": is_filterable, "is_sortable": is_sortable}
    return declare(Computed(function, needs), description, visible, usual_size=usual_size, **flags)


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
