"""The outbox as a queue: messages are claimed for a time, marked when their effect is there, put off when it is not.

Only the first undelivered message of an aggregate can be claimed, so its effects keep their order.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from models.outbox import Aggregate
from resolvers.context import Handles
from resolvers.stores import Row, fetch
from resolvers.transactions import transaction

CLAIM_SECONDS = 15.0
"""How long nobody else tries a message: longer than a delivery may take, and how late one is whose process died."""

LONGEST_ERROR = 500

CLAIM_DUE = """
    WITH due AS MATERIALIZED (
        SELECT id FROM outbox head
        WHERE delivered_at IS NULL AND next_attempt_at <= now() AND NOT EXISTS (
            SELECT FROM outbox earlier
            WHERE earlier.aggregate_id = head.aggregate_id AND earlier.delivered_at IS NULL
                AND earlier.sequence < head.sequence
        )
        ORDER BY next_attempt_at, id LIMIT $1 FOR UPDATE SKIP LOCKED
    )
    UPDATE outbox
    SET next_attempt_at = now() + make_interval(secs => $2), attempts = outbox.attempts + 1, last_error = NULL
    FROM due WHERE outbox.id = due.id
    RETURNING outbox.id, aggregate, aggregate_id, kind, payload, attempts, next_attempt_at
"""
CLAIM_NEXT = """
    UPDATE outbox
    SET next_attempt_at = now() + make_interval(secs => $2), attempts = attempts + 1, last_error = NULL
    WHERE id = (SELECT id FROM outbox WHERE aggregate_id = $1 AND delivered_at IS NULL ORDER BY sequence LIMIT 1)
        AND delivered_at IS NULL AND next_attempt_at <= now()
    RETURNING id, aggregate, aggregate_id, kind, payload, attempts, next_attempt_at
"""
NEXT = """
    SELECT last_error IS NOT NULL AND next_attempt_at > now() AS is_put_off FROM outbox
    WHERE aggregate_id = $1 AND delivered_at IS NULL ORDER BY sequence LIMIT 1
"""
MARK = """
    UPDATE outbox SET delivered_at = now() WHERE id = $1 AND delivered_at IS NULL
"""
LOCK_ORDER = text("SELECT FROM orders WHERE id = :order FOR NO KEY UPDATE")
MARK_OF_ORDER = text(
    """
    WITH marked AS (UPDATE outbox SET delivered_at = now() WHERE id = :id AND delivered_at IS NULL)
    UPDATE orders SET fulfilment = 'DONE'
    WHERE id = :order AND fulfilment = 'PENDING' AND NOT EXISTS (
        SELECT FROM outbox WHERE aggregate_id = :order AND delivered_at IS NULL AND id <> :id
    )
    """
)
# Whoever came later has claimed it for a later time, and what they find counts.
PUT_OFF = """
    UPDATE outbox SET next_attempt_at = now() + make_interval(secs => $3), attempts = attempts - $4, last_error = $5
    WHERE id = $1 AND delivered_at IS NULL AND next_attempt_at = $2
"""
WAITING = """
    SELECT count(*) AS messages, coalesce(extract(epoch FROM now() - min(created_at)), 0)::float AS seconds
    FROM outbox WHERE delivered_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class Message:
    """One effect to be had elsewhere, claimed until `until`.  `attempts` counts this one."""

    id: int
    aggregate: Aggregate
    aggregate_id: UUID
    kind: str
    payload: Mapping[str, Any]
    attempts: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many messages are not delivered, and for how long the oldest has waited."""

    messages: float
    seconds: float


async def claim_due(handles: Handles, most: int) -> Sequence[Message]:
    """Messages of as many aggregates, the longest due first."""
    return [message_of(row) for row in await fetch(handles, "outbox", CLAIM_DUE, most, CLAIM_SECONDS)]


async def claim_next(handles: Handles, aggregate_id: UUID) -> Message | None:
    """The first message of an aggregate; None where there is none, or it is claimed or put off."""
    rows = await fetch(handles, "outbox", CLAIM_NEXT, aggregate_id, CLAIM_SECONDS)
    return message_of(rows[0]) if rows else None


async def is_put_off(handles: Handles, aggregate_id: UUID) -> bool | None:
    """Whether the first message of an aggregate has failed and is not due again; None where nothing is left."""
    rows = await fetch(handles, "outbox", NEXT, aggregate_id)
    return bool(rows[0]["is_put_off"]) if rows else None


async def mark(handles: Handles, message: Message) -> None:
    """Notes that the effect is there, again and late too.  With its last effect an order is fulfilled."""
    if message.aggregate is not Aggregate.ORDER:
        await fetch(handles, "outbox", MARK, message.id)
        return
    async with transaction(handles) as session:
        connection = await session.connection()
        # Who adds an effect holds this lock, so that the next statement sees what they have added.
        await connection.execute(LOCK_ORDER, {"order": message.aggregate_id})
        await connection.execute(MARK_OF_ORDER, {"order": message.aggregate_id, "id": message.id})


async def put_off(handles: Handles, message: Message, seconds: float, error: str, *, is_at_fault: bool) -> None:
    """Notes that the effect is not there, and when to try again.  What is not its fault is no attempt."""
    uncounted = 0 if is_at_fault else 1
    await fetch(handles, "outbox", PUT_OFF, message.id, message.until, seconds, uncounted, error[:LONGEST_ERROR])


async def waiting(handles: Handles) -> Waiting:
    (row,) = await fetch(handles, "outbox", WAITING)
    return Waiting(row["messages"], row["seconds"])


def message_of(row: Row) -> Message:
    return Message(
        row["id"],
        Aggregate(row["aggregate"]),
        row["aggregate_id"],
        row["kind"],
        # asyncpg gives JSON as text.
        json.loads(row["payload"]),
        row["attempts"],
        row["next_attempt_at"],
    )
