"""What a declared field is: its declaration makes the Strawberry field and the batched resolver, says which columns the
field reads, and is what a compiler of operations works from.  The kinds are in `schema.fields` and beyond.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from typing import Any, ClassVar

from strawberry import Info
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

from resolvers.conditions import Operator
from resolvers.refusals import Forbidden
from resolvers.stores import Row
from resolvers.viewer import Viewer
from schema.entities import Entity, in_order
from schema.selections import ResolveInfo
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
    def operators(self) -> tuple[Operator, ...] | None:
        operators: tuple[Operator, ...] | None = self.metadata["operators"]
        return operators

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
    operators: tuple[Operator, ...] | None = None,
    usual_size: int | None = None,
) -> Any:
    """The field that a declaration makes.  `visible` narrows who may see it; without it, whoever may see the row.

    Filterable and sortable fields read one column that an index serves; `operators` are those that it serves where they
    are not all of the type.  `usual_size` is how many objects a list has that is long by nature, so that what an
    operation may cost is estimated well.
    """
    field = DeclaredField(
        description=description,
        directives=[] if visible is None else [Visible(to=in_order(visible))],
        metadata={
            DECLARATION: declaration,
            "visible": visible,
            "is_filterable": is_filterable,
            "is_sortable": is_sortable,
            "operators": operators,
            "usual_size": usual_size,
        },
    )
    field.arguments = [copy(each) for each in declaration.arguments]
    return field
