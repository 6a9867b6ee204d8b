"""The hand-written endpoint without any framework: the least that an ASGI server asks for."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import TypeVar

from starlette.types import ASGIApp, Receive, Scope, Send

from tests.bench.by_hand.answers import answered
from tests.bench.by_hand.stores import opened

T = TypeVar("T")

JSON = (b"content-type", b"application/json")


def app_of(
    opened: Callable[[], AbstractAsyncContextManager[T]],
    answered: Callable[[T, str, bytes], Awaitable[tuple[int, bytes]]],
) -> ASGIApp:
    """An application that answers every request from what it holds, which is open while it serves."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await live(scope, receive, send)
            return
        authorization = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
        message = await receive()
        body: bytes = message["body"]
        while message["more_body"]:
            message = await receive()
            body += message["body"]
        status, answer = await answered(scope["state"]["held"], authorization.decode(), body)
        length = (b"content-length", str(len(answer)).encode())
        await send({"type": "http.response.start", "status": status, "headers": [JSON, length]})
        await send({"type": "http.response.body", "body": answer})

    async def live(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        async with opened() as held:
            scope["state"]["held"] = held
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})

    return app


app = app_of(opened, answered)
