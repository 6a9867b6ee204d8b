"""The transaction that begins a refund: what is given back is reserved on the items and on the payment before the
provider is asked, so that no two refunds can have the same money.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.orders import Order, OrderItem, OrderStatus
from models.payments import Payment, PaymentState, Refund, RefundState
from models.values import new_id
from resolvers.auditing import note
from resolvers.context import Handles
from resolvers.crash_points import crash_point
from resolvers.idempotency import Asked, note_subject
from resolvers.intents import items_of
from resolvers.leases import Lease, take_completed
from resolvers.order_refusals import OrderNotFound
from resolvers.refund_parts import Left, Part, all_of, cash_of, some_of
from resolvers.refund_refusals import ItemNotInOrder, OrderNotRefundable, RefundTooLarge
from resolvers.refusals import InvalidInput
from resolvers.shares import NOTHING, unit_of


@dataclass(frozen=True)
class RefundOrder:
    """`items` are those of the order to give back of, None for all; `amount` is how much of their cash, None for
    everything that is left of them.
    """

    order_id: UUID
    reason: str
    idempotency_key: str
    items: tuple[UUID, ...] | None = None
    amount: Decimal | None = None


async def begin(session: AsyncSession, handles: Handles, request: Asked, command: RefundOrder) -> Lease | None:
    """Begins to give back what is asked for; the lease of the order, or None where somebody else has it.

    Raises OrderNotFound, OrderNotRefundable, ItemNotInOrder and RefundTooLarge.
    """
    order = await locked(session, command.order_id)
    if order.status is not OrderStatus.COMPLETED:
        raise OrderNotRefundable(order.status)
    parts = chosen(await left_of(session, order.id), order.currency, command)
    crash_point("refund.intent.within")
    await reserve(session, order, parts)
    await write(session, order, parts, request, command.reason)
    await note_subject(session, request, order.id)
    changes: dict[str, JsonValue] = {
        "items": [str(part.order_item_id) for part in parts],
        "amount": str(sum((part.amount for part in parts), NOTHING)),
        "creditValue": str(sum((part.credit_value for part in parts), NOTHING)),
        "currency": order.currency,
        "reason": command.reason,
    }
    await note(session, request.user_id, "order.refund_begun", order.id, about=order.user_id, changes=changes)
    return await take_completed(session, handles, order.id)


async def locked(session: AsyncSession, order_id: UUID) -> Order:
    """An order, whoever's, which nobody changes before the transaction ends.  Raises OrderNotFound."""
    order = (await session.exec(select(Order).where(col(Order.id) == order_id).with_for_update())).first()
    if order is None:
        raise OrderNotFound
    return order


async def left_of(session: AsyncSession, order_id: UUID) -> list[Left]:
    """What of each item can be given back.  The order must be locked."""
    on_the_way = select(col(Refund.order_item_id)).where(
        col(Refund.order_id) == order_id, col(Refund.state) == RefundState.PENDING
    )
    pending = set(await session.exec(on_the_way))
    return [left(item, is_pending=item.id in pending) for item in await items_of(session, order_id)]


def left(item: OrderItem, *, is_pending: bool) -> Left:
    cash = item.price - item.discount_share - item.credit_share - item.refunded_amount
    credit_value = item.credit_share - item.refunded_credit_value
    # What was for nothing has nothing left from the beginning, and is given back all the same.
    is_over = item.refunded_at is not None or (is_pending and not cash and not credit_value)
    return Left(item.id, cash, credit_value, is_over)


def chosen(items: Sequence[Left], currency: str, command: RefundOrder) -> list[Part]:
    """Raises ItemNotInOrder and RefundTooLarge."""
    wanted = named(items, currency, command)
    left = cash_of(wanted)
    if command.amount is not None:
        if command.amount > left:
            raise RefundTooLarge(left, currency)
        unit = unit_of(currency)
        if command.amount % unit:
            raise InvalidInput(("amount",), f"Amounts in {currency} are multiples of {unit}: name one.")
        return some_of(wanted, command.amount, unit)
    parts = all_of(wanted)
    if not parts:
        raise RefundTooLarge(left, currency)
    return parts


def named(items: Sequence[Left], currency: str, command: RefundOrder) -> Sequence[Left]:
    if command.items is None:
        return items
    by_id = {left.order_item_id: left for left in items}
    for place, item_id in enumerate(command.items):
        if item_id not in by_id:
            raise ItemNotInOrder(place)
        if by_id[item_id].is_over:
            raise RefundTooLarge(NOTHING, currency, place)
    return [by_id[item_id] for item_id in command.items]


async def reserve(session: AsyncSession, order: Order, parts: Sequence[Part]) -> None:
    """Counts what is on its way as given back; the database holds that to what there was."""
    for part in parts:
        await session.exec(
            update(OrderItem)
            .where(col(OrderItem.id) == part.order_item_id)
            .values(
                refunded_amount=col(OrderItem.refunded_amount) + part.amount,
                refunded_credit_value=col(OrderItem.refunded_credit_value) + part.credit_value,
            )
        )
    amount = sum((part.amount for part in parts), NOTHING)
    if amount:
        paid = col(Payment.order_id) == order.id, col(Payment.state) == PaymentState.PAID
        reserving = update(Payment).where(*paid).values(refunded_amount=col(Payment.refunded_amount) + amount)
        if (await session.exec(reserving.returning(col(Payment.id)))).first() is None:
            raise AssertionError(f"Bug: order {order.id} gives back money and was not paid any.")


async def write(session: AsyncSession, order: Order, parts: Sequence[Part], request: Asked, reason: str) -> None:
    paying = select(col(Payment.id)).where(col(Payment.order_id) == order.id, col(Payment.state) == PaymentState.PAID)
    payment_id = (await session.exec(paying)).first()
    session.add_all(
        Refund(
            id=new_id(),
            order_id=order.id,
            user_id=order.user_id,
            order_item_id=part.order_item_id,
            payment_id=payment_id if part.amount else None,
            amount=part.amount,
            credit_value=part.credit_value,
            currency=order.currency,
            reason=reason,
            requested_by=request.user_id,
            idempotency_key=request.key,
        )
        for part in parts
    )
    await session.flush()
