"""`node` and `nodes`: rows of any type.  Which types are meant is known when a request is there, so what an operation
selects of a type is compiled when it is first asked for.
"""

from asyncio import gather
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from graphql.execution.collect_fields import FieldDetails

from gateway.engine.compiler import Compiler
from gateway.engine.planning import plans_root
from gateway.engine.program import Prepare, Program
from gateway.engine.run import Run
from gateway.engine.scopes import Member, indented, with_me
from gateway.engine.variables import Given
from schema.entities import Entity
from schema.nodes import Found, FoundMany, parsed

ROWS_OF_TYPE = "rows_of_type"


@dataclass(slots=True, eq=False)
class NodesOfAnyType:
    """What an operation selects of whatever has an id."""

    compiler: Compiler
    details: Sequence[FieldDetails]
    programs: dict[str, Program] = field(default_factory=dict)

    def program(self, entity: Entity) -> Program:
        if entity.name not in self.programs:
            self.programs[entity.name] = self.compiled(entity)
        return self.programs[entity.name]

    def compiled(self, entity: Entity) -> Program:
        compiler = self.compiler.fresh()
        module, far = compiler.module, compiler.target(entity, self.details)
        body = [
            f"found = await run.rows({module.bind(entity.loader, 'loader')}, keys, {far.wanted(module)})",
            *far.admitted(),
            f"return {far.by_key()}",
        ]
        module.define(f"async def {ROWS_OF_TYPE}(run, keys):", *indented(with_me(body)))
        return compiler.program(ROWS_OF_TYPE)

    async def found(self, run: Run, wanted: Sequence[tuple[Entity, UUID]]) -> list[Any]:
        """What is written of each of these, None where there is nothing for this viewer."""
        keys: dict[str, set[UUID]] = {}
        entities = {entity.name: entity for entity, _ in wanted}
        for entity, key in wanted:
            keys.setdefault(entity.name, set()).add(key)
        runs = [self.program(entities[name]).prepared(run) for name in keys]
        answers = await gather(
            *(self.programs[name].function(each, keys[name]) for name, each in zip(keys, runs, strict=True))
        )
        run.is_flawed |= any(each.is_flawed for each in runs)
        written: Mapping[str, Mapping[UUID, Any]] = dict(zip(keys, answers, strict=True))
        return [written[entity.name].get(key) for entity, key in wanted]


@plans_root(Found)
def found(compiler: Compiler, member: Member, _: Found) -> str:
    def prepare(__: Run, given: Given) -> Any:
        return parsed([given["id"]])

    return by_ids(compiler, member, prepare, "[0]")


@plans_root(FoundMany)
def found_many(compiler: Compiler, member: Member, _: FoundMany) -> str:
    def prepare(__: Run, given: Given) -> Any:
        return parsed(given["ids"])

    return by_ids(compiler, member, prepare, "")


def by_ids(compiler: Compiler, member: Member, prepare: Prepare, part: str) -> str:
    module, function = compiler.module, compiler.module.name("root_nodes_")
    nodes = module.bind(NodesOfAnyType(compiler, member.details), "nodes")
    module.define(
        f"async def {function}(run):",
        f"    return (await {nodes}.found(run, {compiler.prepared(member, prepare)})){part}",
    )
    return function
