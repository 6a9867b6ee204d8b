"""What can go wrong with embedded databases, said in one sentence: what happened, then what to do."""

import errno
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_FULL = {errno.ENOSPC, errno.EDQUOT}
_CLOSED = {errno.EACCES, errno.EPERM, errno.EROFS}
_NO_DIRECTORY = {errno.ENOTDIR, errno.EEXIST}
_FULL_WORDS = "No space left on device"
_TROUBLE = re.compile(r"FATAL|PANIC|ERROR|error:|error while|setpriv:")
_PREFIX = re.compile(r"^[\d-]+ [\d:.]+ UTC \[\d+\] ")


class EmbeddedError(Exception):
    """The embedded databases cannot be used; the text is one sentence for a person."""


def disk_is_full(home: Path) -> EmbeddedError:
    return EmbeddedError(
        f"The disk that holds {home} is full; free some space there, or choose another directory with --data-dir."
    )


def did_not_start(name: str, home: Path, log: Path, since: int) -> EmbeddedError:
    """What to tell of a server, or a program that prepared it, that ended by itself."""
    words = _last_words(log, since)
    if _FULL_WORDS in words:
        return disk_is_full(home)
    return EmbeddedError(
        f"{name} did not start ({words}); read what else it said in {log}, or choose another directory with --data-dir."
    )


@contextmanager
def explained(home: Path) -> Iterator[None]:
    """Turns what the operating system refuses about the data directory into a sentence."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise disk_is_full(home) from error
        if error.errno in _CLOSED:
            raise EmbeddedError(
                f"The data directory {home} is not writable for the user with id {os.geteuid()}"
                f" ({error.strerror}: {error.filename}); make it writable, or choose another with --data-dir."
            ) from error
        if error.errno in _NO_DIRECTORY:
            raise EmbeddedError(
                f"{home} cannot be the data directory because {error.filename} is not a directory;"
                " choose another with --data-dir."
            ) from error
        raise EmbeddedError(
            f"The data directory {home} cannot be used ({error.strerror or error}: {error.filename});"
            " choose another with --data-dir."
        ) from error


def _last_words(log: Path, since: int) -> str:
    """The line of a server's log, after `since` bytes, that says best why it ended."""
    try:
        with log.open("rb") as file:
            file.seek(since)
            lines = file.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return "its log cannot be read"
    said = [words for line in lines if (words := _in_words(line))]
    # The first trouble is the cause, what follows are its consequences; without one the last line is the best guess.
    causes = [words for words in said if _FULL_WORDS in words] + [words for words in said if _TROUBLE.search(words)]
    return next(iter(causes + said[::-1]), "it said nothing")


def _in_words(line: str) -> str:
    """A line as a person would quote it: of mongod's JSON the errors only, of PostgreSQL's no time and process."""
    if not line.startswith("{"):
        return _PREFIX.sub("", line).strip()
    try:
        entry = json.loads(line)
    except ValueError:
        return line
    if entry.get("s") not in {"E", "F"}:
        return ""
    attributes = entry.get("attr", {})
    detail = attributes.get("message", attributes.get("error", ""))
    if isinstance(detail, dict):
        detail = detail.get("msg") or detail.get("errmsg") or ""
    return f"ERROR: {entry.get('msg')} {detail}".strip()
