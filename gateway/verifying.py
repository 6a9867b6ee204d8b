"""The books as `gateway verify` and the background check read them: on connections of their own, without the time-outs
of requests, and in transactions that only read; and the background check, which one process at a time does.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import structlog

from gateway.databases import CONNECT_SECONDS, mongo_client
from gateway.settings import Settings
from gateway.workers import Loop
from resolvers.consistency import note, seconds_since_last
from resolvers.context import Handles
from resolvers.invariants.books import Books, Connection, with_plain_ids
from resolvers.invariants.verifying import Report, verify
from resolvers.refusals import StoreUnavailable
from resolvers.stores import mongo_outages_refused, postgres_outages_refused

SESSION = {
    "application_name": "gateway verify",
    "timezone": "UTC",
    "jit": "off",
    "work_mem": "64MB",
    "statement_timeout": "0",
    # The conditions on keys that are null for all are worked out once for each plan.
    "plan_cache_mode": "force_custom_plan",
}

LEASE = 7_201_122
"""The key of the advisory lock that whoever does the background check holds, by a connection that dies with them."""

LOOK_SECONDS = 20.0
AT_ONCE, REST = 250, 0.02
"""So that requests wait a few milliseconds for a check and not longer."""

log = structlog.get_logger(__name__)


@asynccontextmanager
async def books(
    settings: Settings, handles: Handles, *, at_once: int = 2_000, rest: float = 0.0
) -> AsyncIterator[Books]:
    """Both books, to be read at leisure while the context lasts."""
    url = settings.postgres_url
    if url is None:
        raise AssertionError("Bug: the books were opened before the addresses of the databases were known.")

    @asynccontextmanager
    async def snapshot() -> AsyncIterator[Connection]:
        connection = await asyncpg.connect(url, timeout=CONNECT_SECONDS, server_settings=SESSION)
        try:
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                yield await with_plain_ids(connection)
        finally:
            await connection.close(timeout=CONNECT_SECONDS)

    async with mongo_client(settings, None) as client:
        database = client.get_database(settings.mongo_db)
        yield Books(snapshot, database, handles.payments, handles.rules.referral_credits > 0, at_once, rest)


def checking(settings: Settings) -> Loop:
    """The background work that checks both books every so often, if the settings say so."""
    every = settings.verify_every_minutes * 60

    async def verify_forever(handles: Handles) -> None:
        while True:
            # Replicas that started together look one after the other.
            await asyncio.sleep(LOOK_SECONDS * random.uniform(0.5, 1.5))  # noqa: S311  Nothing is kept secret by it.
            try:
                await check_if_due(settings, handles, every)
            except StoreUnavailable:
                log.debug("the books cannot be checked at the moment")

    async def nothing(_: Handles) -> None:
        await asyncio.Event().wait()

    return verify_forever if every else nothing


async def check_if_due(settings: Settings, handles: Handles, every: float) -> Report | None:
    """Checks both books and writes down what came of it, unless somebody did lately or is about to."""
    if not await is_due(handles, every):
        return None
    async with lease(handles) as is_mine:
        # Somebody may have ended a check while we took the lease.
        if not is_mine or not await is_due(handles, every):
            return None
        with postgres_outages_refused(), mongo_outages_refused():
            async with books(settings, handles, at_once=AT_ONCE, rest=REST) as both:
                report = await verify(both)
        await note(handles, report)
    for name, ids in report.violations.items():
        log.error("an invariant is broken", invariant=name, count=len(ids), first=ids[0])
    return report


async def is_due(handles: Handles, every: float) -> bool:
    age = await seconds_since_last(handles)
    return age is None or age >= every


@asynccontextmanager
async def lease(handles: Handles) -> AsyncIterator[bool]:
    """Whether nobody else has the lease, which is then ours while the context lasts."""
    with postgres_outages_refused():
        connection = await handles.connect()
    try:
        yield bool(await connection.fetchval("SELECT pg_try_advisory_lock($1)", LEASE))
    finally:
        await connection.close(timeout=CONNECT_SECONDS)
