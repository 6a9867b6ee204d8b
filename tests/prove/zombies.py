"""A process that is frozen past its lease, while another one brings what it was doing to its end: thawed, it is fenced
and changes nothing.
"""

import asyncio
import random
import subprocess
import time
from contextlib import suppress
from hashlib import sha256
from signal import SIGCONT, SIGSTOP
from typing import Any

from resolvers.messages import CLAIM_SECONDS
from tests.prove.kills import Prover
from tests.prove.report import Report, say
from tests.prove.scenarios import BY_NAME
from tests.prove.service import LINGER_SECONDS, Fate, Service, Unreached
from tests.prove.stage import LEASE_SECONDS, Stage
from tests.prove.stories import Story

STORIES = ("success", "decline", "is given back in part")
TABLES = (
    "orders",
    "order_items",
    "payments",
    "refunds",
    "credit_accounts",
    "credit_entries",
    "coupon_usages",
    "coupons",
    "ownerships",
    "course_enrollments",
    "referral_claims",
    "idempotency_keys",
)
COLLECTIONS = ("purchases", "purchase_events", "members", "referrals")
TRIES = 3


async def prove(
    stage: Stage, draw: random.Random, until: float, *, most: int | None = None, point: str | None = None
) -> Report:
    report = Report("zombies")
    cases: list[tuple[Story, str]] = []
    for name in STORIES:
        passed = await Prover(stage).traced(BY_NAME[name])
        cases += [(BY_NAME[name], each) for each in sorted(set(passed)) if point in {None, each}]
    draw.shuffle(cases)
    for story, at in cases[:most]:
        if time.monotonic() > until:
            report.note(f"the time ended with {len(cases) - report.cases} cases not run")
            break
        await tried(stage, story, at, report)
    return report


async def tried(stage: Stage, story: Story, point: str, report: Report) -> None:
    report.cases += 1
    what = f"{story.name}, frozen at {point}"
    with report.trying(what):
        seconds = await reaching(stage, story, point)
        report.times.append(seconds)
        say(f"  {report.cases:4} {seconds:5.1f} s  {what}")


async def reaching(stage: Stage, story: Story, point: str) -> float:
    """Which process does what differs from run to run: what was not reached is tried again.  Raises Unreached."""
    for _ in range(TRIES - 1):
        with suppress(Unreached):
            return await frozen(stage, story, point)
    return await frozen(stage, story, point)


async def frozen(stage: Stage, story: Story, point: str) -> float:
    """How long others took to bring to its end what the frozen process had begun."""
    who = await story.begin(stage)
    stage.world.sandbox.begin_anew()
    async with stage.service(fate=Fate(point, by=SIGSTOP)) as zombie:
        asking = asyncio.create_task(story.told(stage, zombie, who))
        try:
            await stops(zombie, asking)
            began = time.monotonic()
            await asyncio.sleep(LEASE_SECONDS)
            if stage.is_hasty:
                await stage.let_claims_end()
            async with stage.service() as other:
                answer = await story.told(stage, other, who)
                await stage.rest()
                seconds = time.monotonic() - began
                before = await picture(stage)
                zombie.send(SIGCONT)
                late = await asking
                await asyncio.sleep(LEASE_SECONDS / 2)
                await stage.rest()
        finally:
            asking.cancel()
    assert answer == late == story.ends, f"others were told {answer}, the thawed one {late}"
    after = await picture(stage)
    changed = [name for name in before if before[name] != after[name]]
    assert not changed, f"the thawed one changed {changed}"
    await story.check(stage, who, answer)
    await stage.check(f"{story.name}, frozen at {point}")
    return seconds


async def stops(zombie: Service, asking: "asyncio.Task[str]") -> None:
    """Waits until the process is stopped.  Raises Unreached."""
    until = time.monotonic() + 2 * CLAIM_SECONDS
    while not is_stopped(zombie):
        if asking.done():
            until = min(until, time.monotonic() + LINGER_SECONDS / 2)
            asking.result()
        if time.monotonic() > until:
            raise Unreached(f"{zombie.fate} was not reached")
        await asyncio.sleep(0.05)


def is_stopped(process: Service) -> bool:
    command = ["ps", "-o", "stat=", "-p", str(process.process.pid)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.startswith("T")


async def picture(stage: Stage) -> dict[str, str]:
    """What both books say, whole, as one line for each table and collection.  Who has the lease of an order is no part
    of it: to ask for one anew is what a thawed request is free to do.
    """
    seen: dict[str, str] = {}
    for table in TABLES:
        rows = await stage.world.handles.postgres.fetch(
            f"SELECT to_jsonb(t) - '{{fence,lease_until,updated_at}}'::text[] AS row FROM {table} t ORDER BY 1"
        )
        seen[table] = digest([row["row"] for row in rows])
    rows = await stage.world.handles.postgres.fetch("SELECT id, kind, delivered_at FROM outbox ORDER BY id")
    seen["outbox"] = digest([tuple(row) for row in rows])
    for name in COLLECTIONS:
        found: list[Any] = await stage.world.handles.mongo[name].find({}, sort=[("_id", 1)]).to_list()
        seen[name] = digest(found)
    return seen


def digest(facts: list[Any]) -> str:
    return sha256("\n".join(map(repr, facts)).encode()).hexdigest()
