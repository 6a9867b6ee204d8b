"""The hand-written endpoint without any framework: the least that an ASGI server asks for."""

from starlette.types import Receive, Scope, Send

from tests.bench.by_hand.answers import answered
from tests.bench.by_hand.stores import opened

JSON = (b"content-type", b"application/json")


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
    status, answer = await answered(scope["state"]["stores"], authorization.decode(), body)
    length = (b"content-length", str(len(answer)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [JSON, length]})
    await send({"type": "http.response.body", "body": answer})


async def live(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    async with opened() as stores:
        scope["state"]["stores"] = stores
        await send({"type": "lifespan.startup.complete"})
        await receive()
    await send({"type": "lifespan.shutdown.complete"})
