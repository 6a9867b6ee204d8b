"""The sandbox as a process: listening on loopback only, alone on its ledger, ended with whoever started it."""

import asyncio
import os
import re
import select
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from gateway.embedded.data_dir import open_data_dir, try_lock
from gateway.sandbox.app import create_app
from gateway.sandbox.faults import Fault, Faults
from gateway.sandbox.ledger import Ledger

LOOPBACK = "127.0.0.1"
START_SECONDS = 20.0
STOP_SECONDS = 10.0
# Longer than clients keep idle connections, so that it is not us who closes one that is just taken into use.
KEEP_ALIVE_SECONDS = 75
READY = re.compile(r"Sandbox\s+(http://\S+)")


class SandboxFailed(Exception):
    """The sandbox cannot run.  The message says what happened, then what to do."""


class Droppable(HttpToolsProtocol):
    """HTTP whose requests can end their connection: `request.state.drop`."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn narrows it too.
        self.app_state = {**self.app_state, "drop": transport.abort}
        super().connection_made(transport)


@contextmanager
def opened(data_dir: Path) -> Iterator[Ledger]:
    """The ledger of a data directory, for this process alone.  Raises SandboxFailed where another one has it."""
    home = open_data_dir(data_dir) / "sandbox"
    home.mkdir(mode=0o700, exist_ok=True)
    lock = try_lock(home / "sandbox.lock")
    if lock is None:
        raise SandboxFailed(
            f"Another sandbox runs on {home}; stop it, or give this one a directory of its own with --data-dir."
        )
    try:
        ledger = Ledger(home / "ledger.sqlite")
        try:
            yield ledger
        finally:
            ledger.close()
    finally:
        os.close(lock)


def run(
    data_dir: Path, port: int, faults: Sequence[Fault], say: Callable[[str], None], *, until_stdin_ends: bool = False
) -> None:
    """Serves until told to stop, or until whoever holds the other end of stdin is gone."""
    with opened(data_dir) as ledger, socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((LOOPBACK, port))
            listener.listen()
        except OSError as error:
            raise SandboxFailed(f"Port {port} is not free to listen on ({error.strerror}); choose another.") from None
        config = uvicorn.Config(
            create_app(ledger, Faults(faults)),
            http=Droppable,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=3,
        )
        server = uvicorn.Server(config)
        say(
            f"Sandbox   http://{LOOPBACK}:{listener.getsockname()[1]}   (STRIPE_API_BASE; any key that begins sk_test_)"
        )
        with suppress(KeyboardInterrupt):
            asyncio.run(serve(server, listener, until_stdin_ends=until_stdin_ends))


async def serve(server: uvicorn.Server, listener: socket.socket, *, until_stdin_ends: bool) -> None:
    if until_stdin_ends:
        loop = asyncio.get_running_loop()

        def end() -> None:
            loop.remove_reader(sys.stdin)
            server.should_exit = True

        loop.add_reader(sys.stdin, end)
    await server.serve(sockets=[listener])


@contextmanager
def child(data_dir: Path, port: int = 0) -> Iterator[str]:
    """A sandbox as a child process; its address, for STRIPE_API_BASE.  It ends with this context, and with this process
    however that ends.
    """
    log = open_data_dir(data_dir) / "sandbox.log"
    with (
        log.open("wb") as errors,
        subprocess.Popen(  # noqa: S603  The command line is ours.
            [sys.executable, "-m", "gateway.sandbox", str(data_dir), str(port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            # A terminal's Ctrl-C is for the gateway, whose purchases need the sandbox until they have ended.
            start_new_session=True,
        ) as process,
    ):
        try:
            yield address_of(process, log)
        finally:
            end(process)


def address_of(process: subprocess.Popen[bytes], log: Path) -> str:
    """The address that a sandbox says once it listens.  Raises SandboxFailed with what it says instead."""
    output: Any = process.stdout
    said = b""
    until = time.monotonic() + START_SECONDS
    while (left := until - time.monotonic()) > 0 and select.select([output], [], [], left)[0]:
        part = os.read(output.fileno(), 4096)
        said += part
        if found := READY.search(said.decode(errors="replace")):
            return found[1]
        if not part:
            break
    told = log.read_text(errors="replace").strip().rpartition("\n")[2]
    raise SandboxFailed(told or "The sandbox did not start; run 'gateway sandbox' to see why.")


def end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
