"""The engine: answers what is compiled, and says when it does not."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import structlog
from graphql import GraphQLError
from strawberry.utils.str_converters import to_camel_case

from gateway.engine import catalog, columns, facts, nodes, pages, relations, roots, stretches  # noqa: F401  They plan.
from gateway.engine.flaws import without_flaws
from gateway.engine.operations import Operations
from gateway.engine.run import Run
from gateway.engine.surprises import Lost, Uncovered
from resolvers.context import Context, Handles
from resolvers.refusals import Refusal
from resolvers.stores import without
from schema.build import Schema
from schema.entities import declared_fields
from schema.query import Query

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operation is answered with; the errors are those of fields that are null."""

    data: dict[str, Any]
    errors: list[GraphQLError]


@dataclass(frozen=True, slots=True)
class Declined:
    """The engine does not answer: graphql-core does, in this context."""

    reason: str
    context: Context


class Engine:
    """Answers operations for one process."""

    def __init__(self, schema: Schema) -> None:
        self.operations = Operations(schema)
        self.declared = {to_camel_case(each.python_name): each for each in declared_fields(Query)}
        self.outcomes: Counter[str] = Counter()

    async def answer(
        self, query: str, operation_name: str | None, variables: dict[str, Any] | None, context: Context
    ) -> Answer | Declined:
        given = variables or {}
        try:
            operation = self.operations.find((query, operation_name))
            values = operation.variables.values(given)
            operation.check_size(given)
            size = operation.size
            program = operation.program(context.viewer.role, values, self.declared)
            if operation.size != size:
                self.operations.grown(operation.size - size)
            run = program.prepared(Run(context, values))
            data = await program.function(run)
        except Uncovered as reason:
            return self.declined(str(reason), context)
        except Lost as lost:
            return self.declined("database away", context, without(context.handles, lost.refusal))
        except Refusal as refusal:
            return self.declined(f"refused {refusal.code}", context)
        except Exception as error:  # noqa: BLE001  Whatever it is, graphql-core finds it again and says what it is.
            log.warning("surprise", error=repr(error))
            return self.declined("surprise", context)
        self.outcomes["compiled"] += 1
        if run.is_flawed:
            data, errors = without_flaws(data)
            return Answer(data, errors)
        return Answer(data, [])

    def declined(self, reason: str, context: Context, handles: Handles | None = None) -> Declined:
        """A context of its own, since what was spent and kept on the way is not the other executor's."""
        self.outcomes[reason] += 1
        return Declined(reason, Context(handles or context.handles, context.viewer))
