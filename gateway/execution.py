"""An operation is executed: by the engine where it answers, and by graphql-core otherwise."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from graphql import GraphQLError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from gateway.engine.engine import Answer, Engine
from gateway.graphql_requests import BadRequest, Operation
from resolvers.context import Context
from schema.build import Schema

ANY = set(OperationType)
READING = {OperationType.QUERY}


@dataclass(eq=False)
class NoSuchOperation(BadRequest):
    """The document is sound, and what was asked for is not in it."""


class Executed(NamedTuple):
    """What came of an operation; one that was refused was not executed at all, and has no data.  `declined` is why the
    engine did not answer, where it did not.
    """

    data: dict[str, Any] | None
    errors: list[GraphQLError]
    is_refused: bool = False
    declined: str | None = None


class Executor:
    """Executes operations; without an engine all of them by graphql-core."""

    def __init__(self, schema: Schema, engine: Engine | None) -> None:
        self.schema, self.engine = schema, engine

    async def execute(self, operation: Operation, context: Context) -> Executed:
        """Raises BadRequest where there is no such operation."""
        reason = "engine off"
        if self.engine is not None:
            outcome = await self.engine.answer(operation.query, operation.name, operation.variables, context)
            if isinstance(outcome, Answer):
                return Executed(outcome.data, outcome.errors)
            reason, context = outcome.reason, outcome.context
        return await self.interpret(operation, context, reason)

    async def interpret(self, operation: Operation, context: Context, reason: str) -> Executed:
        """Has graphql-core execute the operation."""
        try:
            result = await self.schema.execute(
                operation.query,
                variable_values=operation.variables,
                operation_name=operation.name,
                context_value=context,
                allowed_operation_types=ANY if operation.may_change else READING,
            )
        except CannotGetOperationTypeError:
            unknown = f"There is no operation named '{operation.name}' in the document."
            raise NoSuchOperation(unknown if operation.name else "The document holds no operation.") from None
        except InvalidOperationTypeError:
            raise BadRequest("Mutations and subscriptions are sent by POST.", 405) from None
        errors = result.errors or []
        is_refused = isinstance(result, PreExecutionError) or (
            result.data is None and all(error.path is None for error in errors)
        )
        return Executed(result.data, errors, is_refused, reason)
