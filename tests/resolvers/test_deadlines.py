"""Deadlines that share a timer."""

import asyncio

import pytest

from resolvers.deadlines import Deadline, Deadlines


async def test_what_takes_too_long_is_told_so_and_what_does_not_goes_on() -> None:
    deadlines = Deadlines(0.05)

    async def take(seconds: float) -> str:
        with Deadline(deadlines):
            await asyncio.sleep(seconds)
        return "done"

    outcomes = await asyncio.gather(*(take(each) for each in (0, 1, 0.02, 1)), return_exceptions=True)

    assert [str(each) or type(each).__name__ for each in outcomes] == ["done", "TimeoutError", "done", "TimeoutError"]


async def test_each_has_its_own_time_though_the_timer_is_shared() -> None:
    deadlines, loop = Deadlines(0.1), asyncio.get_running_loop()

    async def late() -> float:
        began = loop.time()
        with pytest.raises(TimeoutError), Deadline(deadlines):
            await asyncio.sleep(1)
        return loop.time() - began

    first = asyncio.create_task(late())
    await asyncio.sleep(0.05)

    assert all(0.09 < each < 0.2 for each in await asyncio.gather(first, late()))


async def test_who_is_cancelled_from_outside_is_cancelled_and_not_late() -> None:
    deadlines = Deadlines(5)

    async def wait() -> None:
        with Deadline(deadlines):
            await asyncio.sleep(1)

    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task


def test_they_serve_one_loop_after_the_other() -> None:
    deadlines = Deadlines(0.02)

    async def late() -> None:
        with Deadline(deadlines):
            await asyncio.sleep(1)

    async def left_open() -> None:
        with Deadline(deadlines):
            return

    asyncio.run(left_open())
    for _ in range(2):
        with pytest.raises(TimeoutError):
            asyncio.run(late())
