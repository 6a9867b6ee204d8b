"""The engine: answers what is compiled, and says when it does not."""

from collections import Counter
from dataclasses import dataclass
from typing import Any, NamedTuple

import structlog
from graphql import GraphQLError
from strawberry.utils.str_converters import to_camel_case

from gateway.engine import catalog, columns, facts, nodes, pages, relations, roots, stretches  # noqa: F401  They plan.
from gateway.engine.flaws import without_flaws
from gateway.engine.operations import Operations, Text
from gateway.engine.run import Run
from gateway.engine.surprises import Lost, Uncovered
from gateway.engine.variables import Given
from resolvers.context import Context
from resolvers.refusals import Refusal
from resolvers.stores import without
from schema.build import Schema
from schema.entities import declared_fields
from schema.query import Query

log = structlog.get_logger(__name__)


class Answer(NamedTuple):
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
        handles = context.handles
        try:
            answer = await self._run((query, operation_name), variables or {}, context)
        except Uncovered as uncovered:
            reason = str(uncovered)
        except Lost as lost:
            reason, handles = "database away", without(handles, lost.refusal)
        except Refusal as refusal:
            reason = f"refused {refusal.code}"
        except GraphQLError:
            reason = "bad directive"
        except Exception as error:  # noqa: BLE001  Whatever it is, graphql-core finds it again and says what it is.
            log.warning("surprise", error=repr(error))
            reason = "surprise"
        else:
            self.outcomes["compiled"] += 1
            return answer
        self.outcomes[reason] += 1
        # A context of its own, since what was spent and kept on the way is not the other executor's.
        return Declined(reason, Context(handles, context.viewer))

    async def _run(self, text: Text, given: Given, context: Context) -> Answer:
        operation = self.operations.find(text)
        operation.check_size(given, context.viewer.role)
        values = operation.variables.coerced(given)
        program = operation.program(context.viewer.role, values, self.declared)
        run = Run(context, values)
        program.prepare(run)
        data = await program.function(run)
        return Answer(*without_flaws(data)) if run.is_flawed else Answer(data, [])
