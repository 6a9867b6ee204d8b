"""HTTP/1.1 as it is spoken on a connection: what is usual by us, everything else by uvicorn."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from gateway.http_protocol import Protocol

ASK = b"POST /%b HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%b"
PLAIN = (b"content-type", b"text/plain")


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with what was sent, in the manner that the path names."""
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    manner = scope["path"].removeprefix("/")
    if manner == "slow":
        await asyncio.sleep(0.1)
    headers = [PLAIN, (b"content-length", b"%d" % len(body))]
    if manner == "unknown-length":
        headers = [PLAIN]
    elif manner == "closing":
        headers.append((b"connection", b"close"))
    elif manner == "two-lines":
        headers.append((b"x-request-id", b"a\r\nSet-Cookie: b"))
    elif manner == "short":
        headers[1] = (b"content-length", b"%d" % (len(body) + 1))
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    if manner == "in-parts":
        await send({"type": "http.response.body", "body": body[:2], "more_body": True})
        body = body[2:]
    await send({"type": "http.response.body", "body": body})


Talk = Callable[[bytes], Any]


@asynccontextmanager
async def served(**options: Any) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection to a server that echoes."""
    config = uvicorn.Config(
        echo,
        port=0,
        http=Protocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        **options,
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    async with asyncio.timeout(5):
        while not server.started:  # noqa: ASYNC110  uvicorn tells nobody.
            await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.close()
        server.should_exit = True
        await serving


async def answer(reader: asyncio.StreamReader) -> tuple[bytes, dict[bytes, bytes], bytes]:
    """The status line, the headers and the body of one answer of a known length, or in chunks."""
    head = await reader.readuntil(b"\r\n\r\n")
    status, *lines = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
    headers = {name: value for name, _, value in (line.partition(b": ") for line in lines)}
    if headers.get(b"transfer-encoding") != b"chunked":
        return status, headers, await reader.readexactly(int(headers[b"content-length"]))
    body = b""
    while size := int(await reader.readline(), 16):
        body += await reader.readexactly(size)
        await reader.readline()
    await reader.readline()
    return status, headers, body


@pytest.mark.parametrize("manner", [b"plain", b"unknown-length", b"in-parts", b"slow", b"%7Aplain?a=b"])
async def test_every_manner_of_answer_arrives_whole_and_the_connection_stays(manner: bytes) -> None:
    async with served() as (reader, writer):
        for body in (b"first", b"", b"x" * 300_000):
            writer.write(ASK % (manner, len(body), body))
            status, headers, echoed = await answer(reader)
            assert (status, echoed, b"date" in headers) == (b"HTTP/1.1 200 OK", body, True)


async def test_a_body_in_chunks_and_one_that_waits_for_leave_are_read() -> None:
    async with served() as (reader, writer):
        writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
        await asyncio.sleep(0.02)
        writer.write(b"2\r\nde\r\n0\r\n\r\n")
        assert (await answer(reader))[2] == b"abcde"

        writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(b"xyz")
        assert (await answer(reader))[2] == b"xyz"


async def test_requests_that_do_not_wait_for_answers_are_answered_in_their_order() -> None:
    async with served() as (reader, writer):
        writer.write(b"".join(ASK % (manner, 1, b"%d" % number) for number, manner in enumerate([b"slow", b"", b""])))
        assert [(await answer(reader))[2] for _ in range(3)] == [b"0", b"1", b"2"]


@pytest.mark.parametrize(
    "head", [b"POST /closing HTTP/1.1", b"POST / HTTP/1.0", b"POST / HTTP/1.1\r\nConnection: close"]
)
async def test_a_connection_is_closed_where_either_side_wants_it(head: bytes) -> None:
    async with served() as (reader, writer):
        writer.write(head + b"\r\nHost: x\r\nContent-Length: 1\r\n\r\na")
        assert (await answer(reader))[2] == b"a"
        async with asyncio.timeout(2):
            assert await reader.read() == b""


async def test_a_question_for_the_head_has_no_body_in_its_answer() -> None:
    async with served() as (reader, writer):
        writer.write(b"HEAD / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nb" + ASK % (b"", 1, b"a"))
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 OK")
        assert (await answer(reader))[::2] == (b"HTTP/1.1 200 OK", b"a")


@pytest.mark.parametrize("manner", [b"two-lines", b"short"])
async def test_an_answer_that_is_not_sound_is_not_sent(manner: bytes) -> None:
    async with served() as (reader, writer):
        writer.write(ASK % (manner, 1, b"a"))
        async with asyncio.timeout(2):
            assert b"Set-Cookie" not in await reader.read()


async def test_a_connection_that_is_not_used_is_closed_and_one_that_is_stays() -> None:
    async with served(timeout_keep_alive=1) as (reader, writer):
        for _ in range(3):
            writer.write(ASK % (b"", 1, b"a"))
            await answer(reader)
            await asyncio.sleep(0.6)
        began = asyncio.get_running_loop().time()
        assert await reader.read() == b""
        assert 0.2 < asyncio.get_running_loop().time() - began < 1
