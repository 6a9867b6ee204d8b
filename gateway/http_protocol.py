"""HTTP/1.1 as uvicorn speaks it, with less work for each request: a whole answer leaves in one piece, and a connection
that is kept has one timer, not one for each request.  What is not usual is uvicorn's to read and to send.
"""

import asyncio
from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from httptools import parse_url
from uvicorn._types import ASGISendEvent, HTTPResponseStartEvent
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

USUAL_HEADERS = frozenset({b"content-type", b"content-length", b"x-request-id", b"date"})
WITHOUT_BODY = frozenset({204, 304})
CONTROLS = bytes([*range(32), 127])
URLS_KEPT, LONGEST_KEPT = 256, 256

Target = tuple[str, bytes, bytes]
"""The path, the path as it was sent, and the query of a URL."""


def target_of(url: bytes) -> Target:
    parsed = parse_url(url)
    path = parsed.path.decode("ascii")
    return unquote(path) if "%" in path else path, parsed.path, parsed.query or b""


known_target_of = lru_cache(URLS_KEPT)(target_of)


class Cycle(RequestResponseCycle):
    """One request and its answer."""

    head: HTTPResponseStartEvent | None = None
    """How an answer of a known length begins, held back until its body comes, as ASGI has servers do."""

    async def send(self, message: ASGISendEvent) -> None:
        if message["type"] == "http.response.start" and not self.response_started and self.head is None:
            self.head = message
            return
        head, self.head = self.head, None
        if head is not None:
            if message["type"] == "http.response.body" and not message.get("more_body"):
                whole = self.whole(head, message.get("body", b""))
                if whole is not None:
                    self.answer(whole)
                    return
            await super().send(head)
        await super().send(message)

    def whole(self, head: HTTPResponseStartEvent, body: bytes) -> bytes | None:
        """An answer as it is sent; None for one that is not usual."""
        if not self.keep_alive or self.disconnected or self.flow.write_paused or self.scope["method"] == "HEAD":
            return None
        return rendered(head["status"], [*self.default_headers, *head.get("headers", ())], body)

    def answer(self, whole: bytes) -> None:
        self.response_started = self.response_complete = True
        self.transport.write(whole)
        self.message_event.set()
        self.on_response()


def rendered(status: int, headers: Sequence[tuple[bytes, bytes]], body: bytes) -> bytes | None:
    """The bytes of an answer; None unless all headers are usual and say the length."""
    parts = [STATUS_LINE[status]]
    length = None
    for name, value in headers:
        if name not in USUAL_HEADERS:
            return None
        if name == b"content-length":
            length = value
        parts += (name, b": ", value, b"\r\n")
    parts.append(b"\r\n")
    head = b"".join(parts)
    # Whatever a header is worth, it cannot end its line: no control characters but ours are in it.
    is_plain = len(head) - len(head.translate(None, CONTROLS)) == 2 * (len(headers) + 2)
    if length is None or int(length) != len(body) or status in WITHOUT_BODY or not is_plain:
        return None
    return head + body


class Protocol(HttpToolsProtocol):
    """One connection."""

    idle_since: float | None = None
    """When the last answer was given, unless something has been asked since."""

    def on_headers_complete(self) -> None:
        parser = self.parser
        is_usual = parser.get_http_version() == "1.1" and not parser.should_upgrade() and not self.root_path
        if not is_usual or self.limit_concurrency is not None or self.access_log:
            super().on_headers_complete()
            return
        scope: dict[str, Any] = self.scope  # type: ignore[assignment]
        scope["method"] = parser.get_method().decode("ascii")
        target = known_target_of(self.url) if len(self.url) <= LONGEST_KEPT else target_of(self.url)
        scope["path"], scope["raw_path"], scope["query_string"] = target
        before = self.cycle
        self.cycle = Cycle(
            self.scope,
            self.transport,
            self.flow,
            self.logger,
            self.access_logger,
            self.access_log,
            self.server_state.default_headers,
            asyncio.Event(),
            self.expect_100_continue,
            parser.should_keep_alive(),
            self.on_response_complete,
        )
        if before is None or before.response_complete:
            self._start_asgi_task(self.cycle, self.app)
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((self.cycle, self.app))

    def on_response_complete(self) -> None:
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
            return
        self.idle_since = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self._look_again(self.timeout_keep_alive)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self.timeout_keep_alive_task is not None:
            self.timeout_keep_alive_task.cancel()
            self.timeout_keep_alive_task = None

    def timeout_keep_alive_handler(self) -> None:
        """Closes the connection if nothing was asked for long enough, and looks again later if something was."""
        self.timeout_keep_alive_task = None
        if self.idle_since is None:
            return
        rest = self.idle_since + self.timeout_keep_alive - self.loop.time()
        if rest > 0:
            self._look_again(rest)
        else:
            super().timeout_keep_alive_handler()

    def _look_again(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(seconds, self.timeout_keep_alive_handler)

    def _unset_keepalive_if_required(self) -> None:
        self.idle_since = None
