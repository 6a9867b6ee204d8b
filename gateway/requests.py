"""What every request carries: an id that its log lines and errors share, and perhaps a token that says who is
asking.
"""

import re
import time
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from resolvers import identity
from resolvers.refusals import NotSignedIn
from resolvers.viewer import ANONYMOUS, Viewer

REQUEST_ID = "x-request-id"
SANE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")

log = structlog.get_logger(__name__)


class RequestLog:
    """Gives each request an id, the caller's own where it is harmless, and writes one line when it is answered."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get(REQUEST_ID, "")
        request_id = scope["request_id"] = given if SANE_ID.fullmatch(given) else uuid4().hex
        structlog.contextvars.bind_contextvars(request_id=request_id)
        started, status = time.perf_counter(), 500

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID] = request_id
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        finally:
            milliseconds = round((time.perf_counter() - started) * 1000, 1)
            log.info("request", method=scope["method"], path=scope["path"], status=status, ms=milliseconds)
            structlog.contextvars.unbind_contextvars("request_id")


def request_id_of(request: Request) -> str:
    request_id: str = request.scope["request_id"]
    return request_id


async def viewer_from(request: Request) -> Viewer:
    """Who is asking, from the Authorization header.  Raises NotSignedIn for a header that says nobody."""
    header = request.headers.get("authorization")
    if header is None:
        return ANONYMOUS
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer":
        raise NotSignedIn
    return await identity.viewer_of(request.state.handles, token.strip())
