"""GraphQL requests as they come by HTTP: read and checked, of which nothing more is known then than that it is one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple
from urllib.parse import parse_qsl

import orjson
from starlette.types import Receive, Scope

from resolvers.refusals import ProblemCode, Refusal

GRAPHQL_RESPONSE = "application/graphql-response+json"
JSON = "application/json"
LARGEST_BODY = 1 << 20
# For the place of each error, graphql-core reads the document from its start.
LONGEST_DOCUMENT = 1 << 16
Headers = Mapping[bytes, bytes]


@dataclass(eq=False)
class BadRequest(Refusal):
    """What was sent is no GraphQL request."""

    reason: str
    status: int = 400
    code: ClassVar[ProblemCode] = ProblemCode.BAD_REQUEST

    @property
    def message(self) -> str:
        return self.reason


class ClientGone(Exception):
    """Whoever sent the request hung up before it was whole."""


class Operation(NamedTuple):
    """A GraphQL request, whose parts have the types that they should have."""

    query: str
    variables: dict[str, Any] | None
    name: str | None
    may_change: bool


async def read(scope: Scope, headers: Headers, receive: Receive) -> Operation:
    """The operation that an HTTP request carries.  Raises BadRequest for everything that is none, and ClientGone."""
    if scope["method"] != "POST":
        parameters: dict[str, Any] = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
        variables = parsed(parameters["variables"].encode(), "variables") if parameters.get("variables") else None
        return checked(parameters | {"variables": variables}, may_change=False)
    content_type = text_of(headers, b"content-type").partition(";")[0].strip().lower()
    if content_type not in {JSON, GRAPHQL_RESPONSE}:
        raise BadRequest("Send the operation as JSON, with the header Content-Type: application/json.", 415)
    body = parsed(await body_of(receive), "body")
    if not isinstance(body, dict):
        raise BadRequest("The body is one JSON object with 'query', and where needed 'variables' and 'operationName'.")
    return checked(body, may_change=True)


async def body_of(receive: Receive) -> bytes:
    """The body, as far as it may go.  Raises BadRequest for a longer one."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        part = message.get("body", b"")
        size += len(part)
        if size > LARGEST_BODY:
            raise BadRequest(f"The body has more than {LARGEST_BODY} bytes.", 413)
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


def text_of(headers: Headers, name: bytes) -> str:
    return headers.get(name, b"").decode("latin-1")


def parsed(text: bytes, what: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise BadRequest(f"The {what} is not JSON.") from None


def checked(parts: Mapping[str, Any], *, may_change: bool) -> Operation:
    query, variables, name = parts.get("query"), parts.get("variables"), parts.get("operationName")
    if not isinstance(query, str) or not query.strip():
        raise BadRequest("'query' is the text of a GraphQL document, and is missing.")
    if len(query) > LONGEST_DOCUMENT:
        raise BadRequest(f"'query' has more than {LONGEST_DOCUMENT} characters.", 413)
    if variables is not None and not isinstance(variables, dict):
        raise BadRequest("'variables' is an object.")
    if name is not None and not isinstance(name, str):
        raise BadRequest("'operationName' is a text.")
    return Operation(query, variables, name or None, may_change)
