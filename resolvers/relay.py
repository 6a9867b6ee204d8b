"""Delivering the outbox: what the book has decided is shown on MongoDB, at least once, in order for each aggregate.

Notifications are hints that make it sooner; the table is the truth, and is looked at whether or not a hint came.
"""

import asyncio
import random
import time
from collections.abc import Sequence
from enum import Enum, auto
from uuid import UUID

import structlog
from asyncpg import InterfaceError, PostgresError

from resolvers.context import Handles
from resolvers.crash_points import crash_point
from resolvers.messages import CLAIM_SECONDS, Message, claim_due, claim_next, is_put_off, mark, put_off
from resolvers.outbox import CHANNEL
from resolvers.projections import apply
from resolvers.refusals import StoreUnavailable
from resolvers.stores import POSTGRES_OUTAGES

EFFECT_SECONDS = CLAIM_SECONDS * 0.6
"""How long an effect may take, so that it is marked before its claim ends."""

AT_ONCE = 8
POLL_SECONDS = 1.0
HINT_SECONDS = 0.05
"""How long the worker leaves a new message to the request that made it, and lets other hints come together."""

WAIT_SECONDS = 2.0
"""How long a request waits for one message, its own delivery or somebody else's."""

LOOK_SECONDS = 0.01
LONGEST_LOOK = 0.1

MOST_BACKOFF = 60.0

log = structlog.get_logger(__name__)


class End(Enum):
    """What became of one try to deliver: AWAY means that a database was."""

    DELIVERED = auto()
    FAILED = auto()
    AWAY = auto()


async def deliver(handles: Handles, aggregate_id: UUID) -> bool:
    """Delivers what one aggregate has, in its order, and says whether nothing is left.

    Nothing is raised when a database is away, and the caller waits for no message any longer than a person would like,
    whoever delivers it: what is left goes on without them.
    """
    look, until = LOOK_SECONDS, time.monotonic() + WAIT_SECONDS
    try:
        while True:
            message = await claim_next(handles, aggregate_id)
            if message is not None and not await is_delivered_soon(handles, message):
                return False
            is_given_up = await is_put_off(handles, aggregate_id)
            if is_given_up is None:
                return True
            if message is not None:
                continue
            if is_given_up or time.monotonic() > until:
                return False
            await asyncio.sleep(look)
            look = min(look * 1.5, LONGEST_LOOK)
    except StoreUnavailable:
        return False


async def is_delivered_soon(handles: Handles, message: Message) -> bool:
    delivery = handles.tasks.start(attempt(handles, message))
    ended, _ = await asyncio.wait({delivery}, timeout=WAIT_SECONDS)
    return bool(ended) and delivery.result() is End.DELIVERED


async def attempt(handles: Handles, message: Message) -> End:
    """Has the effect of a claimed message and marks it, or notes why not and when to try again."""
    crash_point("relay.claimed")
    try:
        async with asyncio.timeout(EFFECT_SECONDS):
            await apply(handles, message)
        crash_point("relay.applied")
        await mark(handles, message)
    except (StoreUnavailable, TimeoutError) as error:
        # No fault of the message: it is tried again soon, however often this happened.
        return await failed(handles, message, error, POLL_SECONDS * random.uniform(1, 2), End.AWAY)  # noqa: S311
    except Exception as error:
        log.exception("outbox message failed", message=message.id, kind=message.kind, attempts=message.attempts)
        return await failed(handles, message, error, min(2.0**message.attempts, MOST_BACKOFF), End.FAILED)
    crash_point("relay.marked")
    return End.DELIVERED


async def failed(handles: Handles, message: Message, error: Exception, seconds: float, end: End) -> End:
    said = f"{type(error).__name__}: {error}".replace("\0", "")
    try:
        await put_off(handles, message, seconds, said, is_at_fault=end is End.FAILED)
    except StoreUnavailable:
        # Its claim ends by itself.
        return End.AWAY
    return end


async def relay_forever(handles: Handles) -> None:
    """Delivers whatever is due until it is cancelled; any number of processes may do so at once."""
    hint = asyncio.Event()
    listening = asyncio.create_task(listen_forever(handles, hint))
    running: set[asyncio.Task[End]] = set()
    try:
        while True:
            claimed = await claimed_now(handles, AT_ONCE - len(running))
            # A delivery that is under way when the process ends gets its time to end, like requests.
            running |= {handles.tasks.start(attempt(handles, message)) for message in claimed}
            running = await pause(running, hint)
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


async def claimed_now(handles: Handles, most: int) -> Sequence[Message]:
    if most <= 0:
        return ()
    try:
        return await claim_due(handles, most)
    except StoreUnavailable:
        return ()
    except Exception:
        # Whatever it is, the worker of a replica does not end by it.
        log.exception("the outbox cannot be read")
        return ()


async def pause(running: set[asyncio.Task[End]], hint: asyncio.Event) -> set[asyncio.Task[End]]:
    """Waits until there may be something to do: a delivery has ended, a hint came, or it is time to look.  Answers
    with what is still under way.
    """
    hinted = asyncio.create_task(hint.wait())
    seconds = POLL_SECONDS * random.uniform(0.75, 1.25)  # noqa: S311 - replicas should not look all at once
    try:
        ended, _ = await asyncio.wait({hinted, *running}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        hinted.cancel()
    deliveries = ended & running
    if any(task.cancelled() or task.exception() or task.result() is End.AWAY for task in deliveries):
        await asyncio.sleep(seconds)
    elif hint.is_set() and not deliveries:
        await asyncio.sleep(HINT_SECONDS)
    hint.clear()
    return running - deliveries


async def listen_forever(handles: Handles, hint: asyncio.Event) -> None:
    """Has `hint` set whenever something was put into the outbox, as far as a connection of its own tells."""
    while True:
        try:
            connection = await handles.connect()
            ended = asyncio.Event()
            connection.add_termination_listener(lambda _, ended=ended: ended.set())
            try:
                await connection.add_listener(CHANNEL, lambda *_: hint.set())
                hint.set()
                await ended.wait()
            finally:
                connection.terminate()
        except (*POSTGRES_OUTAGES, PostgresError, InterfaceError):
            log.debug("no hints from PostgreSQL at the moment")
        await asyncio.sleep(POLL_SECONDS * random.uniform(1, 2))  # noqa: S311
