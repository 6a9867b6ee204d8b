"""A sandbox of a test's own: a process on a real socket that can be killed and started again on its ledger."""

import re
import select
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import stripe

from gateway.settings import Settings

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


class Sandbox:
    """A sandbox on a directory; each start has another port."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.process: subprocess.Popen[str] | None = None
        self.address = ""

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

    def order(self, on: str, do: str, **more: Any) -> None:
        """Orders a fault."""
        assert httpx.post(f"{self.address}/sandbox/faults", json={"on": on, "do": do, **more}).status_code == 204

    def forget_faults(self) -> None:
        httpx.delete(f"{self.address}/sandbox/faults")

    def effects(self, *whats: str) -> list[dict[str, Any]]:
        """All effects, or those of these kinds, oldest first."""
        found: list[dict[str, Any]] = httpx.get(f"{self.address}/sandbox/ledger").json()["effects"]
        return [effect for effect in found if not whats or effect["what"] in whats]

    def effects_of(self, intent: str) -> list[str]:
        return [effect["what"] for effect in self.effects() if effect["intent"] == intent]

    def authenticate(self, intent: str, outcome: str) -> dict[str, Any]:
        """Does what the buyer does in their bank's window."""
        answer = httpx.post(f"{self.address}/sandbox/payment_intents/{intent}/authenticate", data={"outcome": outcome})
        found: dict[str, Any] = answer.json()
        return found

    def settings(self) -> Settings:
        return Settings(_env_file=None, stripe_api_base=self.address)

    @asynccontextmanager
    async def client(self, key: str = "sk_test_any", seconds: float = 5) -> AsyncIterator[stripe.StripeClient]:
        """The official client, as it is."""
        http = stripe.HTTPXClient(timeout=seconds)
        try:
            yield stripe.StripeClient(
                key, base_addresses={"api": self.address}, http_client=http, max_network_retries=0
            )
        finally:
            await http.close_async()  # type: ignore[no-untyped-call]  # The client's own types leave it out.


@contextmanager
def a_sandbox(directory: Path) -> Iterator[Sandbox]:
    sandbox = Sandbox(directory)
    sandbox.start()
    try:
        yield sandbox
    finally:
        sandbox.kill()


def wait_for(condition: Any) -> None:
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until, "it never came to be"
        time.sleep(0.02)
