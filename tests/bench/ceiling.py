"""How fast the load itself can be: it asks what answers at once and does next to nothing, on the server's core."""

import asyncio
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import uvloop
from starlette.types import Receive, Scope, Send

from tests.bench.contestants import Contestant, python
from tests.bench.operations import OPERATIONS, body
from tests.bench.place import Place
from tests.bench.rounds import REQUESTS, USUAL_CONNECTIONS, loaded
from tests.bench.samples import Samples
from tests.bench.servers import serving

BODY = b'{"data":{"course":null}}'
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(BODY), BODY)

ECHO = Contestant("canned", "the same bytes for every request, unread", (sys.executable, "-m", __name__, "{port}"))
TRIVIAL = python("trivial", "a bare ASGI endpoint that answers the same for every request", "ceiling:app")


class Canned(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.write: Callable[[bytes], None] = cast("asyncio.Transport", transport).write

    def data_received(self, data: bytes) -> None:
        self.write(ANSWER)


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] != "http":
        raise AssertionError("Bug: there is nothing to start or to end here.")
    await receive()
    length = (b"content-length", str(len(BODY)).encode())
    headers = [(b"content-type", b"application/json"), length]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": BODY})


@dataclass(frozen=True)
class Ceiling:
    """Requests per second with something trivial, and the seconds of CPU that the load spends on each of them."""

    per_second: float
    load_cpu: float


def ceilings(place: Place, samples: Samples, seconds: float) -> dict[str, Ceiling]:
    """What the load reaches with each."""
    operation = OPERATIONS["point"]
    requests = operation.requests(samples, REQUESTS)
    sent = [(request.token, body(request, operation.document).decode()) for request in requests]
    found = {}
    with serving((ECHO, TRIVIAL), place.settings, place.cores.server) as running:
        for name, each in running.items():
            outcome = loaded(place, each.port, sent, USUAL_CONNECTIONS, seconds)
            found[name] = Ceiling(outcome.requests / outcome.seconds, outcome.cpu_seconds / outcome.requests)
    return found


async def main(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Canned, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
