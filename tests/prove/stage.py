"""Where a proof takes place: a pair of databases and a provider that outlive every process that is killed on them."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from gateway.settings import Settings
from gateway.verifying import books
from resolvers.invariants.verifying import verify
from resolvers.relay import deliver
from tests.gateway.sandbox_place import ANSWER_SECONDS
from tests.money.books import NOTHING, reserved
from tests.prove.service import Fate, Service
from tests.world import Person, World

PATIENCE = 60.0
LEASE_SECONDS = 2
BRISK = {"payment_lease_seconds": LEASE_SECONDS, "payment_answer_seconds": ANSWER_SECONDS}
"""Settings under which nobody waits long for those who died."""

LEFT = """SELECT (SELECT count(*) FROM outbox WHERE delivered_at IS NULL) AS undelivered,
    (SELECT count(*) FROM refunds WHERE state = 'PENDING') AS refunds"""
UNDELIVERED = "SELECT DISTINCT aggregate_id FROM outbox WHERE delivered_at IS NULL"


@dataclass
class Stage:
    """`author` may do everything.  `is_hasty` has what a dead process claimed for itself end when it dies."""

    world: World
    settings: Settings
    author: Person
    folder: Path
    is_hasty: bool = True

    def service(self, heard: Path | None = None, fate: Fate | None = None) -> Service:
        return Service(self.settings, self.folder / "service.log", heard, fate)

    async def rest(self) -> None:
        """Waits until nothing is reserved or under way and everything is shown."""
        until = time.monotonic() + PATIENCE
        while True:
            left = await self.left()
            if not any(left.values()):
                return
            assert time.monotonic() < until, f"never at rest: {left}"
            await asyncio.sleep(0.05)

    async def left(self) -> dict[str, int]:
        row = await self.world.handles.postgres.fetchrow(LEFT)
        assert row is not None
        held = await reserved(self.world)
        assert held.keys() == NOTHING.keys()
        return held | dict(row)

    async def show(self) -> None:
        """Has MongoDB show what the book says, without a process that does so."""
        rows = await self.world.handles.postgres.fetch(UNDELIVERED)
        for row in rows:
            assert await deliver(self.world.handles, row["aggregate_id"])

    async def let_claims_end(self) -> None:
        """The time passes for which a process that has died would have delivered its messages."""
        await self.world.handles.postgres.execute(
            "UPDATE outbox SET next_attempt_at = now() WHERE delivered_at IS NULL"
        )

    async def violations(self) -> Mapping[str, Sequence[str]]:
        async with books(self.settings, self.world.handles) as both:
            return (await verify(both)).violations

    async def check(self, what: object) -> None:
        found = await self.violations()
        assert not found, f"{what} left {found}"

    async def value(self, text: str, *arguments: object) -> int:
        return int(await self.world.handles.postgres.fetchval(text, *arguments))

    async def orders_of(self, user_id: UUID) -> list[str]:
        rows = await self.world.handles.postgres.fetch("SELECT status::text FROM orders WHERE user_id = $1", user_id)
        return sorted(row["status"] for row in rows)
