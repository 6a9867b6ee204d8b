"""Types that stand for stored rows: which model they show, who may see them, and how a row becomes an object of the
graph.
"""

from collections.abc import Callable, Iterable
from copy import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import strawberry
from strawberry.types import get_object_definition
from strawberry.utils.str_converters import to_camel_case

from resolvers.loading import One, source_of
from resolvers.sources import Model, Source
from resolvers.stores import Row
from resolvers.viewer import Viewer
from schema.visibility import Audience, Visibility, Visible

if TYPE_CHECKING:
    from schema.declarations import DeclaredField

T = TypeVar("T", bound=type)


@dataclass(frozen=True)
class Entity:
    """What the graph knows of a type whose objects are rows of one model."""

    name: str
    type: type
    loader: One
    visibility: Visibility
    fields: dict[str, "DeclaredField"] = field(default_factory=dict)
    """The declared fields by the names that clients use."""
    derived: set[str] = field(default_factory=set)
    """The names of those that read what the database makes of a column for them."""

    @property
    def source(self) -> Source:
        return self.loader.source

    @property
    def needs(self) -> tuple[str, ...]:
        """The columns that all of its fields together read."""
        read = (column for each in self.fields.values() for column in each.needs)
        return tuple(sorted({*self.visibility.needs, *read}))

    def wrap(self, row: Row) -> object:
        """The object of the graph that stands for a row: an instance of the type that holds the row and nothing
        else.
        """
        value: Any = object.__new__(self.type)
        value.row = row
        return value

    def admit(self, viewer: Viewer, row: Row | None) -> object | None:
        """The object of the graph that stands for a row.  A row that the viewer may not see is as if it were not
        there: null, and no error that would tell the difference.
        """
        return None if row is None or not self.visibility.permits(viewer, row) else self.wrap(row)


BY_MODEL: dict[Model, Entity] = {}
BY_NAME: dict[str, Entity] = {}
ROOTS: list[type] = []


def entity(
    model: Model,
    *,
    description: str,
    visible: Iterable[Audience],
    owner: str | tuple[str, ...] = (),
    published: str | None = None,
    is_extract: bool = False,
) -> Callable[[T], T]:
    """Declares a type of the graph as the rows of a model.

    `visible` says who may see a row at all; `owner` names the attributes that hold the ids of the persons whom a
    row is about; `published` names an attribute of truth values, and rows where it is false are there for
    administrators only.  An extract shows a part of rows that have a type already, to other viewers and without
    their ids.
    """
    owners = (owner,) if isinstance(owner, str) else owner
    audiences = frozenset(visible)
    stored = source_of(model).stored
    visibility = Visibility(audiences, tuple(map(stored, owners)), stored(published) if published else None)

    def declare(cls: T) -> T:
        own_inherited_fields(cls)
        graph_type = strawberry.type(cls, description=description, directives=[Visible(to=in_order(audiences))])
        declared = Entity(cls.__name__, graph_type, One(model), visibility)
        for each in declared_fields(graph_type):
            each.bind(declared)
            declared.fields[to_camel_case(each.python_name)] = each
            if each.declaration.is_derived:
                declared.derived.add(to_camel_case(each.python_name))
        BY_NAME[declared.name] = declared
        if not is_extract:
            BY_MODEL[model] = declared
        return graph_type

    return declare


def root(description: str) -> Callable[[T], T]:
    """Declares a root type, whose declared fields stand on no row."""

    def declare(cls: T) -> T:
        graph_type = strawberry.type(cls, description=description)
        for each in declared_fields(graph_type):
            each.bind(None)
        ROOTS.append(graph_type)
        return graph_type

    return declare


def declared_fields(graph_type: type) -> "list[DeclaredField]":
    """The fields of a type, all of which are declared."""
    fields: list[DeclaredField] = get_object_definition(graph_type, strict=True).fields  # type: ignore[assignment]
    return fields


def own_inherited_fields(cls: type) -> None:
    """Gives a type copies of the fields that it takes over from its interfaces, since each type binds them to its
    own columns.
    """
    for interface in cls.__bases__:
        definition = get_object_definition(interface)
        for inherited in definition.fields if definition else ():
            if inherited.python_name not in cls.__dict__:
                setattr(cls, inherited.python_name, copy(inherited))


def in_order(audiences: Iterable[Audience]) -> list[Audience]:
    return [audience for audience in Audience if audience in set(audiences)]
