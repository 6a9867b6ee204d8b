"""The operations that are compiled: found by their text, compiled when they are asked for again, and given up in the
order in which they were last asked for, when there is no more room.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from uuid import UUID

from graphql import DocumentNode, GraphQLError, GraphQLSchema, OperationDefinitionNode, Undefined, parse, validate

from gateway.engine.compiler import Compiler
from gateway.engine.program import Program
from gateway.engine.reading import Reading, chosen, conditional
from gateway.engine.surprises import Uncovered
from gateway.engine.variables import Given, Variables
from models.identity import Role
from resolvers.viewer import Viewer
from schema.build import MOST_TOKENS, Schema
from schema.declarations import DeclaredField
from schema.limits import MOST_OBJECTS, objects_in

Text: TypeAlias = tuple[str, str | None]
"""A document and the name of the operation in it."""

ROOM = 128 << 20
BYTES_OF_TEXT, BYTES_OF_SOURCE, BYTES_OF_PROGRAM = 220, 30, 2000
"""What is kept of a character of a document, of a character of source, and of a program apart from those: measured."""
MOST_SEEN = 20_000
MOST_ESTIMATES = 512
SOMEBODY = UUID(int=0)
TEXT, MANY = "text", "many"


@dataclass(slots=True)
class Operation:
    """A valid operation, and what was compiled of it: for viewers of each role, and for each outcome of its
    conditional directives.
    """

    text: Text
    schema: Schema
    document: DocumentNode
    definition: OperationDefinitionNode
    variables: Variables
    conditions: tuple[str, ...]
    grow: "Callable[[Operation, int], None]"
    """Hears how many bytes more are kept."""
    size: int
    programs: dict[tuple[Any, ...], Program | Uncovered] = field(default_factory=dict)
    estimates: dict[tuple[Any, ...], bool] = field(default_factory=dict)

    def check_size(self, given: Given, role: Role | None) -> None:
        """Raises Uncovered for an answer that might hold too many objects, which graphql-core refuses."""
        weights = [weight_of(given.get(name, Undefined)) for name in self.variables.by_name]
        if MANY in weights:
            is_small = self.is_small(given, role)
        else:
            key = (role, *weights)
            known = self.estimates.get(key)
            if known is None:
                if len(self.estimates) >= MOST_ESTIMATES:
                    self.estimates.clear()
                known = self.estimates[key] = self.is_small(given, role)
            is_small = known
        if not is_small:
            raise Uncovered("too expensive")

    def is_small(self, given: Given, role: Role | None) -> bool:
        graphql_schema: GraphQLSchema = self.schema._schema  # noqa: SLF001  Strawberry has no other way to it.
        return objects_in(graphql_schema, self.document, self.definition, given, somebody(role)) <= MOST_OBJECTS

    def program(self, role: Role | None, values: Given, declared: Mapping[str, DeclaredField]) -> Program:
        """What was compiled for viewers of this role and these values.  Raises Uncovered."""
        conditions = {name: values.get(name) for name in self.conditions}
        key = (role, *conditions.values())
        found = self.programs.get(key)
        if found is None:
            found = self.programs[key] = self.compiled(role, conditions, declared)
            self.grow(self, BYTES_OF_PROGRAM)
        if isinstance(found, Uncovered):
            raise found
        return found

    def keep_source(self, characters: int) -> None:
        self.grow(self, BYTES_OF_SOURCE * characters)

    def compiled(
        self, role: Role | None, conditions: Mapping[str, Any], declared: Mapping[str, DeclaredField]
    ) -> Program | Uncovered:
        graphql_schema: GraphQLSchema = self.schema._schema  # noqa: SLF001
        reading = Reading(graphql_schema, self.document, self.definition, conditions)
        compiler = Compiler(self.schema, reading, self.variables, somebody(role), self.keep_source)
        try:
            return compiler.program(compiler.main(declared))
        except Uncovered as reason:
            return reason
        except GraphQLError:
            return Uncovered("bad directive")


def somebody(role: Role | None) -> Viewer:
    """A viewer of a role: nothing that is kept depends on who it is."""
    return Viewer(None if role is None else SOMEBODY, role)


class Operations:
    """The operations of one process; `room` is how many bytes they may take together, about."""

    def __init__(self, schema: Schema, room: int = ROOM) -> None:
        self.schema, self.room = schema, room
        self.size = 0
        self._known: OrderedDict[Text, Operation | Uncovered] = OrderedDict()
        self._seen: OrderedDict[int, None] = OrderedDict()

    @property
    def count(self) -> int:
        return len(self._known)

    def find(self, text: Text) -> Operation:
        """The operation, if its text was asked for before.  Raises Uncovered."""
        found = self._known.get(text)
        if found is None:
            found = self._admit(text)
        else:
            self._known.move_to_end(text)
        if isinstance(found, Uncovered):
            raise found
        return found

    def grow(self, operation: Operation, size: int) -> None:
        """Makes room for what was compiled of an operation."""
        operation.size += size
        if self._known.get(operation.text) is operation:
            self._make_room(size)

    def _make_room(self, size: int) -> None:
        self.size += size
        while self.size > self.room and self._known:
            text, given_up = self._known.popitem(last=False)
            self.size -= size_of(text, given_up)

    def _admit(self, text: Text) -> Operation | Uncovered:
        hashed = hash(text)
        if hashed not in self._seen:
            self._seen[hashed] = None
            if len(self._seen) > MOST_SEEN:
                self._seen.popitem(last=False)
            return Uncovered("first sight")
        known = self._known[text] = self._read(text)
        self._make_room(size_of(text, known))
        return known

    def _read(self, text: Text) -> Operation | Uncovered:
        graphql_schema: GraphQLSchema = self.schema._schema  # noqa: SLF001  Strawberry has no other way to it.
        query, name = text
        try:
            document = parse(query, max_tokens=MOST_TOKENS)
            if validate(graphql_schema, document):
                return Uncovered("invalid")
            definition = chosen(document, name)
            variables = Variables(graphql_schema, definition.variable_definitions or ())
        except GraphQLError:
            return Uncovered("invalid")
        except Uncovered as reason:
            return reason
        conditions = tuple(conditional(document))
        return Operation(text, self.schema, document, definition, variables, conditions, self.grow, weight(query))


def weight_of(value: Any) -> Any:
    """What of a variable that came with a request can change how much is asked for; MANY for what has parts."""
    if value is None or value is Undefined or isinstance(value, int | float):
        return value
    return MANY if isinstance(value, dict | list) else TEXT


def size_of(text: Text, known: Operation | Uncovered) -> int:
    return known.size if isinstance(known, Operation) else BYTES_OF_PROGRAM + len(text[0])


def weight(query: str) -> int:
    return BYTES_OF_PROGRAM + BYTES_OF_TEXT * len(query)
