"""Cancelling orders: those that wait to be paid, and those whose payment waits for its buyer."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from models.orders import Order, OrderStatus, RecoveryPoint
from resolvers.charging import Unresolved
from resolvers.context import Handles
from resolvers.crash_points import crash_point
from resolvers.driving import Busy, End, drive
from resolvers.intents import locked
from resolvers.leases import Fenced, Held, move, take
from resolvers.order_refusals import OrderNotPending
from resolvers.payment_refusals import PaymentUnresolved
from resolvers.placing import stored
from resolvers.stores import Row
from resolvers.transactions import transaction


@dataclass(frozen=True)
class CancelOrder:
    order_id: UUID


async def cancel_order(handles: Handles, user_id: UUID, command: CancelOrder) -> Row:
    """The order, cancelled now or before.  A payment that is begun and not charged is closed at the provider first.

    Raises OrderNotFound, OrderNotPending for an order that is being charged or was paid, and PaymentUnresolved where
    the provider does not answer: then it is cancelled as soon as it does.
    """
    async with transaction(handles) as session:
        status = await cancelled(session, user_id, command.order_id)
    if status is OrderStatus.PROCESSING:
        try:
            end = await handles.tasks.do(given_up(handles, command.order_id))
        except TimeoutError:
            raise PaymentUnresolved from None
        if isinstance(end, Unresolved):
            raise PaymentUnresolved
        async with transaction(handles) as session:
            status = await cancelled(session, user_id, command.order_id)
    if status is not OrderStatus.CANCELLED:
        raise OrderNotPending(status)
    return await stored(handles, command.order_id)


async def cancelled(session: AsyncSession, user_id: UUID, order_id: UUID) -> OrderStatus:
    """What becomes of the order without asking anybody else."""
    order = await locked(session, user_id, order_id)
    if order.status is OrderStatus.PENDING:
        cancelling = update(Order).where(col(Order.id) == order_id)
        await session.exec(cancelling.values(status=OrderStatus.CANCELLED, cancelled_at=func.now()))
        return OrderStatus.CANCELLED
    return order.status


async def given_up(handles: Handles, order_id: UUID) -> End:
    """Closes a payment that is not charged yet.  One that somebody drives at this moment is left to them."""
    held = await take(handles, order_id)
    if held is None:
        return Busy()
    if held.point is RecoveryPoint.INTENT:
        try:
            await note_given_up(handles, held)
        except Fenced:
            return Busy()
    return await drive(handles, held)


async def note_given_up(handles: Handles, held: Held) -> None:
    async with transaction(handles) as session:
        await move(session, handles, held, RecoveryPoint.CANCELLING, waits_until=None)
        crash_point("cancel.within")
    crash_point("cancel.noted")
