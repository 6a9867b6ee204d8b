"""GraphQL over HTTP: a request is read and checked, executed within its time, and answered as the specification
says.

Clients that accept `application/graphql-response+json` get its status codes; all others get 200 for every
well-formed request.
"""

import asyncio
from dataclasses import dataclass
from typing import Any, ClassVar

import orjson
import strawberry
import structlog
from graphql import GraphQLError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, Response
from strawberry.http.ides import get_graphql_ide_html
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.execution import ExecutionResult, PreExecutionError
from strawberry.types.graphql import OperationType

from gateway.requests import request_id_of, viewer_from
from resolvers.context import Context
from resolvers.refusals import NotSignedIn, Refusal, StoreUnavailable
from schema.errors import is_unexpected, presented, refused, root_cause

OPERATION_SECONDS = 5.0
GRAPHQL_RESPONSE = "application/graphql-response+json"
JSON = "application/json"
LARGEST_BODY = 1 << 20
CLIENT_GONE = 499

log = structlog.get_logger(__name__)


@dataclass(eq=False)
class BadRequest(Refusal):
    """What was sent is no GraphQL request."""

    reason: str
    status: int = 400
    code: ClassVar[str] = "BAD_REQUEST"

    @property
    def message(self) -> str:
        return self.reason


@dataclass(eq=False)
class NoSuchOperation(BadRequest):
    """The document is sound, and what was asked for is not in it."""


@dataclass(eq=False)
class TookTooLong(Refusal):
    """The operation was given up."""

    code: ClassVar[str] = "TIMEOUT"
    is_retryable: ClassVar[bool] = True

    @property
    def message(self) -> str:
        return f"The operation took longer than {OPERATION_SECONDS:g} seconds: ask for less at once."


@dataclass(frozen=True, slots=True)
class Operation:
    """A GraphQL request, whose parts have the types that they should have and nothing more is known of."""

    query: str
    variables: dict[str, Any] | None
    operation_name: str | None
    may_change: bool


class GraphQLEndpoint:
    """Answers `/graphql`.  `has_ide` lets browsers have GraphiQL."""

    def __init__(self, schema: strawberry.Schema, *, has_ide: bool) -> None:
        self.schema = schema
        self.ide = get_graphql_ide_html("graphiql") if has_ide else None

    async def respond(self, request: Request) -> Response:
        accepted = request.headers.get("accept", "")
        if request.method != "POST" and "query" not in request.query_params and self.ide and "text/html" in accepted:
            return HTMLResponse(self.ide)
        media_type = GRAPHQL_RESPONSE if GRAPHQL_RESPONSE in accepted else JSON
        try:
            async with asyncio.timeout(OPERATION_SECONDS):
                operation = await read(request)
                context = Context(request.state.handles, await viewer_from(request))
                result = await self.execute(operation, context)
        except Refusal as refusal:
            note(refusal)
            return answer({"errors": [refused(refusal)]}, media_type, status_of(refusal, media_type))
        except TimeoutError:
            note(TookTooLong())
            return answer({"errors": [refused(TookTooLong())]}, media_type, status_of(TookTooLong(), media_type))
        except ClientDisconnect:
            return Response(status_code=CLIENT_GONE)
        except Exception as error:
            log.exception("request failed")
            unexpected = GraphQLError("", path=[], original_error=error)
            return answer({"errors": [presented(unexpected, request_id_of(request))]}, media_type, 500)
        return self.completed(result, media_type, request_id_of(request))

    async def execute(self, operation: Operation, context: Context) -> ExecutionResult:
        """The result of an operation, with the errors of its fields.  Raises BadRequest where there is no such
        operation.
        """
        try:
            return await self.schema.execute(
                operation.query,
                variable_values=operation.variables,
                operation_name=operation.operation_name,
                context_value=context,
                allowed_operation_types=ANY if operation.may_change else READING,
            )
        except CannotGetOperationTypeError:
            unknown = f"There is no operation named '{operation.operation_name}' in the document."
            raise NoSuchOperation(unknown if operation.operation_name else "The document holds no operation.") from None
        except InvalidOperationTypeError:
            raise BadRequest("Mutations and subscriptions are sent by POST.", 405) from None

    def completed(self, result: ExecutionResult, media_type: str, request_id: str) -> Response:
        errors = result.errors or []
        for error in errors:
            cause = root_cause(error)
            if is_unexpected(error):
                log.error("field failed", path=error.path, exc_info=cause)
            elif isinstance(cause, Refusal):
                note(cause)
        body: dict[str, Any] = {"errors": [presented(error, request_id) for error in errors]} if errors else {}
        is_refused = isinstance(result, PreExecutionError) or (
            result.data is None and all(error.path is None for error in errors)
        )
        if not is_refused:
            body["data"] = result.data
        return answer(body, media_type, 400 if is_refused and media_type == GRAPHQL_RESPONSE else 200)


ANY = set(OperationType)
READING = {OperationType.QUERY}


def note(refusal: Refusal) -> None:
    """Logs what an operator can do something about; what the caller did wrong is theirs to see."""
    if refusal.is_retryable:
        log.warning("refused", code=refusal.code, message=refusal.message, cause=repr(refusal.__cause__))


def answer(body: dict[str, Any], media_type: str, status: int) -> Response:
    headers = {405: {"Allow": "POST"}, 401: {"WWW-Authenticate": "Bearer"}, 503: {"Retry-After": "1"}}.get(status)
    return Response(orjson.dumps(body), status, headers, f"{media_type}; charset=utf-8")


def status_of(refusal: Refusal, media_type: str) -> int:
    """The status of a refused request.  Clients of plain JSON get 200 where the request itself was well-formed."""
    match refusal:
        case NoSuchOperation() | TookTooLong() if media_type == JSON:
            return 200
        case TookTooLong():
            return 503
        case BadRequest(status=status):
            return status
        case NotSignedIn():
            return 401
        case StoreUnavailable():
            return 503
        case _:
            return 400


async def read(request: Request) -> Operation:
    """The operation that an HTTP request carries.  Raises BadRequest for everything that is none."""
    if request.method != "POST":
        parameters = dict(request.query_params)
        variables = parsed(parameters["variables"].encode(), "variables") if parameters.get("variables") else None
        return checked({**parameters, "variables": variables}, may_change=False)
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type not in {JSON, GRAPHQL_RESPONSE}:
        raise BadRequest("Send the operation as JSON, with the header Content-Type: application/json.", 415)
    body = parsed(await body_of(request), "body")
    if not isinstance(body, dict):
        raise BadRequest("The body is one JSON object with 'query', and where needed 'variables' and 'operationName'.")
    return checked(body, may_change=True)


async def body_of(request: Request) -> bytes:
    """The body, as far as it may go.  Raises BadRequest for a longer one."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise BadRequest(f"The body has more than {LARGEST_BODY} bytes.", 413)
    return bytes(body)


def parsed(text: bytes, what: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise BadRequest(f"The {what} is not JSON.") from None


def checked(parts: dict[str, Any], *, may_change: bool) -> Operation:
    query, variables, operation_name = parts.get("query"), parts.get("variables"), parts.get("operationName")
    if not isinstance(query, str) or not query.strip():
        raise BadRequest("'query' is the text of a GraphQL document, and is missing.")
    if variables is not None and not isinstance(variables, dict):
        raise BadRequest("'variables' is an object.")
    if operation_name is not None and not isinstance(operation_name, str):
        raise BadRequest("'operationName' is a text.")
    return Operation(query, variables, operation_name or None, may_change)
