"""What every request carries: an id that its log lines and errors share, and perhaps a token that says who is
asking.
"""

import re
import secrets
import time
from collections.abc import Mapping

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.logs import REQUEST_ID
from resolvers import identity
from resolvers.context import Handles
from resolvers.refusals import InvalidToken
from resolvers.viewer import ANONYMOUS, Viewer

HEADER = b"x-request-id"
SANE_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")
ID_BYTES = 16
SLOW_SECONDS = 1.0
FAULT = 500

log = structlog.get_logger(__name__)


class RequestLog:
    """Gives each request an id, the caller's own where it is harmless.  Writes a line for each that is answered, or
    only for those that failed or took long.
    """

    def __init__(self, app: ASGIApp, *, logs_all: bool) -> None:
        self.app, self.logs_all = app, logs_all

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = dict(scope["headers"]).get(HEADER, b"")
        request_id = given.decode("ascii") if SANE_ID.fullmatch(given) else secrets.token_hex(ID_BYTES)
        scope["request_id"] = request_id
        known = REQUEST_ID.set(request_id)
        started, status = time.perf_counter(), FAULT

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (HEADER, request_id.encode())]
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        finally:
            seconds = time.perf_counter() - started
            if self.logs_all or status >= FAULT or seconds >= SLOW_SECONDS:
                ms = round(seconds * 1000, 1)
                log.info("request", method=scope["method"], path=scope["path"], status=status, ms=ms)
            REQUEST_ID.reset(known)


async def viewer_from(handles: Handles, headers: Mapping[bytes, bytes]) -> Viewer:
    """Who is asking, from the Authorization header.  Raises InvalidToken for a header that says nobody."""
    header = headers.get(b"authorization")
    if header is None:
        return ANONYMOUS
    scheme, _, token = header.decode("latin-1").partition(" ")
    if scheme.lower() != "bearer":
        raise InvalidToken
    return await identity.viewer_of(handles, token.strip())
