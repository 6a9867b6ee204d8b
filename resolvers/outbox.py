"""Writing down what must happen on MongoDB, in the transaction that decided it.  Delivering it is in `relay`."""

from collections.abc import Mapping
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import String, bindparam, cast, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel.ext.asyncio.session import AsyncSession

from models.outbox import Aggregate, OutboxMessage
from resolvers.transactions import run, table_of

CHANNEL = "outbox"
OUTBOX = table_of(OutboxMessage)
LATEST = select(func.coalesce(func.max(OUTBOX.c.sequence), 0)).where(OUTBOX.c.aggregate_id == bindparam("of_aggregate"))
ENQUEUEING = (
    insert(OUTBOX)
    .values(
        aggregate=bindparam("kind_of_aggregate"),
        aggregate_id=bindparam("of_aggregate"),
        sequence=LATEST.scalar_subquery() + 1,
        kind=bindparam("kind_of_effect"),
        payload=bindparam("payload_of_effect"),
    )
    .returning(func.pg_notify(CHANNEL, cast(OUTBOX.c.aggregate_id, String)))
)
"""Who listens is told when the transaction is committed."""


async def enqueue(
    session: AsyncSession, aggregate: Aggregate, aggregate_id: UUID, kind: str, payload: Mapping[str, JsonValue]
) -> None:
    """Adds an effect after those that the aggregate has.

    The transaction must hold the lock of the aggregate's own row (the order, the credit account, the claim), which is
    what puts its effects in an order.
    """
    given = {
        "kind_of_aggregate": aggregate,
        "of_aggregate": aggregate_id,
        "kind_of_effect": kind,
        "payload_of_effect": dict(payload),
    }
    await run(session, ENQUEUEING, given)
