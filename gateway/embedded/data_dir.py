"""The data directory: whether it is ours, and the locks that say who uses it.  What the servers keep in it is theirs.

Every lock is a flock, so the kernel frees it however its holder ends.
"""

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from gateway.embedded.failures import EmbeddedError, explained

MARKER = "GATEWAY"
_MARKER_TEXT = "The databases of the gateway live here.  Stop the gateway before you copy or delete this directory.\n"
_TURN_SECONDS = 45.0


def open_data_dir(path: Path) -> Path:
    """The directory, absolute, made if it is missing; refused if it holds anything that is not ours."""
    home = Path(os.path.realpath(path))
    with explained(home):
        # Others may pass through, not look: for root, the servers run under another account.
        home.mkdir(mode=0o711, parents=True, exist_ok=True)
        marker = home / MARKER
        if not marker.exists():
            # The marker is the first thing made here, so whoever sees other files and then no marker sees a stranger's.
            if any(home.iterdir()) and not marker.exists():
                raise EmbeddedError(
                    f"The directory {home} holds other files and no databases of the gateway;"
                    " choose an empty or a new one with --data-dir."
                )
            marker.write_text(_MARKER_TEXT)
        owner = marker.stat().st_uid
    if owner != os.geteuid():
        raise EmbeddedError(
            f"The data directory {home} belongs to the user with id {owner}, not to the one with id {os.geteuid()};"
            " run this as that user, or choose another directory with --data-dir."
        )
    return home


def try_lock(path: Path, *, shared: bool = False) -> int | None:
    """A descriptor that holds the lock until it is closed, or None if somebody else's lock is in the way."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def is_locked(path: Path) -> bool:
    """Whether anybody holds the lock for himself; asking disturbs nobody who asks at the same time."""
    descriptor = try_lock(path, shared=True)
    if descriptor is not None:
        os.close(descriptor)
    return descriptor is None


@contextmanager
def turn(home: Path, say: Callable[[str], None]) -> Iterator[None]:
    """One command at a time starts or stops servers of this directory, joins their users or leaves them."""
    began = time.monotonic()
    told = False
    while (descriptor := try_lock(home / "turn.lock")) is None:
        waited = time.monotonic() - began
        if waited > _TURN_SECONDS:
            raise EmbeddedError(
                f"Another command has been starting or stopping the databases in {home} for {waited:.0f} s;"
                " wait for it or end it, then try again."
            )
        if waited > 2 and not told:
            told = True
            say("Waiting for another command that starts or stops the databases.")
        time.sleep(0.02)
    try:
        yield
    finally:
        os.close(descriptor)


class Users:
    """Our place among the users of the databases.  Joining and leaving are done in `turn`."""

    def __init__(self, home: Path) -> None:
        self._path = home / "users.lock"
        self._descriptor: int | None = None

    def join(self) -> None:
        self._descriptor = try_lock(self._path, shared=True)

    def leave(self) -> bool:
        """Gives the place up; true if nobody else is left."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
        return not self._is_used()

    def _is_used(self) -> bool:
        descriptor = try_lock(self._path)
        if descriptor is not None:
            os.close(descriptor)
        return descriptor is None


class Holder:
    """The one long-running holder of a directory; others are told of it when they want the same."""

    def __init__(self, home: Path, command: str) -> None:
        path = home / "holder.lock"
        descriptor = try_lock(path)
        if descriptor is None:
            raise EmbeddedError(
                f"The databases in {home} are in use by {_describe(path)};"
                " stop it first, or give this one a directory of its own with --data-dir."
            )
        self._descriptor = descriptor
        since = datetime.now(UTC).astimezone().isoformat(sep=" ", timespec="seconds")
        self._facts = {"pid": str(os.getpid()), "command": command, "since": since}
        self.note()

    def note(self, **facts: str) -> None:
        """Adds to what others are told, for example `address`."""
        self._facts |= facts
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, json.dumps(self._facts).encode(), 0)

    def close(self) -> None:
        os.close(self._descriptor)


def _describe(path: Path) -> str:
    try:
        facts = json.loads(path.read_text())
        told = f"`{facts['command']}` (process {facts['pid']}, since {facts['since']}"
        return told + (f", at {facts['address']})" if "address" in facts else ")")
    except (ValueError, KeyError):
        return "another process that is just starting"
