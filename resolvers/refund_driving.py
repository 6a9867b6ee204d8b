"""Giving back what refunds have reserved: the provider first, then the book.  The same drive serves the request that
began it and recovery.
"""

import asyncio
from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, update
from sqlmodel import col, select

from models.orders import RecoveryPoint
from models.payments import Payment, Refund, RefundState
from resolvers.charging import PAUSES
from resolvers.context import Handles
from resolvers.crash_points import crash_point
from resolvers.leases import Fenced, Lease, give_up, move, renew, take_completed
from resolvers.provider import (
    NotDone,
    Refunded,
    RefundFailed,
    RefundPending,
    RefundStanding,
    Refused,
    Unavailable,
    Unknown,
)
from resolvers.refund_committing import Due, complete, fail
from resolvers.relay import deliver
from resolvers.transactions import transaction

LOOK_AGAIN = timedelta(minutes=1)
"""How long the provider is left to finish a refund that it has accepted, before it is looked up again."""

ASK_AGAIN = timedelta(seconds=5)
"""How long a provider that does not answer is left in peace, before recovery asks it again."""


async def take_refunds(handles: Handles, order_id: UUID) -> Lease | None:
    """The lease of an order that has refunds under way, or None where somebody has it."""
    async with transaction(handles) as session:
        return await take_completed(session, handles, order_id)


async def drive(handles: Handles, lease: Lease) -> bool:
    """Takes all refunds that the order has under way as far as they go now; whether nobody else has taken them over.
    What is left undone, recovery goes on with.
    """
    tried: list[UUID] = []
    try:
        while (due := await next_due(handles, lease, tried)) is not None:
            tried.append(due.id)
            if not await advance(handles, lease, due):
                break
    except Fenced:
        return False
    await give_up(handles, lease)
    await show(handles, lease)
    return True


async def next_due(handles: Handles, lease: Lease, tried: Collection[UUID]) -> Due | None:
    """The refund of the order that has waited longest, of those that were not tried in this drive."""
    reading = (
        select(Refund, col(Payment.provider_payment_id))
        .outerjoin(Payment, col(Payment.id) == col(Refund.payment_id))
        .where(
            col(Refund.order_id) == lease.order_id,
            col(Refund.state) == RefundState.PENDING,
            col(Refund.id).not_in(tried),
        )
        .order_by(col(Refund.next_attempt_at), col(Refund.id))
        .limit(1)
    )
    async with transaction(handles) as session:
        found = (await session.exec(reading)).first()
    if found is None:
        return None
    refund, intent_id = found
    return Due(
        refund.id,
        refund.order_item_id,
        refund.amount,
        refund.credit_value,
        refund.currency,
        refund.payment_id,
        intent_id,
        refund.requested_by,
        refund.idempotency_key,
    )


async def advance(handles: Handles, lease: Lease, due: Due) -> bool:
    """Takes one refund as far as it goes now; false where the provider does not answer.  Raises Fenced."""
    if not due.amount:
        await complete(handles, lease, due, None)
        return True
    match await given(handles, lease, due):
        case Refunded(provider_refund_id, amount, currency):
            if (amount, currency) != (due.amount, due.currency):
                raise AssertionError(f"Bug: refund {due.id} gave back {amount} {currency}.")
            await complete(handles, lease, due, provider_refund_id)
        case RefundFailed(provider_refund_id, reason):
            await fail(handles, lease, due, reason, provider_refund_id)
        case Refused(reason):
            await fail(handles, lease, due, reason, None)
        case RefundPending(provider_refund_id):
            await put_off(handles, lease, due, LOOK_AGAIN, provider_refund_id)
        case _:
            await put_off(handles, lease, due, ASK_AGAIN, None)
            return False
    return True


async def given(handles: Handles, lease: Lease, due: Due) -> RefundStanding | NotDone:
    """How the refund stands once the provider was asked to make it, and asked again where it did not say.  It is made
    once, however often and by whomever that is asked.  Raises Fenced.
    """
    standing = await asked(handles, due)
    for pause in PAUSES:
        if not isinstance(standing, (Unknown, Unavailable)):
            break
        await asyncio.sleep(pause)
        await renew(handles, lease)
        standing = await asked(handles, due)
    return standing


async def asked(handles: Handles, due: Due) -> RefundStanding | NotDone:
    if due.intent_id is None:
        raise AssertionError(f"Bug: refund {due.id} gives back money of no payment.")
    crash_point("refund.giving")
    standing = await handles.payments.refund(due.id, due.intent_id, due.amount, due.currency)
    crash_point("refund.given")
    return standing


async def put_off(handles: Handles, lease: Lease, due: Due, after: timedelta, provider_refund_id: str | None) -> None:
    """Leaves a refund under way, to be looked at again.  Raises Fenced."""
    async with transaction(handles) as session:
        await move(session, handles, lease, RecoveryPoint.COMMITTED)
        changes = {} if provider_refund_id is None else {"provider_refund_id": provider_refund_id}
        await session.exec(
            update(Refund)
            .where(col(Refund.id) == due.id, col(Refund.state) == RefundState.PENDING)
            .values(next_attempt_at=func.now() + after, **changes)
        )
        crash_point("refund.wait.within")
    crash_point("refund.wait.noted")


async def show(handles: Handles, lease: Lease) -> None:
    """Has MongoDB say what the book says now; where it is away, the relay does it later."""
    crash_point("refund.show.begun")
    for aggregate_id in (lease.order_id, lease.user_id):
        await deliver(handles, aggregate_id)
    crash_point("refund.show.done")
