"""GraphQL over HTTP: a request is read and checked, executed within its time, and answered as the specification
says.

Clients that accept `application/graphql-response+json` get its status codes; all others get 200 for every
well-formed request.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import orjson
import structlog
from graphql import GraphQLError
from starlette.types import Receive, Scope, Send
from strawberry.http.ides import get_graphql_ide_html

from gateway.engine.explain import Explained
from gateway.execution import Executed, Executor, NoSuchOperation
from gateway.graphql_requests import GRAPHQL_RESPONSE, JSON, BadRequest, ClientGone, Headers, Operation, read, text_of
from gateway.requests import viewer_from
from models.identity import Role
from resolvers.context import Context, Handles
from resolvers.deadlines import Deadline, Deadlines
from resolvers.refusals import Forbidden, InvalidToken, ProblemCode, Refusal, StoreUnavailable
from resolvers.viewer import Viewer
from schema.errors import is_unexpected, presented, refused, root_cause

OPERATION_SECONDS = 5.0
DEADLINES = Deadlines(OPERATION_SECONDS)
EXPLAIN = b"explain"
DEEPER_THAN_WRITTEN = "Recursion limit reached"
"""What orjson says of an answer of more than 254 levels."""
CLIENT_GONE = 499
"""The status of what nobody waits for any more, as it is logged."""

log = structlog.get_logger(__name__)


@dataclass(eq=False)
class TookTooLong(Refusal):
    """The operation was given up."""

    code: ClassVar[ProblemCode] = ProblemCode.TIMEOUT
    is_retryable: ClassVar[bool] = True

    @property
    def message(self) -> str:
        return f"The operation took longer than {DEADLINES.seconds:g} seconds: ask for less at once."


@dataclass(eq=False)
class TooDeep(Refusal):
    """The answer is there, and has more levels than are written as JSON."""

    code: ClassVar[ProblemCode] = ProblemCode.TOO_EXPENSIVE

    @property
    def message(self) -> str:
        return "The answer has more levels than can be written: select fewer objects inside objects."


class Response(NamedTuple):
    """An answer by HTTP, as it is sent."""

    status: int
    content_type: bytes
    body: bytes


class GraphQLEndpoint:
    """Answers `/graphql`, without a framework in between, because routing costs a third of a small query.  `has_ide`
    lets browsers have GraphiQL; what an operation did is explained to administrators, or to all.
    """

    def __init__(self, executor: Executor, *, has_ide: bool, explains_to_all: bool) -> None:
        self.executor, self.explains_to_all = executor, explains_to_all
        self.ide = get_graphql_ide_html("graphiql").encode() if has_ide else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.answer(scope, dict(scope["headers"]), receive, send, [])

    async def answer(
        self, scope: Scope, headers: Headers, receive: Receive, send: Send, more: list[tuple[bytes, bytes]]
    ) -> int:
        """Sends the answer, with some more headers than its own, and returns its status."""
        try:
            response = self.page(scope, headers) or await self.respond(scope, headers, receive)
        except ClientGone:
            return CLIENT_GONE
        sent = [
            (b"content-type", response.content_type),
            (b"content-length", b"%d" % len(response.body)),
            *MORE_HEADERS.get(response.status, ()),
            *more,
        ]
        await send({"type": "http.response.start", "status": response.status, "headers": sent})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else response.body})
        return response.status

    def page(self, scope: Scope, headers: Headers) -> Response | None:
        """GraphiQL, for a browser that asks for no operation."""
        is_operation = scope["method"] == "POST" or b"query=" in scope["query_string"]
        if is_operation or self.ide is None or "text/html" not in accepted(headers):
            return None
        return Response(200, b"text/html; charset=utf-8", self.ide)

    async def respond(self, scope: Scope, headers: Headers, receive: Receive) -> Response:
        media_type = GRAPHQL_RESPONSE if GRAPHQL_RESPONSE in accepted(headers) else JSON
        try:
            with Deadline(DEADLINES):
                operation = await read(scope, headers, receive)
                handles: Handles = scope["state"]["handles"]
                viewer = await viewer_from(handles, headers)
                if headers.get(EXPLAIN, b"false") != b"false":
                    return await self.explain(operation, handles, viewer, media_type, scope["request_id"])
                executed = await self.executor.execute(operation, Context(handles, viewer))
            return completed(executed, media_type, scope["request_id"])
        except Refusal as refusal:
            note(refusal)
            return answer({"errors": [refused(refusal)]}, media_type, status_of(refusal, media_type))
        except TimeoutError:
            note(TookTooLong())
            return answer({"errors": [refused(TookTooLong())]}, media_type, status_of(TookTooLong(), media_type))
        except ClientGone:
            raise
        except Exception as error:
            log.exception("request failed")
            unexpected = GraphQLError("", path=[], original_error=error)
            return answer({"errors": [presented(unexpected, scope["request_id"])]}, media_type, 500)

    async def explain(
        self, operation: Operation, handles: Handles, viewer: Viewer, media_type: str, request_id: str
    ) -> Response:
        """The answer with what was done for it.  Raises Forbidden."""
        if not self.explains_to_all and viewer.role is not Role.ADMIN:
            raise Forbidden("what an operation does")
        explained = Explained()
        executed = await self.executor.execute(operation, Context(explained.listening(handles), viewer))
        return completed(executed, media_type, request_id, {"explain": explained.told(executed.declined)})


def accepted(headers: Headers) -> str:
    """The media types that the client takes, whose names know no case."""
    return text_of(headers, b"accept").lower()


def completed(
    executed: Executed, media_type: str, request_id: str, extensions: dict[str, Any] | None = None
) -> Response:
    if not executed.errors and not executed.is_refused and extensions is None:
        return answer({"data": executed.data}, media_type, 200)
    for error in executed.errors:
        cause = root_cause(error)
        if is_unexpected(error):
            log.error("field failed", path=error.path, exc_info=cause)
        elif isinstance(cause, Refusal):
            note(cause)
    errors = [presented(error, request_id) for error in executed.errors]
    body: dict[str, Any] = ({"errors": errors} if errors else {}) | ({"extensions": extensions} if extensions else {})
    if not executed.is_refused:
        body["data"] = executed.data
    return answer(body, media_type, 400 if executed.is_refused and media_type == GRAPHQL_RESPONSE else 200)


def note(refusal: Refusal) -> None:
    """Logs what an operator can do something about; what the caller did wrong is theirs to see."""
    if refusal.is_retryable:
        log.warning("refused", code=refusal.code, message=refusal.message, cause=repr(refusal.__cause__))


MORE_HEADERS = {405: [(b"allow", b"POST")], 401: [(b"www-authenticate", b"Bearer")], 503: [(b"retry-after", b"1")]}


def answer(body: dict[str, Any], media_type: str, status: int) -> Response:
    """Raises TooDeep."""
    try:
        written = orjson.dumps(body)
    except orjson.JSONEncodeError as error:
        if DEEPER_THAN_WRITTEN in str(error):
            raise TooDeep from error
        raise
    return Response(status, b"%b; charset=utf-8" % media_type.encode(), written)


def status_of(refusal: Refusal, media_type: str) -> int:
    """The status of a refused request.  Clients of plain JSON get 200 where the request itself was well-formed."""
    match refusal:
        case NoSuchOperation() | TookTooLong() | TooDeep() if media_type == JSON:
            return 200
        case TookTooLong():
            return 503
        case BadRequest(status=status):
            return status
        case InvalidToken():
            return 401
        case StoreUnavailable():
            return 503
        case _:
            return 400
