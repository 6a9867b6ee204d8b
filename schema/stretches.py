"""Lists that are told by `first` how far to go: a part of an array of a document, or the first of the rows of a key.
The databases cut them, so that what is not shown is not fetched.
"""

from abc import abstractmethod
from asyncio import gather
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any, ClassVar, cast

from graphql import FieldNode, GraphQLObjectType
from graphql.execution.values import get_argument_values
from strawberry.types.arguments import StrawberryArgument

from resolvers.loading import One, Pages, load, order_of
from resolvers.pages import DEFAULT_SIZE, LARGEST_SIZE
from resolvers.refusals import BadPage
from resolvers.sources import Window, length, stretch
from resolvers.stores import Row
from schema.declarations import Arguments, Declaration, Resolve, argument, declare
from schema.entities import BY_MODEL, Entity
from schema.selections import ResolveInfo, columns, variables
from schema.visibility import Audience

MOST_SKIPPED = 1_000_000
SKIP = argument("skip", int | None, "How many of the list to pass over first; none unless told.")


@dataclass(frozen=True)
class Bounds:
    """How many of a list there are unless it is told, and at most."""

    usual: int = DEFAULT_SIZE
    most: int = LARGEST_SIZE

    @property
    def first(self) -> StrawberryArgument:
        return argument("first", int | None, f"How many, at most {self.most}; {self.usual} unless told.")

    def size(self, given: Arguments) -> int:
        return bounded("first", given.get("first"), self.usual, self.most)


def bounded(name: str, given: int | None, usual: int, most: int) -> int:
    size = usual if given is None else given
    if not 0 <= size <= most:
        raise BadPage(f"'{name}' is a number from 0 to {most}, and was {size}.")
    return size


class Derivation(Declaration):
    """A field that reads what MongoDB makes of a column, which may depend on its arguments."""

    is_derived: ClassVar[bool] = True

    def attributes(self, name: str) -> tuple[str, ...]:  # noqa: ARG002
        return ()

    @abstractmethod
    def column(self, entity: Entity, given: Arguments) -> str:
        """What is to be fetched for these arguments.  Raises BadPage."""

    def derived(self, entity: Entity, name: str, info: ResolveInfo, node: FieldNode) -> tuple[str, ...]:
        """The column for one selection of the field called `name`; none where the field itself will refuse it."""
        graph_type = cast("GraphQLObjectType", info.schema.get_type(entity.name))
        try:
            return (self.column(entity, get_argument_values(graph_type.fields[name], node, variables(info))),)
        except BadPage:
            return ()


@dataclass(frozen=True)
class Length(Derivation):
    by: str

    def column(self, entity: Entity, given: Arguments) -> str:  # noqa: ARG002
        return length(entity.source.stored(self.by))

    def resolver(self, stored: tuple[str, ...], entity: Entity | None) -> Resolve:  # noqa: ARG002
        column = self.column(cast("Entity", entity), {})
        return lambda row, _info, _arguments: row[column]


@dataclass(frozen=True)
class Stretch(Derivation):
    by: str
    bounds: Bounds

    def column(self, entity: Entity, given: Arguments) -> str:
        skipped = bounded("skip", given.get("skip"), 0, MOST_SKIPPED)
        return stretch(entity.source.stored(self.by), skipped, self.bounds.size(given))


@dataclass(frozen=True)
class Part(Stretch):
    """What a plain function makes of a part of an array."""

    function: Callable[[Sequence[Any]], Any]

    def resolver(self, stored: tuple[str, ...], entity: Entity | None) -> Resolve:  # noqa: ARG002
        owner = cast("Entity", entity)
        return lambda row, _info, given: self.function(row[self.column(owner, given)])


@dataclass(frozen=True)
class Listed(Stretch):
    """The rows whose keys are a part of an array."""

    loader: One

    def resolver(self, stored: tuple[str, ...], entity: Entity | None) -> Resolve:  # noqa: ARG002
        owner = cast("Entity", entity)

        async def resolve(row: Row, info: ResolveInfo, given: Arguments) -> list[object]:
            entity, viewer = BY_MODEL[self.loader.model], info.context.viewer
            keys, wanted = row[self.column(owner, given)], columns(info, entity, info.field_nodes)
            rows = await gather(*(load(info.context, self.loader, key, wanted) for key in keys))
            admitted = (entity.admit(viewer, each) for each in rows)
            return [each for each in admitted if each is not None]

        return resolve


@dataclass(frozen=True)
class First(Declaration):
    """The first of the rows of a key that the viewer may see."""

    pages: Pages
    by: str
    bounds: Bounds

    def attributes(self, name: str) -> tuple[str, ...]:  # noqa: ARG002
        return (self.by,)

    def resolver(self, stored: tuple[str, ...], entity: Entity | None) -> Resolve:  # noqa: ARG002
        (key,) = stored

        async def resolve(row: Row, info: ResolveInfo, given: Arguments) -> list[object]:
            size, entity = self.bounds.size(given), BY_MODEL[self.pages.model]
            if size == 0:
                return []
            order = order_of(self.pages.model, *self.pages.order)
            window = Window(limit=size, order=order, where=entity.visibility.condition(info.context.viewer))
            wanted = columns(info, entity, info.field_nodes)
            rows = await load(info.context, self.pages, row[key], wanted, window)
            return [entity.wrap(each) for each in rows or ()]

        return resolve


def bounded_field(
    declaration: Declaration, bounds: Bounds, description: str, visible: Iterable[Audience] | None, *more: Any
) -> Any:
    field = declare(declaration, description, visible, usual_size=bounds.usual)
    field.arguments = [bounds.first, *more]
    return field


def length_of(by: str, *, description: str, visible: Iterable[Audience] | None = None) -> Any:
    """A field that is how long an array of a document is."""
    return declare(Length(by), description, visible)


def part_of(
    function: Callable[[Sequence[Any]], Any],
    *,
    by: str,
    bounds: Bounds,
    description: str,
    visible: Iterable[Audience] | None = None,
) -> Any:
    """A field that is what a plain function makes of a part of an array of a document."""
    return bounded_field(Part(by, bounds, function), bounds, description, visible, copy(SKIP))


def listed(loader: One, *, by: str, description: str, visible: Iterable[Audience] | None = None) -> Any:
    """A field that is the rows whose keys stand in a part of the array `by` of a document, in their order there."""
    bounds = Bounds()
    return bounded_field(Listed(by, bounds, loader), bounds, description, visible, copy(SKIP))


def first_of(pages: Pages, *, by: str, description: str, visible: Iterable[Audience] | None = None) -> Any:
    """A field that is the first of the rows whose key equals `by`, where few have more than those."""
    bounds = Bounds()
    return bounded_field(First(pages, by, bounds), bounds, description, visible)
