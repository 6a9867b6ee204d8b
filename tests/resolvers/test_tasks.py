"""Work that a process owns: it outlives the request that began it, and the process waits for it, within reason."""

import asyncio

import pytest

from resolvers import tasks
from resolvers.tasks import Tasks


class Work:
    """Something that takes until it is let go, and says how it ended."""

    def __init__(self) -> None:
        self.began, self.go = asyncio.Event(), asyncio.Event()
        self.ended = ""

    async def run(self) -> str:
        self.began.set()
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.ended = "cancelled"
            raise
        self.ended = "done"
        return self.ended


async def test_whoever_hangs_up_cancels_nothing() -> None:
    owned, work = Tasks(), Work()
    request = asyncio.create_task(owned.do(work.run()))
    await work.began.wait()

    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    assert work.ended == ""
    work.go.set()
    await owned.close()

    assert work.ended == "done"
    assert owned.running == set()


async def test_whoever_waits_is_told_what_the_work_came_to() -> None:
    owned, work = Tasks(), Work()
    work.go.set()

    async def failing() -> None:
        raise LookupError("no such thing")

    assert await owned.do(work.run()) == "done"
    with pytest.raises(LookupError, match="no such thing"):
        await owned.do(failing())


async def test_closing_waits_for_what_is_under_way() -> None:
    owned, work = Tasks(), Work()
    owned.start(work.run())
    closing = asyncio.create_task(owned.close())
    await work.began.wait()

    assert not closing.done()
    work.go.set()
    await closing

    assert work.ended == "done"


async def test_closing_waits_for_what_the_work_begins() -> None:
    owned, work, begun = Tasks(), Work(), Work()

    async def beginning() -> None:
        await work.run()
        owned.start(begun.run())

    owned.start(beginning())
    await work.began.wait()
    closing = asyncio.create_task(owned.close())
    await asyncio.sleep(0.01)
    work.go.set()
    await begun.began.wait()
    # The first work has ended, and whoever closes has been told.
    await asyncio.sleep(0.01)
    assert not closing.done()
    begun.go.set()
    await closing

    assert begun.ended == "done"


async def test_what_takes_too_long_is_cancelled_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "END_SECONDS", 0.05)
    owned, work = Tasks(), Work()
    owned.start(work.run())

    await owned.close()

    assert work.ended == "cancelled"
