"""Looking for what breaks an invariant, and again for what looked wrong: on a live system much of it is only under way.

Statements on PostgreSQL and merges of both databases go side by side, since they keep different processors busy.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime

from models.values import now
from resolvers.invariants import INVARIANTS
from resolvers.invariants.books import Books
from resolvers.invariants.checks import Invariant, NotChecked, Statement

PAUSES = (0.5, 1.5, 3.0)
"""Seconds before what looks wrong is looked at again, each time."""

MOST_IDS = 1_000
"""How many ids of one invariant are looked at again; with so many, a look at the rest adds nothing."""

Progress = Callable[[Invariant], None]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one invariant came to.  `ids` are what breaks it, in every look; where `is_more`, there may be others.

    `skipped` says why it could not be looked at.
    """

    invariant: Invariant
    seconds: float
    ids: tuple[str, ...] = ()
    is_more: bool = False
    skipped: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    started_at: datetime
    finished_at: datetime
    findings: tuple[Finding, ...]

    @property
    def violations(self) -> dict[str, tuple[str, ...]]:
        """The ids that break each invariant that is broken, by its name."""
        return {found.invariant.name: found.ids for found in self.findings if found.ids}


def ignore(_: Invariant) -> None:
    """Nobody watches the progress."""


async def verify(
    books: Books,
    invariants: Sequence[Invariant] = INVARIANTS,
    *,
    pauses: Sequence[float] = PAUSES,
    progress: Progress = ignore,
) -> Report:
    """What breaks these invariants.  Reads only; `progress` is told of each that is done."""
    started_at, found = now(), dict[str, Finding]()

    async def look_at(those: Sequence[Invariant]) -> None:
        for invariant in those:
            found[invariant.name] = await judged(books, invariant, pauses)
            progress(invariant)

    looks = [
        asyncio.create_task(look_at([each for each in invariants if isinstance(each.check, Statement) == is_one]))
        for is_one in (True, False)
    ]
    try:
        await asyncio.gather(*looks)
    finally:
        for look in looks:
            look.cancel()
        await asyncio.gather(*looks, return_exceptions=True)
    return Report(started_at, now(), tuple(found[invariant.name] for invariant in invariants))


async def judged(books: Books, invariant: Invariant, pauses: Sequence[float]) -> Finding:
    started = time.monotonic()
    try:
        suspects, is_more = await first(invariant.check.offending(books, None))
        for pause in pauses:
            if not suspects:
                break
            await asyncio.sleep(pause)
            still, _ = await first(invariant.check.offending(books, suspects))
            suspects = [suspect for suspect in suspects if suspect in set(still)]
    except NotChecked as why:
        return Finding(invariant, time.monotonic() - started, skipped=str(why))
    return Finding(invariant, time.monotonic() - started, tuple(sorted(suspects)), is_more and bool(suspects))


async def first(offending: AsyncGenerator[str, None]) -> tuple[list[str], bool]:
    """The ids, or the first of them and that there are more."""
    found: dict[str, None] = {}
    async with aclosing(offending):
        async for each in offending:
            if len(found) == MOST_IDS and each not in found:
                return list(found), True
            found[each] = None
    return list(found), False
