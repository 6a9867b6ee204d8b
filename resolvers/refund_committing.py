"""The transactions that end a refund: done, with everything that giving back takes away, or failed and released."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.catalog import PurchasableKind
from models.learning import CourseEnrollment
from models.orders import Fulfilment, Order, OrderItem, OrderStatus, Ownership, OwnershipState, PaymentStatus
from models.orders import RecoveryPoint as Point
from models.outbox import Aggregate
from models.payments import Payment, Refund, RefundState
from resolvers import converting, coupon_uses, ledger
from resolvers.context import Handles
from resolvers.crash_points import crash_point
from resolvers.idempotency import Key, finish
from resolvers.leases import Lease, move
from resolvers.outbox import enqueue
from resolvers.refund_outcomes import REFUNDED, failed
from resolvers.shares import NOTHING, credits_back
from resolvers.transactions import transaction


@dataclass(frozen=True, slots=True)
class Due:
    """A refund that is under way.  `intent_id` is the provider's name of the payment that its money comes out of; `key`
    is that of the request by which it was asked for.
    """

    id: UUID
    order_item_id: UUID
    amount: Decimal
    credit_value: Decimal
    currency: str
    payment_id: UUID | None
    intent_id: str | None
    requested_by: UUID
    key: str | None


async def complete(handles: Handles, lease: Lease, due: Due, provider_refund_id: str | None) -> None:
    """Everything that a refund is in the book, and what must be shown of it.  Raises Fenced."""
    crash_point("refund.commit.begun")
    async with transaction(handles) as session:
        await move(session, handles, lease, Point.COMMITTED, fulfilment=Fulfilment.PENDING)
        await end(session, due, RefundState.DONE, provider_refund_id=provider_refund_id)
        credits = await note_returned(session, lease, due)
        item = await given_back_whole(session, due)
        is_order_over = item is not None and await close_order(session, lease)
        crash_point("refund.commit.within")
        if is_order_over:
            await coupon_uses.release_by_refund(session, lease.order_id)
        if credits:
            await ledger.give_back(session, lease.user_id, credits, order_id=lease.order_id, refund_id=due.id)
        if is_order_over:
            await converting.void_for_refund(session, order_id=lease.order_id)
        if item is not None:
            await revoke(session, item)
        await enqueue(session, Aggregate.ORDER, lease.order_id, "refund", {"refundId": str(due.id)})
        await answer(session, lease, due)
        crash_point("refund.commit.written")
    crash_point("refund.commit.done")


async def fail(handles: Handles, lease: Lease, due: Due, reason: str, provider_refund_id: str | None) -> None:
    """The money did not go back: what was reserved for it may be given back by another refund.  Raises Fenced."""
    crash_point("refund.fail.begun")
    async with transaction(handles) as session:
        await move(session, handles, lease, Point.COMMITTED)
        await end(session, due, RefundState.FAILED, provider_refund_id=provider_refund_id, failure_reason=reason)
        await session.exec(
            update(OrderItem)
            .where(col(OrderItem.id) == due.order_item_id)
            .values(
                refunded_amount=col(OrderItem.refunded_amount) - due.amount,
                refunded_credit_value=col(OrderItem.refunded_credit_value) - due.credit_value,
            )
        )
        await session.exec(
            update(Payment)
            .where(col(Payment.id) == due.payment_id)
            .values(refunded_amount=col(Payment.refunded_amount) - due.amount)
        )
        await answer(session, lease, due)
        crash_point("refund.fail.written")
    crash_point("refund.fail.done")


async def end(session: AsyncSession, due: Due, state: RefundState, **facts: str | None) -> None:
    ending = update(Refund).where(col(Refund.id) == due.id, col(Refund.state) == RefundState.PENDING)
    ended = await session.exec(ending.values(state=state, completed_at=func.now(), **facts).returning(col(Refund.id)))
    if ended.first() is None:
        raise AssertionError(f"Bug: refund {due.id} came to its end twice.")


async def note_returned(session: AsyncSession, lease: Lease, due: Due) -> int:
    """Counts the refund in its order; how many whole credits come back with it."""
    reading = select(col(Order.credits_used), col(Order.credit_value), col(Order.credits_returned))
    used, worth, given = (await session.exec(reading.where(col(Order.id) == lease.order_id))).one()
    credits = 0
    if due.credit_value:
        of_order = col(Refund.order_id) == lease.order_id
        returned = select(func.coalesce(func.sum(col(Refund.credit_value)), NOTHING)).where(of_order, is_done())
        # What a credit was worth when the order was paid, whatever it is worth now.
        credits = credits_back((await session.exec(returned)).one(), worth / used, given)
        await session.exec(update(Refund).where(col(Refund.id) == due.id).values(credits_returned=credits))
    await session.exec(
        update(Order)
        .where(col(Order.id) == lease.order_id)
        .values(
            refunded_amount=col(Order.refunded_amount) + due.amount,
            credits_returned=col(Order.credits_returned) + credits,
        )
    )
    return credits


async def given_back_whole(session: AsyncSession, due: Due) -> OrderItem | None:
    """The item, if all of its cash and of its credits' value is back by now."""
    of_item = col(Refund.order_item_id) == due.order_item_id
    summing = select(func.sum(col(Refund.amount)), func.sum(col(Refund.credit_value))).where(of_item, is_done())
    amount, credit_value = (await session.exec(summing)).one()
    closing = (
        update(OrderItem)
        .where(
            col(OrderItem.id) == due.order_item_id,
            col(OrderItem.price) - col(OrderItem.discount_share) - col(OrderItem.credit_share) == amount,
            col(OrderItem.credit_share) == credit_value,
        )
        .values(refunded_at=func.now())
        .returning(OrderItem)
    )
    return (await session.exec(closing)).scalars().first()


async def close_order(session: AsyncSession, lease: Lease) -> bool:
    """Whether all items are given back, by which the order is."""
    kept = select(col(OrderItem.id)).where(
        col(OrderItem.order_id) == lease.order_id, col(OrderItem.refunded_at).is_(None)
    )
    closing = (
        update(Order)
        .where(col(Order.id) == lease.order_id, ~kept.exists())
        .values(status=OrderStatus.REFUNDED, payment_status=PaymentStatus.REFUNDED)
        .returning(col(Order.id))
    )
    return (await session.exec(closing)).first() is not None


async def revoke(session: AsyncSession, item: OrderItem) -> None:
    """Takes the item from its buyer, and them out of the course that it is, unless they are there for another cause."""
    await session.exec(
        update(Ownership)
        .where(col(Ownership.order_item_id) == item.id, col(Ownership.state) == OwnershipState.OWNED)
        .values(state=OwnershipState.REVOKED, ended_at=func.now())
    )
    if item.kind is PurchasableKind.COURSE:
        await session.exec(
            update(CourseEnrollment)
            .where(
                col(CourseEnrollment.user_id) == item.user_id,
                col(CourseEnrollment.course_id) == item.item_id,
                col(CourseEnrollment.order_id) == item.order_id,
                col(CourseEnrollment.ended_at).is_(None),
            )
            .values(ended_at=func.now())
        )


async def answer(session: AsyncSession, lease: Lease, due: Due) -> None:
    """Gives the key its final answer with the last refund that was asked for by it."""
    if due.key is None:
        return
    reading = select(col(Refund.state), col(Refund.failure_reason)).where(
        col(Refund.order_id) == lease.order_id,
        col(Refund.requested_by) == due.requested_by,
        col(Refund.idempotency_key) == due.key,
    )
    each = (await session.exec(reading)).all()
    states = {state for state, _ in each}
    if RefundState.PENDING in states:
        return
    reasons = sorted({reason for _, reason in each if reason})
    outcome = REFUNDED if RefundState.DONE in states else failed(", ".join(reasons))
    await finish(session, Key(due.requested_by, due.key), outcome)


def is_done() -> ColumnElement[bool]:
    return col(Refund.state) == RefundState.DONE
