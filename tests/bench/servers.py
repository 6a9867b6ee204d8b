"""Starting a contestant on a core of its own, asking it one question, and ending it."""

import http.client
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import orjson

from gateway.settings import Settings
from tests.bench.contestants import Contestant

ROOT = Path(__file__).parents[2]
START_SECONDS = 120.0
END_SECONDS = 15.0
ANSWER_SECONDS = 60.0
READERS = 10
"""Connections for reading that each contestant has to PostgreSQL; a third of the gateway's pool is for writing."""


class ContestantFailed(Exception):
    """A contestant did not start or did not answer; the message has what it said."""


@dataclass(frozen=True)
class Running:
    contestant: Contestant
    port: int
    pid: int

    def ask(self, body: bytes, token: str) -> Any:
        """The answer as JSON.  Raises ContestantFailed unless its status is 200."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_SECONDS)
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        connection.request("POST", "/graphql", body, headers)
        response = connection.getresponse()
        text = response.read()
        connection.close()
        if response.status != http.HTTPStatus.OK:
            raise ContestantFailed(f"{self.contestant.name} answered {response.status}: {text[:2000]!r}")
        return orjson.loads(text)


@dataclass(frozen=True)
class Started:
    """A contestant that may not answer yet."""

    running: Running
    process: "subprocess.Popen[bytes]"
    said: IO[bytes]

    def wait(self) -> Running:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self.process.poll() is None:
            if does_answer(self.running.port):
                return self.running
            time.sleep(0.05)
        self.said.seek(0)
        words = self.said.read()[-4000:].decode(errors="replace")
        raise ContestantFailed(f"{self.running.contestant.name} does not start:\n{words}")


@contextmanager
def serving(
    contestants: Sequence[Contestant], settings: Settings, affinity: frozenset[int] | None = None
) -> Iterator[dict[str, Running]]:
    """The contestants by name, all of them answering until the context ends, on databases that are filled."""
    with ExitStack() as stack:
        started = [stack.enter_context(start(each, settings, affinity)) for each in contestants]
        yield {each.running.contestant.name: each.wait() for each in started}


@contextmanager
def start(contestant: Contestant, settings: Settings, affinity: frozenset[int] | None) -> Iterator[Started]:
    port = free_port()
    with tempfile.TemporaryFile() as said:
        with on_cores(affinity):
            process = subprocess.Popen(
                contestant.command(port),
                cwd=ROOT,
                env={**os.environ, **environment(settings, port), **contestant.environment},
                stdout=said,
                stderr=said,
            )
        try:
            yield Started(Running(contestant, port, process.pid), process, said)
        finally:
            end(process)


@contextmanager
def on_cores(affinity: frozenset[int] | None) -> Iterator[None]:
    """What is started meanwhile keeps to these cores, with all its threads."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, affinity or before)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def environment(settings: Settings, port: int) -> dict[str, str]:
    if settings.postgres_url is None or settings.mongo_uri is None:
        raise AssertionError("Bug: a contestant was started before the addresses of the databases were known.")
    return {
        "DATABASE_URL": settings.postgres_url,
        "MONGO_URI": settings.mongo_uri.get_secret_value(),
        "MONGO_DB": settings.mongo_db,
        "PORT": str(port),
        "POSTGRES_POOL_SIZE": str(READERS * 3 // 2),
        "MONGO_POOL_SIZE": "20",
        "LOG_LEVEL": "warning",
        "LOG_FORMAT": "json",
        "SECRET_KEY": "a secret of the benchmark's, which is of no use elsewhere",
    }


def free_port() -> int:
    with socket.socket() as any_port:
        any_port.bind(("127.0.0.1", 0))
        port: int = any_port.getsockname()[1]
        return port


def does_answer(port: int) -> bool:
    """Whether HTTP is spoken there; a socket may listen long before anybody serves it."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=START_SECONDS)
    try:
        connection.request("GET", "/healthz")
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
