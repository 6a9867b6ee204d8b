"""The gateway as a process of its own, to be killed, frozen and started again on databases that outlive it.

Processes are forked from one that has everything imported, so that a start takes as long as opening its handles.
"""

import asyncio
import multiprocessing
import os
import signal
import socket
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import uvicorn

from gateway.app import create_app
from gateway.logs import configure_logs
from gateway.settings import Settings
from resolvers.crash_points import ARMED, arm

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.prove.service"])
START_SECONDS = 20.0
ANSWER_SECONDS = 90.0
LINGER_SECONDS = 10.0


class Unreached(AssertionError):
    """A process did not come to where it should have met its fate."""


@dataclass(frozen=True)
class Fate:
    """What happens to a process: at which point, after how many passes, by which signal."""

    point: str
    passes: int = 0
    by: signal.Signals = signal.SIGKILL


def serve(settings: Settings, told: Connection, log: Path, heard: Path | None, fate: Fate | None) -> None:
    """What the process does: serves until it is told to stop, or meets its fate."""
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(output, 1)
    os.dup2(output, 2)
    configure_logs(settings)
    if heard is not None:
        names = heard.open("a", buffering=1)
        ARMED.heard = lambda name: print(name, file=names)
    if fate is not None:
        arm(fate.point, fate.passes, fate.by)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        told.send(listener.getsockname()[1])
        # Whoever pauses finds their connection as they left it: one that is closed as it is used again tells nothing.
        kept: dict[str, Any] = {"timeout_keep_alive": 600, "ws": "none", "log_config": None}
        config = uvicorn.Config(create_app(settings), loop="uvloop", http="httptools", **kept)
        uvicorn.Server(config).run(sockets=[listener])


class Service:
    """A running gateway.  `heard` is a file that gets the name of each crash point that is passed."""

    def __init__(self, settings: Settings, log: Path, heard: Path | None = None, fate: Fate | None = None) -> None:
        self.fate = fate
        told, tell = FORKS.Pipe(duplex=False)
        self.process: ForkServerProcess = FORKS.Process(target=serve, args=(settings, tell, log, heard, fate))
        self.process.start()
        tell.close()
        if not told.poll(START_SECONDS):
            raise AssertionError(f"The service does not start: see {log}.")
        self.address = f"http://127.0.0.1:{told.recv()}"
        told.close()
        self.http = httpx.AsyncClient(base_url=self.address, timeout=ANSWER_SECONDS, verify=False, trust_env=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.http.aclose()
        if self.process.is_alive():
            self.send(signal.SIGCONT)
            self.process.terminate()
            self.process.join(10)
        if self.process.is_alive():
            self.process.kill()
        self.process.join()
        self.process.close()

    def send(self, what: signal.Signals) -> None:
        assert self.process.pid is not None
        os.kill(self.process.pid, what)

    async def meets_its_fate(self, asking: Coroutine[Any, Any, Any]) -> None:
        """Asks until the process is ended by SIGKILL, be it only by what it does when nobody asks any more."""
        ended = asyncio.create_task(self.ends())
        asked = asyncio.create_task(asking)
        await asyncio.wait({ended, asked}, return_when=asyncio.FIRST_COMPLETED)
        if not ended.done():
            await asyncio.wait({ended}, timeout=LINGER_SECONDS)
        for task in (ended, asked):
            task.cancel()
        with suppress(httpx.TransportError, TimeoutError, asyncio.CancelledError):
            await asked
        assert self.fate is not None
        if self.ended_by is not signal.SIGKILL:
            raise Unreached(f"{self.fate.point} was not reached")

    async def ends(self) -> None:
        while self.process.is_alive():  # noqa: ASYNC110  Nobody tells when a process ends.
            await asyncio.sleep(0.02)

    @property
    def ended_by(self) -> signal.Signals | None:
        """The signal that ended the process, if one did."""
        self.process.join(5)
        code = self.process.exitcode
        return signal.Signals(-code) if code is not None and code < 0 else None

    async def ask(self, token: str, query: str, **variables: Any) -> dict[str, Any]:
        """The body of the answer.  Raises httpx.TransportError where there is none."""
        body = {"query": query, "variables": variables}
        answer = await self.http.post("/graphql", json=body, headers={"Authorization": f"Bearer {token}"})
        found: dict[str, Any] = answer.json()
        return found
