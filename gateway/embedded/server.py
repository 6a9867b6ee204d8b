"""A database server as a process: started, asked whether it answers, stopped.  What each one needs is its own module's.

A server inherits a locked descriptor, and so do the processes that it forks: while the lock is held some of them live,
whoever started them, and when it is free none does.  Process ids are for signals only: zombies keep them, and others
get them anew.
"""

import os
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

from gateway.embedded.account import Account
from gateway.embedded.data_dir import is_locked, try_lock
from gateway.embedded.failures import EmbeddedError, did_not_start

_LOG_BYTES = 16 * 1024 * 1024
_POLITE_SECONDS = 10.0
_RUDE_SECONDS = 3.0


class Server(ABC):
    """One server on one data directory."""

    name: ClassVar[str]
    polite: ClassVar[signal.Signals]
    """Ends the server cleanly without waiting for its clients."""
    rude: ClassVar[signal.Signals]
    """Ends it at once; it recovers at its next start."""

    def __init__(self, home: Path, account: Account, directory: str) -> None:
        self.home = home
        self.account = account
        self.data = home / directory
        self.log = home / f"{directory}.log"
        self._lock = home / f"{directory}.lock"
        self.patience_seconds = 30.0
        self.patience_reason = "may be recovering after a crash"
        self._process: subprocess.Popen[bytes] | None = None
        self._log_began = 0
        self.is_started = False
        """In this round, by this process."""

    @abstractmethod
    def _prepare(self, lock: int) -> list[str]:
        """Makes the data ready and gives the command line; whatever runs for that inherits the lock."""

    @abstractmethod
    def _answers(self) -> bool:
        """Whether clients can work with the server that runs; sets a new one up where that needs it running."""

    @abstractmethod
    def _recorded_pid(self) -> int | None:
        """The process id that the server itself wrote down."""

    @property
    @abstractmethod
    def address(self) -> str:
        """The URI for clients, valid once the server answers."""

    @property
    def is_new(self) -> bool:
        return not self.data.exists()

    def is_running(self) -> bool:
        if self._process is not None:
            self._process.poll()  # Nobody else can reap a child of ours.
        return is_locked(self._lock)

    def begin(self) -> None:
        """Before the first `advance` of a round: one start is tried in a round, not more."""
        self.is_started = False

    def advance(self) -> bool:
        """One step towards a server that answers, without waiting; true when it does.

        A server that runs is taken as it is, and one that is just ending is waited for.
        """
        lock = try_lock(self._lock)
        if lock is None:
            return self._answers()
        try:
            if self.is_started:
                raise self.failure()
            self.is_started = True
            self._log_began = self._open_log_size()
            if self._process is not None:
                self._process.wait()  # Its lock is free, so it has closed its files and is about to be gone.
            self._process = self.spawn(self._prepare(lock), lock)
        finally:
            os.close(lock)  # The server's copy keeps it locked.
        return False

    def spawn(self, command: list[str], lock: int, *, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
        """Starts a program of the server under its account, its words going to the log."""
        log = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            return subprocess.Popen(  # noqa: S603  The command line is ours.
                [*self.account.prefix, *command],
                stdin=stdin,
                stdout=log,
                stderr=log,
                pass_fds=[lock],
                cwd="/",
                env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
                # A terminal's Ctrl-C is for the gateway, which needs the databases until it has finished.
                start_new_session=True,
            )
        finally:
            os.close(log)

    def failure(self) -> EmbeddedError:
        """Why the server, or a program that prepared it, ended."""
        return did_not_start(self.name, self.home, self.log, self._log_began)

    def tell(self, sign: signal.Signals, told: set[int]) -> None:
        """Sends the signal to the server unless its process is among those told, and counts it among them."""
        pid = self._pid()
        if pid is not None and pid not in told:
            told.add(pid)
            with suppress(ProcessLookupError):
                os.kill(pid, sign)

    def let_go(self) -> None:
        """Leaves a server that still runs, for others use it, to itself."""
        if self._process is not None and self._process.poll() is None:
            self._process.returncode = 0  # Otherwise Python warns of a child that outlives its handle.

    def owns(self, pid: int) -> bool:
        """Whether the process runs on this data; where there is no /proc, whether it lives."""
        if not Path("/proc/self/cmdline").exists():
            try:
                os.kill(pid, 0)
            except OSError:
                return False
            return True
        try:
            arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")  # Of a zombie this is empty.
        except OSError:
            return False
        return os.fsencode(self.data) in arguments

    def _pid(self) -> int | None:
        if self._process is not None and self._process.poll() is None:
            return self._process.pid
        pid = self._recorded_pid()
        return pid if pid is not None and self.owns(pid) else None

    def _open_log_size(self) -> int:
        """Where the log now ends; a log that has grown big is put aside first."""
        if not self.log.exists():
            return 0
        if self.log.stat().st_size > _LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.old"))
            return 0
        return self.log.stat().st_size


def stop(servers: Sequence[Server]) -> Sequence[Server]:
    """Ends servers, cleanly if they can within 10 seconds; gives those of which something is left after 13."""
    running = servers
    for is_polite, seconds in ((True, _POLITE_SECONDS), (False, _RUDE_SECONDS)):
        told: set[int] = set()
        until = time.monotonic() + seconds
        while running := [server for server in running if server.is_running()]:
            if time.monotonic() > until:
                break
            for server in running:
                server.tell(server.polite if is_polite else server.rude, told)
            time.sleep(0.01)
    return running
