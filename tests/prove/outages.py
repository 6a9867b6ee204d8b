"""Databases that are killed while many buy: nothing that was acknowledged is lost, and nothing is bought twice."""

import asyncio
import os
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from signal import SIGKILL
from typing import Any

from schema.ids import parse_global_id
from tests.prove.load import Load, Wish, load_of
from tests.prove.place import a_stage
from tests.prove.replica_set import replica_set
from tests.prove.report import Report, say
from tests.prove.stage import Stage

ROUNDS = 3
CALM_SECONDS = 8.0
AWAY_SECONDS = 4.0
PROCESSES = 2

COMPLETED = """SELECT o.id, o.user_id, i.item_id FROM orders o JOIN order_items i ON i.order_id = o.id
    WHERE o.status = 'completed'"""
OWNED = "SELECT user_id, item_id FROM ownerships WHERE state = 'OWNED'"
PAID = "SELECT provider_payment_id FROM payments WHERE state = 'PAID'"

Outage = Callable[[], Awaitable[None]]


async def prove(folder: Path, seconds: float | None = None) -> Report:
    report = Report("databases")
    calm = CALM_SECONDS if seconds is None else seconds / (2 * ROUNDS)
    async with a_stage(folder / "one") as stage:

        async def kill_postgres() -> None:
            # Whoever holds the embedded databases starts it again on its data.
            os.kill(int((folder / "one/databases/postgres/postmaster.pid").read_text().split()[0]), SIGKILL)

        await under_load(stage, "PostgreSQL", kill_postgres, calm, report)
    async with replica_set(folder / "set") as mongo, a_stage(folder / "other", mongo_uri=mongo.uri) as stage:

        async def kill_primary() -> None:
            dead = await mongo.kill_primary()
            await asyncio.sleep(AWAY_SECONDS)
            dead.start()

        await under_load(stage, "the primary of MongoDB", kill_primary, calm, report)
    return report


async def under_load(stage: Stage, name: str, outage: Outage, calm: float, report: Report) -> None:
    async with AsyncExitStack() as stack:
        services = [await stack.enter_async_context(stage.service()) for _ in range(PROCESSES)]
        load = await load_of(stage, services)
        buying = asyncio.create_task(load.run())
        kills = []
        for _ in range(ROUNDS):
            await asyncio.sleep(calm)
            kills.append(time.monotonic())
            await outage()
        await asyncio.sleep(calm)
        load.is_over = True
        await buying
        try:
            await stage.rest()
        except AssertionError as error:
            report.fail(f"{name}: {error}")
    await judge(stage, name, load, report)
    for moment in kills:
        report.cases += 1
        seconds = load.recovered_after(moment)
        if seconds is None:
            report.fail(f"{name} was killed and nobody could buy any more")
        else:
            report.times.append(seconds)
            say(f"  {name} was killed: bought again after {seconds:.1f} s")


async def judge(stage: Stage, name: str, load: Load, report: Report) -> None:
    """Compares the clients' own log with both books and with the provider's."""
    world = stage.world
    completed = [tuple(row) for row in await world.handles.postgres.fetch(COMPLETED)]
    owned = {tuple(row) for row in await world.handles.postgres.fetch(OWNED)}
    shown = {(each["userId"], each["itemId"]) async for each in world.handles.mongo["purchases"].find({})}
    charges = Counter(charged(stage))
    paid = {row["provider_payment_id"] for row in await world.handles.postgres.fetch(PAID)}
    orders = {order for order, *_ in completed}
    acknowledged = [wish for wish in load.wishes if wish.is_paid]
    lost = [wish for wish in acknowledged if order_of(wish) not in orders or wish.place not in owned & shown]
    times = Counter((person, item) for _, person, item in completed)
    doubled: list[Any] = [place for place, number in times.items() if number > 1]
    doubled += [intent for intent, number in charges.items() if number > 1]
    orphans = set(charges) ^ paid
    unanswered = [wish for wish in load.wishes if wish.answer is None]
    refused = Counter(wish.answer["__typename"] for wish in load.wishes if wish.answer and not wish.is_paid)
    violations = await stage.violations()
    say(
        f"  {name}: {len(acknowledged)} acknowledged, {len(lost)} lost, {len(doubled)} doubled, {len(unanswered)}"
        f" unanswered, {len(orphans)} charges or payments alone, {sum(map(len, violations.values()))} violations"
    )
    counts: dict[str, list[Any]] = {"lost": lost, "doubled": doubled, "violations": [*violations.items()]}
    counts |= {"unanswered": unanswered, "charges without payment": [*orphans], "refused": [*refused.items()]}
    report.counts["acknowledged"] = report.counts.get("acknowledged", 0) + len(acknowledged)
    for what, found in counts.items():
        report.counts[what] = report.counts.get(what, 0) + len(found)
        if found:
            report.fail(f"{name}: {what}: {found[:3]}")
    if len(completed) != len(acknowledged):
        report.fail(f"{name}: {len(completed)} orders are completed and {len(acknowledged)} acknowledged")


def charged(stage: Stage) -> Iterator[str]:
    """The intents of all charges, which the sandbox tells by pages."""
    stage.world.sandbox.seen = 0
    while page := stage.world.sandbox.effects():
        yield from (effect["intent"] for effect in page if effect["what"] == "charged")
        stage.world.sandbox.seen = page[-1]["seq"]


def order_of(wish: Wish) -> Any:
    assert wish.answer is not None
    return parse_global_id(wish.answer["order"]["id"])[1]
