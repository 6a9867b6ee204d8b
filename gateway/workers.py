"""Work in the background of a process: loops that go on for as long as it serves, whatever goes wrong in them."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import structlog

from resolvers.context import Handles

Loop = Callable[[Handles], Awaitable[None]]

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
END_SECONDS = 5.0

log = structlog.get_logger(__name__)


@asynccontextmanager
async def working(handles: Handles, loops: Sequence[Loop]) -> AsyncIterator[None]:
    """Runs the loops meanwhile.  On the way out they are cancelled, wherever they are, and waited for."""
    running = [asyncio.create_task(kept_up(loop, handles), name=loop.__name__) for loop in loops]
    try:
        yield
    finally:
        for task in running:
            task.cancel()
        if running:
            _, late = await asyncio.wait(running, timeout=END_SECONDS)
            for task in late:
                log.error("background work does not end", work=task.get_name())


async def kept_up(loop: Loop, handles: Handles) -> None:
    """Begins the loop again each time that it ends, later and later if it ends soon, until this is cancelled."""
    pause = FIRST_PAUSE
    task = asyncio.current_task()
    while True:
        began = time.monotonic()
        try:
            await loop(handles)
            log.error("background work ended", work=loop.__name__)
        except Exception:
            log.exception("background work failed", work=loop.__name__)
        # What is cancelled and fails at its end has swallowed the cancellation.
        if task is not None and task.cancelling():
            return
        if time.monotonic() - began > LONGEST_PAUSE:
            pause = FIRST_PAUSE
        # Replicas that failed together come back apart.
        await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311  Nothing is kept secret by it.
        pause = min(2 * pause, LONGEST_PAUSE)
