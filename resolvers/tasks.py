"""Work that belongs to the process and not to a request: a client that hangs up cancels none of it."""

import asyncio
import time
from collections.abc import Coroutine
from typing import Any, TypeVar

import structlog

from resolvers.refusals import Refusal

T = TypeVar("T")

END_SECONDS = 8.0
PATIENCE = 4.0
"""How long a caller waits for work that goes on without them, in seconds: less than an operation may take."""

log = structlog.get_logger(__name__)


class Tasks:
    """The tasks that a process owns."""

    def __init__(self) -> None:
        self.running: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Begins the work; whoever waits for it should shield it.  What nobody hears it raise is logged."""
        task = asyncio.create_task(work)
        self.running.add(task)
        task.add_done_callback(self.ended)
        return task

    async def do(self, work: Coroutine[Any, Any, T]) -> T:
        """What the work comes to.  It goes on to its end even when whoever waits here is cancelled.

        Raises TimeoutError for work that takes longer than its caller can wait.
        """
        async with asyncio.timeout(PATIENCE):
            return await asyncio.shield(self.start(work))

    def ended(self, task: asyncio.Task[Any]) -> None:
        self.running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None and not isinstance(error, Refusal):
            # Whoever began it may wait no longer.
            log.error("work failed", exc_info=error)

    async def close(self) -> None:
        """Gives what is under way, and what that begins, its time to end, then cancels it: recovery goes on with what
        that leaves.
        """
        until = time.monotonic() + END_SECONDS
        while self.running and (left := until - time.monotonic()) > 0:
            await asyncio.wait(self.running, timeout=left)
        late = list(self.running)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
