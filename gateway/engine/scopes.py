"""Functions that write rows, while they are written themselves: which columns they need, what they fetch first, and
the lines that write one row.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from graphql import GraphQLField, GraphQLOutputType
from graphql.execution.collect_fields import FieldDetails

from gateway.engine.flaws import Place
from gateway.engine.module import Module
from resolvers.tables import TableSource
from schema.declarations import DeclaredField
from schema.entities import Entity

if TYPE_CHECKING:
    from gateway.engine.compiler import Compiler

NEVER = "False"


class Value(NamedTuple):
    """A value as source: the lines that lead to it, and the expression that it is then."""

    lines: Sequence[str]
    source: str


@dataclass(frozen=True, slots=True)
class Member:
    """A field under its response name.  `condition` is the source of whether the viewer may see it of a row; None
    where they always may.
    """

    name: str
    field: DeclaredField
    details: Sequence[FieldDetails]
    definition: GraphQLField
    place: Place
    condition: str | None

    @property
    def kind(self) -> GraphQLOutputType:
        return self.definition.type

    def keys(self, key: str) -> str:
        """The source of the set of what an expression is worth in all rows that the viewer may see this of."""
        return f"{{{key} for row in rows{self.allowed}}}"

    @property
    def allowed(self) -> str:
        """What a comprehension over rows ends with, so that it leaves out those that the viewer may not see this of."""
        return f" if {self.condition}" if self.condition else ""


@dataclass(frozen=True, slots=True)
class Shape:
    """A function that writes rows of one type, as other functions refer to it."""

    name: str
    columns: tuple[str, ...]
    derived: tuple[str, ...]
    """The sources of columns that only the arguments of a run name."""
    is_async: bool

    def call(self, rows: str) -> str:
        return f"{'await ' if self.is_async else ''}{self.name}({rows}, run)"

    def wanted(self, module: Module, *more: str) -> str:
        """The source of the columns to fetch."""
        known = module.bind(tuple(sorted({*self.columns, *more})), "columns")
        return f"(*{known}, {', '.join(self.derived)})" if self.derived else known


@dataclass(frozen=True, slots=True)
class Target:
    """The far end of a relation: how its rows are written, and the condition on which the viewer may see one."""

    shape: Shape
    condition: str | None
    needs: tuple[str, ...]
    """The columns that the condition reads."""

    def wanted(self, module: Module) -> str:
        """The source of the columns to fetch."""
        return self.shape.wanted(module, *self.needs)

    def admitted(self) -> list[str]:
        """The lines that leave out the rows that the viewer may not see, of rows by key in `found`."""
        if self.condition is None:
            return []
        return [f"found = {{key: row for key, row in found.items() if {self.condition}}}"]

    def admitted_lists(self) -> list[str]:
        """The same of lists of rows by key."""
        if self.condition is None:
            return []
        rows = f"[row for row in rows if {self.condition}]"
        return [f"found = {{key: {rows} for key, rows in found.items()}}"]

    def by_key(self) -> str:
        """The source of what is written of rows by key in `found`."""
        return f"dict(zip(found, {self.shape.call('list(found.values())')}))"

    def lists_by_key(self) -> str:
        """The same of lists of rows by key."""
        return f"regrouped(found, {self.shape.call('[row for rows in found.values() for row in rows]')})"


class Step(NamedTuple):
    """What is fetched for all rows before any is written: into which variable, by which function."""

    found: str
    function: str
    place: str


@dataclass(slots=True)
class Scope:
    """The function that writes the rows of one type at one place."""

    compiler: "Compiler"
    entity: Entity
    is_flawed: bool = False
    _columns: dict[str, str] = field(default_factory=dict)
    _derived: list[str] = field(default_factory=list)
    _steps: list[Step] = field(default_factory=list)
    _lines: list[str] = field(default_factory=list)
    _members: list[str] = field(default_factory=list)

    @property
    def module(self) -> Module:
        return self.compiler.module

    def column(self, stored: str) -> str:
        """The source of a column of the row.  Its name stands for that of the column, and for its place while rows are
        written.
        """
        if stored not in self._columns:
            self._columns[stored] = self.module.bind_anew(stored, "column")
        return f"row[{self._columns[stored]}]"

    def derived(self, name: str) -> str:
        """The source of a column whose name is the value of an expression."""
        self._derived.append(name)
        return f"row[{name}]"

    def read(self, member: Member) -> list[str]:
        """The sources of the columns that a field is declared to read."""
        attributes = member.field.declaration.attributes(member.field.python_name)
        return [self.column(self.entity.source.stored(attribute)) for attribute in attributes]

    def step(self, member: Member, hint: str, *lines: str) -> str:
        """Has a function of these lines called for all `rows` of a `run` before any is written; the name of the
        variable that holds what it returns.
        """
        function, found = self.module.name(f"fetch_{hint}_"), self.module.name(f"{hint}_")
        self.module.define(f"async def {function}(rows, run):", *indented(with_me(lines)))
        self._steps.append(Step(found, function, self.module.bind(member.place, "place")))
        return found

    def add(self, name: str, value: Value) -> None:
        self._lines += value.lines
        self._members.append(f"{self.module.bind(name, 'name')}: {value.source}")

    def write(self) -> Shape:
        """Writes the function."""
        name = self.module.name(f"write_{self.entity.name}_")
        fetched = [f"run.fetched({each.function}, rows, {each.place})" for each in self._steps]
        body = [
            *(["run.is_flawed = True"] if self.is_flawed else []),
            *gathered([each.found for each in self._steps], fetched),
            *self._placed(),
            *self._written(),
        ]
        is_async = bool(self._steps)
        self.module.define(f"{'async ' if is_async else ''}def {name}(rows, run):", *indented(with_me(body)))
        return Shape(name, tuple(sorted(self._columns)), tuple(self._derived), is_async)

    def _placed(self) -> list[str]:
        """The line that finds out where columns stand in the rows: PostgreSQL's are read sooner by place than by name,
        which shows where a page of them is read.
        """
        if not self._columns or not isinstance(self.entity.source, TableSource):
            return []
        names = list(self._columns.values())
        found = ", ".join(names) if len(names) > 1 else f"({names[0]},)"
        return [f"{found} = places(rows, {self.module.bind(tuple(self._columns), 'columns')})"]

    def _written(self) -> list[str]:
        """The lines that write row after row."""
        row = f"{{{', '.join(self._members)}}}"
        if not self._lines:
            return [f"return [{row} for row in rows]"]
        return [
            "written = []",
            "for row in rows:",
            *indented([*self._lines, f"written.append({row})"]),
            "return written",
        ]


def with_me(lines: Sequence[str]) -> list[str]:
    """The lines of a function, in which conditions on owners call the viewer's id `me`."""
    return ["me = run.me", *lines] if any("== me" in line for line in lines) else list(lines)


def indented(lines: Iterable[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def gathered(found: Sequence[str], calls: Sequence[str]) -> list[str]:
    """The lines that wait for all calls at once."""
    if not calls:
        return []
    if len(calls) == 1:
        return [f"{found[0]} = await {calls[0]}"]
    return [f"{', '.join(found)} = await gather({', '.join(calls)})"]
