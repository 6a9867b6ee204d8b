"""A sandbox of a test's own: a process on a real socket that can be killed and started again on its ledger."""

import re
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.sandbox import Sandbox

ROOT = Path(__file__).parents[2]
PATIENCE = 20.0
ANSWER_SECONDS = 1.0
"""How long the adapter waits for an answer in tests."""

LOST: list[tuple[dict[str, Any], int]] = [
    ({"do": "drop_after"}, 1),
    ({"do": "fail_after"}, 1),
    ({"do": "delay_after", "seconds": ANSWER_SECONDS + 0.3}, 1),
    ({"do": "drop_before"}, 0),
    ({"do": "fail_before"}, 0),
]
"""Faults that leave the caller without an answer, and how many effects the request has had all the same."""
RUN = """
import sys
from pathlib import Path
from gateway.sandbox.running import run
run(Path(sys.argv[1]), 0, [], print)
"""


class OwnSandbox(Sandbox):
    """A sandbox on a directory; each start has another port."""

    def __init__(self, directory: Path) -> None:
        super().__init__(address="")
        self.directory = directory
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-u", "-c", RUN, str(self.directory)], stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        assert self.process.stdout is not None
        assert select.select([self.process.stdout], [], [], PATIENCE)[0], "the sandbox does not start"
        said = re.search(r"http://\S+", self.process.stdout.readline())
        assert said, "the sandbox refuses"
        self.address = said[0]

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.gone()

    def gone(self) -> int:
        """The exit status, once the process has ended."""
        assert self.process is not None
        status = self.process.wait(PATIENCE)
        if self.process.stdout is not None:
            self.process.stdout.close()
        self.process = None
        return status

    def restart(self) -> None:
        self.kill()
        self.start()


@contextmanager
def a_sandbox(directory: Path) -> Iterator[OwnSandbox]:
    sandbox = OwnSandbox(directory)
    sandbox.start()
    try:
        yield sandbox
    finally:
        sandbox.kill()
        sandbox.close()


def wait_for(condition: Any) -> None:
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until, "it never came to be"
        time.sleep(0.02)
