"""From the fields that an operation selects to functions that write rows.

For each type at each place there is one function, which takes all rows of its layer at once.  It first lets every
related field fetch for all of them together, and then writes them one after the other.
"""

from collections.abc import Callable, Mapping, Sequence

from graphql import GraphQLObjectType, is_non_null_type
from graphql.execution.collect_fields import FieldDetails
from strawberry.utils.str_converters import to_camel_case

from gateway.engine.arguments import Arguments
from gateway.engine.flaws import Flaw, Place
from gateway.engine.module import Module
from gateway.engine.planning import planned, planned_root
from gateway.engine.program import Prepare, Program
from gateway.engine.reading import Reading
from gateway.engine.run import RUNTIME
from gateway.engine.scopes import NEVER, Member, Scope, Shape, Target, Value, gathered, indented
from gateway.engine.surprises import Uncovered
from gateway.engine.variables import Variables
from models.identity import Role
from resolvers.refusals import Forbidden
from resolvers.viewer import Viewer
from schema.build import Schema
from schema.declarations import DeclaredField
from schema.entities import Entity
from schema.visibility import OWNER, Visibility


class Compiler:
    """Compiles one operation for viewers of one role."""

    def __init__(
        self, schema: Schema, reading: Reading, variables: Variables, viewer: Viewer, grow: Callable[[int], None]
    ) -> None:
        self.schema, self.reading, self.variables, self.viewer = schema, reading, variables, viewer
        self.grow = grow
        self.module = Module()
        self.module.namespace |= RUNTIME
        self.preparations: list[tuple[Arguments | None, Prepare]] = []

    def fresh(self) -> "Compiler":
        """A compiler of another function for the same operation and viewers."""
        return Compiler(self.schema, self.reading, self.variables, self.viewer, self.grow)

    def program(self, function: str) -> Program:
        """What was written, ready to run; `function` is the name of the one to call."""
        source = self.module.source
        self.grow(len(source))
        return Program(self.module.load()[function], self.preparations, source)

    def main(self, declared: Mapping[str, DeclaredField]) -> str:
        """Writes the function that answers the whole operation, and returns its name."""
        kind = self.object_type("Query")
        members, found, calls = [], [], []
        is_flawed = False
        for name, details in self.reading.root().items():
            member = self.member(kind, declared, name, details)
            if member is None:
                value = self.module.bind(kind.name, "typename")
            elif member.condition == NEVER:
                value, is_flawed = self.refusal(member), True
            else:
                value = self.module.name("answer_")
                found.append(value)
                calls.append(f"run.root({planned_root(self, member)}, {self.module.bind(member.place, 'place')})")
            members.append(f"{self.module.bind(name, 'name')}: {value}")
        main = self.module.name("answer_")
        flawed = ["run.is_flawed = True"] if is_flawed else []
        body = [*flawed, *gathered(found, calls), f"return {{{', '.join(members)}}}"]
        self.module.define(f"async def {main}(run):", *indented(body))
        return main

    def target(self, entity: Entity, details: Sequence[FieldDetails]) -> Target:
        """Writes the function that writes rows of a type that the viewer may perhaps not see all of."""
        condition = self.permitted(entity.visibility)
        return Target(self.shape(entity, details), condition, entity.visibility.needs if condition else ())

    def shape(self, entity: Entity, details: Sequence[FieldDetails]) -> Shape:
        """Writes the function that writes rows of a type, as these fields select of it."""
        kind = self.object_type(entity.name)
        scope = Scope(self, entity)
        for name, merged in self.reading.below(kind, details).items():
            member = self.member(kind, entity.fields, name, merged)
            if member is None:
                scope.add(name, Value((), self.module.bind(kind.name, "typename")))
            elif member.condition == NEVER:
                scope.is_flawed = True
                scope.add(name, Value((), self.refusal(member)))
            else:
                scope.add(name, self.guarded(scope, member))
        return scope.write()

    def guarded(self, scope: Scope, member: Member) -> Value:
        """The value of a field in the rows that the viewer may see it of, and its refusal in the others."""
        value = planned(scope, member)
        if member.condition is None:
            return value
        for column in member.field.visibility.needs if member.field.visibility else ():
            scope.column(column)
        shown = self.module.name("value_")
        lines = [
            f"if {member.condition}:",
            *indented([*value.lines, f"{shown} = {value.source}"]),
            "else:",
            *indented([f"{shown} = {self.refusal(member)}", "run.is_flawed = True"]),
        ]
        return Value(lines, shown)

    def member(
        self, kind: GraphQLObjectType, declared: Mapping[str, DeclaredField], name: str, details: Sequence[FieldDetails]
    ) -> Member | None:
        """The field that these merge into; None for `__typename`.  Raises Uncovered."""
        said = details[0].node.name.value
        if said == "__typename":
            return None
        if said not in declared:
            raise Uncovered(said)
        definition = kind.fields[said]
        place = Place(tuple(each.node for each in details), not is_non_null_type(definition.type))
        condition = self.permitted(declared[said].visibility)
        if condition is not None and not place.is_nullable:
            raise Uncovered("hidden field that is required")
        return Member(name, declared[said], details, definition, place, condition)

    def permitted(self, visibility: Visibility | None) -> str | None:
        """The source of whether the viewer, called `me`, may see a row, or a field of it; None if they always may."""
        if visibility is None:
            return None
        conditions = []
        if visibility.published is not None and self.viewer.role is not Role.ADMIN:
            conditions.append(f"row[{self.module.bind(visibility.published, 'column')}]")
        if not visibility.decides_by_role(self.viewer):
            if OWNER not in visibility.audiences or not self.viewer.is_signed_in or not visibility.owners:
                return NEVER
            owners = [f"row[{self.module.bind(each, 'column')}] == me" for each in visibility.owners]
            conditions.append(f"({' or '.join(owners)})")
        return " and ".join(conditions) or None

    def refusal(self, member: Member) -> str:
        """The name of what stands for a field that the viewer may not see.  Arguments that cannot be come first."""
        if member.definition.args and member.condition == NEVER:
            self.prepared(member, lambda *_: None)
        return self.module.bind(Flaw(member.place, Forbidden(to_camel_case(member.field.python_name))), "refused")

    def prepared(self, member: Member, prepare: Prepare) -> str:
        """The source of what is made of a field's arguments before anything is fetched."""
        arguments = None
        if member.definition.args:
            node, scalars = member.details[0].node, self.schema.schema_converter.scalar_registry
            arguments = Arguments(member.field, member.definition, node, self.variables, self.schema.config, scalars)
        self.preparations.append((arguments, prepare))
        return f"run.prepared[{len(self.preparations) - 1}]"

    def object_type(self, name: str) -> GraphQLObjectType:
        kind = self.reading.schema.get_type(name)
        if not isinstance(kind, GraphQLObjectType):
            raise Uncovered(name)
        return kind
