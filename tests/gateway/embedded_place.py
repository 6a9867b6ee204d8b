"""A place of its own on the disk for one test, the account that uses it, and the programs that run there."""

import json
import os
import pwd
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PATIENCE = 20.0


class Program:
    """One run of `embedded_user.py`."""

    def __init__(self, prefix: list[str], arguments: list[str]) -> None:
        self._process = subprocess.Popen(
            [*prefix, sys.executable, str(Path(__file__).with_name("embedded_user.py")), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            cwd="/",
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        )
        self.said: list[str] = []
        self._lines: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line.rstrip("\n"))
        self._lines.put("(end)")

    def hear(self, wanted: Callable[[str], bool]) -> str:
        """The next line that is wanted; what comes before it is kept in `said`."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                line = self._lines.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"nothing of the kind was said, only {self.said}") from None
            if wanted(line):
                return line
            assert line != "(end)", f"it ended and had said {self.said}"
            self.said.append(line)

    def addresses(self) -> tuple[str, str]:
        database_url, mongo_uri = json.loads(self.hear(lambda line: line.startswith('["')))
        return database_url, mongo_uri

    def keep(self, value: int) -> list[list[int]]:
        """Commits a value in both databases and tells what PostgreSQL and MongoDB then hold."""
        return self._tell(str(value))

    def kept(self) -> list[list[int]]:
        return self._tell("")

    def _tell(self, line: str) -> list[list[int]]:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        kept: list[list[int]] = json.loads(self.hear(lambda line: line.startswith("[[")))
        return kept

    def leave(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        assert self.ended() == 0, self.said

    def signal(self, sign: signal.Signals) -> None:
        """Signals the whole group, as a terminal does."""
        os.killpg(self.pid, sign)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def ended(self) -> int:
        """The exit status, once it has ended by itself and all that it said was heard."""
        self.hear(lambda line: line == "(end)")
        return self._process.wait(PATIENCE)

    def close(self) -> None:
        if self._process.poll() is None:
            self.kill()
        self._reader.join()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with suppress(BrokenPipeError):
                    stream.close()


class Place:
    """A temporary directory and the account that owns it and runs programs on it."""

    def __init__(self, account: str, top: Path, prefix: list[str]) -> None:
        self.account = account
        self.top = top
        self.home = top / "data"
        self._prefix = prefix
        self._programs: list[Program] = []

    def start(self, *, holder: str = "", home: Path | None = None) -> Program:
        program = Program(self._prefix, [str(home or self.home), holder])
        self._programs.append(program)
        return program

    def refused(self, **how: Any) -> str:
        """What a program says that is refused: one sentence, within five seconds, and status 1."""
        began = time.monotonic()
        program = self.start(**how)
        assert program.ended() == 1
        assert time.monotonic() - began < 5
        (sentence,) = program.said
        return sentence

    def servers(self) -> dict[str, int]:
        """The servers that run somewhere in this place, by name."""
        found: dict[str, int] = {}
        for process in Path("/proc").iterdir():
            if not process.name.isdigit():
                continue
            try:
                words = (process / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            name = Path(os.fsdecode(words[0])).name
            if name in {"postgres", "mongod", "initdb"} and any(str(self.top).encode() in word for word in words):
                found[name] = int(process.name)
        return found

    def clear(self) -> None:
        """Ends whatever is left here the short way; what ends by itself is for the tests to say."""
        for program in self._programs:
            program.close()
        until = time.monotonic() + PATIENCE
        while left := self.servers():
            assert time.monotonic() < until, left
            for pid in left.values():
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.01)
        shutil.rmtree(self.top)


@cache
def _as_user(user: pwd.struct_passwd) -> list[str]:
    """What a command line begins with for root to run it as this ordinary user."""
    prefix = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    needed = (Path(sys.executable).resolve(), Path(sys.prefix), ROOT)
    if any(step.stat().st_mode & 0o001 == 0 for path in needed for step in path.parents):
        # Python or the checkout is where only root may look.  The user may look too, and write no more than before.
        prefix += ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
    if subprocess.run([*prefix, sys.executable, "-c", "import asyncpg, pymongo"], check=False, cwd="/").returncode != 0:
        pytest.skip("this root cannot run Python as an ordinary user")
    return prefix


@contextmanager
def a_place(account: str, *, mode: int = 0o700) -> Iterator[Place]:
    """A place for `root` or a `user`; the caller must be root, or the user himself."""
    user = pwd.getpwnam("daemon") if account == "user" and os.geteuid() == 0 else None
    prefix = _as_user(user) if user else []
    top = Path(os.path.realpath(tempfile.mkdtemp(prefix="embedded-", dir="/tmp")))
    top.chmod(mode)
    if user:
        os.chown(top, user.pw_uid, user.pw_gid)
    place = Place(account, top, prefix)
    try:
        yield place
    finally:
        place.clear()
