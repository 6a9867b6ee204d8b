"""What goes on with orders whose driver is gone, from the start of every process and for as long as it lives: payments,
refunds, and the end of payments that wait too long for their buyer.
"""

import asyncio
import random
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import func, or_
from sqlmodel import col, select

from models.orders import Order, OrderStatus, RecoveryPoint
from models.payments import Refund, RefundState
from resolvers import refund_driving
from resolvers.context import Handles
from resolvers.driving import drive
from resolvers.leases import take
from resolvers.refusals import StoreUnavailable
from resolvers.transactions import transaction

AT_ONCE = 8
EVERY_SECONDS = 1.0

DUE = (
    select(col(Order.id))
    .where(
        col(Order.status) == OrderStatus.PROCESSING,
        col(Order.lease_until) <= func.now(),
        # Only an attempt that is not charged waits for its buyer.
        or_(
            col(Order.recovery_point) != RecoveryPoint.INTENT,
            col(Order.waits_until).is_(None),
            col(Order.waits_until) <= func.now(),
        ),
    )
    .order_by(col(Order.lease_until))
    .limit(AT_ONCE)
)

DUE_REFUNDS = (
    select(col(Order.id))
    .join(Refund, col(Refund.order_id) == col(Order.id))
    .where(
        col(Refund.state) == RefundState.PENDING,
        col(Refund.next_attempt_at) <= func.now(),
        col(Order.lease_until) <= func.now(),
    )
    .group_by(col(Order.id))
    .order_by(func.min(col(Refund.next_attempt_at)))
    .limit(AT_ONCE)
)

log = structlog.get_logger(__name__)


async def recover_forever(handles: Handles) -> None:
    """The worker of every replica: leases keep them apart.  A slow order holds up no other."""
    running: set[asyncio.Task[None]] = set()
    while True:
        work = await due(handles) if len(running) < AT_ONCE else []
        running |= {handles.tasks.start(each) for each in work}
        # Replicas that were started together should not ask together.
        await asyncio.sleep(EVERY_SECONDS * random.uniform(0.5, 1.5))  # noqa: S311  Nobody gains by foreseeing it.
        running = {task for task in running if not task.done()}


async def recover(handles: Handles) -> int:
    """Drives on some orders that nobody drives, until each has come as far as it goes now; how many there were."""
    work = await due(handles)
    if work:
        # Whoever stops waiting here stops none of it.
        await asyncio.wait([handles.tasks.start(each) for each in work])
    return len(work)


async def due(handles: Handles) -> list[Coroutine[Any, Any, None]]:
    """What there is to be driven on now; nothing while PostgreSQL is away."""
    try:
        payments, refunds = await abandoned(handles)
    except StoreUnavailable:
        return []
    return [*(drive_payment(handles, each) for each in payments), *(drive_refunds(handles, each) for each in refunds)]


async def abandoned(handles: Handles) -> tuple[Sequence[UUID], Sequence[UUID]]:
    """Orders whose payment and orders whose refunds nobody drives."""
    async with transaction(handles) as session:
        return (await session.exec(DUE)).all(), (await session.exec(DUE_REFUNDS)).all()


async def drive_payment(handles: Handles, order_id: UUID) -> None:
    with failures_logged(order_id):
        held = await take(handles, order_id)
        if held is not None:
            log.info("an order is driven on", order_id=str(order_id), point=held.point, fence=held.fence)
            await drive(handles, held)


async def drive_refunds(handles: Handles, order_id: UUID) -> None:
    with failures_logged(order_id):
        lease = await refund_driving.take_refunds(handles, order_id)
        if lease is not None:
            log.info("refunds are driven on", order_id=str(order_id), fence=lease.fence)
            await refund_driving.drive(handles, lease)


@contextmanager
def failures_logged(order_id: UUID) -> Iterator[None]:
    """What goes wrong with one order is no matter of the others."""
    try:
        yield
    except StoreUnavailable as refusal:
        log.warning("an order waits for a database", order_id=str(order_id), store=refusal.store)
    except Exception:
        log.exception("an order cannot be driven on", order_id=str(order_id))
