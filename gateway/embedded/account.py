"""The account that the servers run under: the caller's own, or for root, whom PostgreSQL refuses to serve, `nobody`."""

import os
import pwd
import shutil
from dataclasses import dataclass
from pathlib import Path

from gateway.embedded.failures import EmbeddedError


@dataclass(frozen=True)
class Account:
    uid: int
    gid: int
    prefix: tuple[str, ...] = ()  # What a command line begins with, so that it runs under this account.

    def give(self, path: Path) -> None:
        """Makes this account the owner of a file or directory that the caller has just made."""
        if os.geteuid() != self.uid:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)


def servers_account(*paths: Path) -> Account:
    """The account for servers that must reach these paths."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise EmbeddedError(
            "The databases do not run as root, and setpriv, which starts them as another user, is missing;"
            " install it (package util-linux), or run this as an ordinary user."
        )
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError as error:
        raise EmbeddedError(
            "The databases do not run as root, and this machine has no user `nobody` to run them;"
            " run this as an ordinary user."
        ) from error
    prefix = [setpriv, f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]
    if any(_is_closed(path) for path in paths):
        # For a checkout or a virtual environment under /root: of root's rights only this one is left to the account.
        prefix += ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
    return Account(nobody.pw_uid, nobody.pw_gid, tuple(prefix))


def _is_closed(path: Path) -> bool:
    """Whether somebody without rights is kept from this path, by its own mode or by a directory on the way."""
    return any(step.stat().st_mode & 0o001 == 0 for step in [path, *path.parents])
