"""Who drives an order: one process at a time, by a lease that ends by itself and a fence that stops whoever is late.

Only the database's clock counts.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Interval, bindparam, func, update
from sqlalchemy.sql.dml import ReturningUpdate
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.orders import Order, OrderStatus, RecoveryPoint
from models.payments import Payment, PaymentState
from resolvers.context import Handles
from resolvers.transactions import run, table_of, transaction

ORDERS = table_of(Order)


class Fenced(Exception):
    """Somebody else drives this order now; whoever hears this stops and touches nothing more."""


@dataclass(slots=True)
class Attempt:
    """The attempt to charge that an order is in.  `is_unsent` says that certainly no request for it ever left."""

    id: UUID
    amount: Decimal
    currency: str
    method_id: str
    intent_id: str | None
    created_at: datetime
    is_declined: bool = False
    is_unsent: bool = False


@dataclass(slots=True)
class Lease:
    """The right to drive an order."""

    order_id: UUID
    user_id: UUID
    fence: int
    point: RecoveryPoint


@dataclass(slots=True)
class Held(Lease):
    """An order in payment and the right to drive it, and `key`, which is that of the request that it answers.

    `is_resumed` says that somebody drove it before, whose requests may still be on their way; `is_waiting`, that its
    buyer has to act; `is_overdue`, that the time for that, or for any payment, has ended.
    """

    key: str
    credits: int
    payment: Attempt | None
    is_resumed: bool = False
    is_waiting: bool = False
    is_overdue: bool = False


async def take(handles: Handles, order_id: UUID) -> Held | None:
    """The lease of an order in payment, or None where somebody has it or nothing is to be driven."""
    taking = (
        update(Order)
        .where(
            col(Order.id) == order_id,
            col(Order.status) == OrderStatus.PROCESSING,
            col(Order.lease_until) <= func.now(),
        )
        .values(fence=col(Order.fence) + 1, lease_until=func.now() + handles.rules.lease)
        .returning(
            col(Order.user_id),
            col(Order.fence),
            col(Order.recovery_point),
            col(Order.idempotency_key),
            col(Order.credits_used),
            col(Order.waits_until),
            func.now(),
        )
    )
    async with transaction(handles) as session:
        taken = (await session.exec(taking)).first()
        if taken is None:
            return None
        user_id, fence, point, key, credits_used, waits_until, at = taken
        if key is None:
            raise AssertionError(f"Bug: order {order_id} is in payment without a key.")
        payment = await open_attempt(session, order_id)
    ends_at = waits_until or (payment.created_at + handles.rules.wait if payment else None)
    return Held(
        order_id,
        user_id,
        fence,
        point,
        key,
        credits_used,
        payment,
        is_resumed=True,
        is_waiting=waits_until is not None,
        is_overdue=ends_at is not None and ends_at <= at,
    )


async def take_completed(session: AsyncSession, handles: Handles, order_id: UUID) -> Lease | None:
    """The lease of an order that is paid, for giving some of it back, or None where somebody has it."""
    taking = (
        update(Order)
        .where(
            col(Order.id) == order_id,
            col(Order.status) == OrderStatus.COMPLETED,
            col(Order.lease_until) <= func.now(),
        )
        .values(fence=col(Order.fence) + 1, lease_until=func.now() + handles.rules.lease)
        .returning(col(Order.user_id), col(Order.fence), col(Order.recovery_point))
    )
    taken = (await session.exec(taking)).first()
    return None if taken is None else Lease(order_id, *taken)


async def open_attempt(session: AsyncSession, order_id: UUID) -> Attempt | None:
    reading = select(Payment).where(
        col(Payment.order_id) == order_id,
        col(Payment.state).in_([PaymentState.CREATED, PaymentState.WAITING, PaymentState.PAID]),
    )
    found = (await session.exec(reading)).first()
    if found is None:
        return None
    return Attempt(
        found.id,
        found.amount,
        found.currency,
        found.payment_method_id or "",
        found.provider_payment_id,
        found.created_at,
        is_declined=found.decline_code is not None,
    )


def moving(**changes: Any) -> ReturningUpdate[Any]:
    """The statement of `move`, to be built once by steps that often come to the same."""
    return (
        update(ORDERS)
        .where(ORDERS.c.id == bindparam("of_order"), ORDERS.c.fence == bindparam("of_fence"))
        .values(
            {
                "recovery_point": bindparam("to_point"),
                "lease_until": func.now() + bindparam("for_lease", type_=Interval()),
                **changes,
            }
        )
        .returning(ORDERS.c.id)
    )


MOVING = moving()


async def move(
    session: AsyncSession,
    handles: Handles,
    held: Lease,
    point: RecoveryPoint,
    *,
    built: ReturningUpdate[Any] = MOVING,
    **changes: Any,
) -> None:
    """Notes how far the order has come, locks it for the rest of the transaction and renews the lease.

    The first statement of every transaction of whoever drives an order.  Raises Fenced.
    """
    statement = moving(**changes) if changes else built
    given = {
        "of_order": held.order_id,
        "of_fence": held.fence,
        "to_point": point,
        "for_lease": handles.rules.lease,
    }
    if (await run(session, statement, given)).first() is None:
        raise Fenced
    held.point = point


async def renew(handles: Handles, held: Lease) -> None:
    """Has the lease last as long again, before the provider is asked once more.  Raises Fenced."""
    async with transaction(handles) as session:
        await move(session, handles, held, held.point)


async def give_up(handles: Handles, held: Lease) -> None:
    """Ends the lease early, so that whoever comes next need not wait for it: neither for us nor for the buyer, whose
    attempt is to be looked up.
    """
    async with transaction(handles) as session:
        await session.exec(
            update(Order)
            .where(col(Order.id) == held.order_id, col(Order.fence) == held.fence)
            .values(lease_until=func.now(), waits_until=None)
        )
