"""Both executors asked the same, and what differs between their answers."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from graphql import GraphQLError
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.execution import PreExecutionError

from gateway.engine.engine import Engine
from resolvers.context import Context, Handles
from resolvers.viewer import Viewer
from schema.build import Schema, build
from schema.errors import presented
from tests.engine.cases import Case, Round

Errors = Sequence[str]
FIRST = "first sight"
AWAY = "does not answer at the moment"
MOST_TRIES = 3


@dataclass(frozen=True)
class Told:
    """An answer as a client gets it: bytes of data, and sorted errors.  `is_refused` where nothing was executed."""

    data: bytes
    errors: Errors
    is_refused: bool = False


@dataclass(frozen=True)
class Difference:
    case: str
    query: str
    operation_name: str | None
    round: Round
    variables: dict[str, Any]
    engine: Told
    core: Told

    def __str__(self) -> str:
        lines = (
            f"seed/number {self.case}, viewer {self.round.viewer}, operationName {self.operation_name!r}",
            self.query,
            f"variables {json.dumps(self.variables)}",
            f"engine        {self.engine.data.decode()[:3000]}",
            f"graphql-core  {self.core.data.decode()[:3000]}",
            *(f"engine only        {each}" for each in missing(self.engine.errors, self.core.errors)),
            *(f"graphql-core only  {each}" for each in missing(self.core.errors, self.engine.errors)),
        )
        return "\n".join(lines)


def missing(ours: Errors, theirs: Errors) -> list[str]:
    return list((Counter(ours) - Counter(theirs)).elements())


def told(data: Any, errors: Sequence[GraphQLError] | None, *, is_refused: bool = False) -> Told:
    shown = sorted(orjson.dumps(presented(each, "id"), option=orjson.OPT_SORT_KEYS).decode() for each in errors or ())
    return Told(orjson.dumps(data), shown, is_refused)


@dataclass
class Executors:
    """graphql-core and an engine over the same databases."""

    schema: Schema
    handles: Handles
    viewers: Mapping[str, Viewer]
    engine: Any = None
    masked: list[str] = field(default_factory=list)
    """The operations that graphql-core answered with an error of ours."""
    outcomes: Counter[str] = field(default_factory=Counter)
    """What became of each asking: its outcome in the engine, marked where graphql-core refused it as a whole."""

    def __post_init__(self) -> None:
        # The judge is asked for the same text several times, and half of its time is validation.
        self.judge = build()
        self.judge.extensions = (*self.judge.extensions, lambda: ParserCache(64), lambda: ValidationCache(64))
        if self.engine is None:
            self.engine = Engine(self.schema)

    def context(self, viewer: Viewer) -> Context:
        return Context(self.handles, viewer)

    async def with_charts(self, arguments: Sequence[str]) -> "Executors":
        """Has charts computed beforehand: whoever asks first is told so, and others see one more in their lists."""
        for viewer in self.viewers.values():
            for each in arguments:
                await self.core(f"{{ chart{each} {{ type }} }}", None, {}, self.context(viewer))
        return self

    async def core(self, query: str, name: str | None, variables: dict[str, Any], context: Context) -> Told:
        try:
            result = await self.judge.execute(
                query, variable_values=variables, context_value=context, operation_name=name
            )
        except (CannotGetOperationTypeError, InvalidOperationTypeError) as error:
            return Told(repr(error).encode(), [], is_refused=True)
        is_refused = isinstance(result, PreExecutionError) or (
            result.data is None and all(each.path is None for each in result.errors or ())
        )
        return told(result.data, result.errors, is_refused=is_refused)

    async def compiled(
        self, query: str, name: str | None, variables: dict[str, Any], viewer: Viewer
    ) -> tuple[Any, str]:
        """What the engine says to an operation that it has seen before: an answer, or that it declines and why."""
        outcome, answer = FIRST, None
        while outcome == FIRST:
            answer = await self.engine.answer(query, name, variables, self.context(viewer))
            outcome = getattr(answer, "reason", "compiled")
        return answer, outcome

    async def both(self, case: Case, variables: dict[str, Any], viewer: Viewer) -> tuple[Any, str, Told]:
        """What both say.  A database that is busy with other things and takes too long is asked again."""
        for _ in range(MOST_TRIES):
            answer, outcome = await self.compiled(case.query, case.operation_name, variables, viewer)
            core = await self.core(case.query, case.operation_name, variables, self.context(viewer))
            late = outcome == "database away" or any(
                AWAY in presented(each, "id")["message"] for each in errors_of(answer)
            )
            if not late and not any(AWAY in each for each in core.errors):
                break
        return answer, outcome, core

    async def compare(self, case: Case) -> Difference | None:
        """The first difference between the answers of both."""
        first: Any = None
        for turn in case.rounds:
            variables = dict(turn.variables)
            for variable, response in turn.pages:
                variables[variable] = cursor_below(first, response)
            viewer = self.viewers[turn.viewer]
            answer, outcome, core = await self.both(case, variables, viewer)
            if any('"INTERNAL"' in each for each in core.errors):
                self.masked.append(f"{case.name}: {case.query}\n{core.errors}")
            self.outcomes[f"{outcome} (refused)" if core.is_refused else outcome] += 1
            first = first if first is not None else orjson.loads(core.data) if not core.is_refused else None
            if hasattr(answer, "data"):
                ours = told(answer.data, answer.errors)
                if (ours.data, ours.errors) != (core.data, core.errors):
                    return Difference(case.name, case.query, case.operation_name, turn, variables, ours, core)
        return None


def errors_of(answer: Any) -> Sequence[GraphQLError]:
    return getattr(answer, "errors", ())


def cursor_below(data: Any, response: str) -> str | None:
    """A cursor that the list of this response name gave, wherever it stands."""
    if isinstance(data, list):
        return next((found for each in data if (found := cursor_below(each, response))), None)
    if not isinstance(data, dict):
        return None
    page = data.get(response)
    if isinstance(page, dict) and isinstance(page.get("cursors"), dict):
        cursor: str | None = page["cursors"].get("cursor")
        return cursor
    return next((found for each in data.values() if (found := cursor_below(each, response))), None)
