"""What every request carries: an id that its log lines and errors share, and perhaps a token that says who is
asking.
"""

import os
import random
import re
import time
from collections.abc import Awaitable, Callable

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from gateway.graphql_requests import Headers
from gateway.logs import REQUEST_ID
from resolvers import identity
from resolvers.context import Handles
from resolvers.refusals import InvalidToken
from resolvers.viewer import ANONYMOUS, Viewer

HEADER = b"x-request-id"
SANE_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")
ID_BITS = 128
FORWARDED = frozenset({b"x-forwarded-for", b"x-forwarded-proto"})
GRAPHQL = "/graphql"
SLOW_SECONDS = 1.0
FAULT = 500

log = structlog.get_logger(__name__)

Answer = Callable[[Scope, Headers, Receive, Send, list[tuple[bytes, bytes]]], Awaitable[int]]
"""Answers an operation with some more headers than its own, and returns the status."""


class Entrance:
    """Gives each request an id, the caller's own where it is harmless, and hands operations that are sent by POST to
    whoever answers them, past routing, everything else to that.  Writes a line for each request that is answered, or
    only for those that failed or took long.
    """

    def __init__(self, graphql: Answer, routed: ASGIApp, *, logs_all: bool) -> None:
        self.graphql, self.routed, self.logs_all = graphql, routed, logs_all
        trusted = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1")
        # uvicorn would have every request pass it, and it only does something for what a proxy says.
        self.forwarded = ProxyHeadersMiddleware(self.answer, trusted)  # type: ignore[arg-type]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.routed(scope, receive, send)
        elif any(name in FORWARDED for name, _ in scope["headers"]):
            await self.forwarded(scope, receive, send)  # type: ignore[arg-type]
        else:
            await self.answer(scope, receive, send)

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        given = headers.get(HEADER)
        is_sane = given is not None and SANE_ID.fullmatch(given)
        # Requests are found by their ids, and nothing is kept secret by them.
        request_id = given.decode("ascii") if given and is_sane else f"{random.getrandbits(ID_BITS):032x}"
        scope["request_id"] = request_id
        known = REQUEST_ID.set(request_id)
        started, status = time.perf_counter(), FAULT
        shown_id = (HEADER, request_id.encode())

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], shown_id]
            await send(message)

        try:
            if scope["path"] == GRAPHQL and scope["method"] == "POST":
                status = await self.graphql(scope, headers, receive, send, [shown_id])
            else:
                await self.routed(scope, receive, send_with_id)
        finally:
            seconds = time.perf_counter() - started
            if self.logs_all or status >= FAULT or seconds >= SLOW_SECONDS:
                ms = round(seconds * 1000, 1)
                log.info("request", method=scope["method"], path=scope["path"], status=status, ms=ms)
            REQUEST_ID.reset(known)


async def viewer_from(handles: Handles, headers: Headers) -> Viewer:
    """Who is asking, from the Authorization header.  Raises InvalidToken for a header that says nobody."""
    header = headers.get(b"authorization")
    if header is None:
        return ANONYMOUS
    scheme, _, token = header.decode("latin-1").partition(" ")
    if scheme.lower() != "bearer":
        raise InvalidToken
    return await identity.viewer_of(handles, token.strip())
