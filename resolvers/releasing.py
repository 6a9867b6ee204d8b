"""The step that takes a payment back: closed at the provider first, because a request that is still on its way must not
charge what was released; then everything that was reserved is given back.
"""

import asyncio
from collections.abc import Mapping

from pydantic import JsonValue
from sqlalchemy import func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.orders import Order, OrderItem, OrderStatus, Ownership, OwnershipState, PaymentStatus, RecoveryPoint
from models.payments import Payment, PaymentState
from resolvers import coupon_uses, ledger
from resolvers.charging import PAUSES, Unresolved, about, charged, write
from resolvers.context import Handles
from resolvers.crash_points import crash_point
from resolvers.idempotency import Key, again, finish
from resolvers.leases import Attempt, Held, move, renew
from resolvers.outcomes import ABANDONED, PAY_ORDER, declined
from resolvers.provider import Absent, Cancelled, NotDone, Refused, Standing, Succeeded, Unavailable, Unknown
from resolvers.shares import NOTHING
from resolvers.transactions import transaction

NOT_THERE = "resource_missing"
"""What the provider says of an attempt that it does not have."""


async def release(handles: Handles, held: Held) -> RecoveryPoint | Unresolved:
    payment = held.payment
    if payment is not None and not payment.is_unsent:
        match await closed(handles, held, payment):
            case Succeeded() as succeeded:
                return await charged(handles, held, payment, succeeded)
            case Unavailable(reason) | Unknown(reason):
                return Unresolved(reason)
            case Cancelled() | Refused():
                pass
            case other:
                raise AssertionError(f"Bug: a payment that was cancelled is {type(other).__name__}.")
    await give_back(handles, held)
    return RecoveryPoint.NONE


async def closed(handles: Handles, held: Held, payment: Attempt) -> Standing | NotDone:
    """How the attempt stands once the provider was asked to close it, and asked again where it did not say."""
    standing = await cancelled(handles, held, payment)
    for pause in PAUSES:
        if not isinstance(standing, (Unknown, Unavailable)):
            break
        await asyncio.sleep(pause)
        await renew(handles, held)
        standing = await cancelled(handles, held, payment)
    return standing


async def cancelled(handles: Handles, held: Held, payment: Attempt) -> Standing | NotDone:
    """Closes the attempt.  One that the provider has not heard of is made known first, so that a request that created
    it late finds it closed.
    """
    provider = handles.payments
    if payment.intent_id is None:
        found = await provider.look_up(payment.id, None, payment.created_at)
        if isinstance(found, Absent):
            crash_point("release.creating")
            found = await provider.create(payment.id, payment.amount, payment.currency, about(held))
        if isinstance(found, (Refused, Unavailable, Unknown)):
            return found
        payment.intent_id = found.intent_id
    crash_point("release.cancelling")
    standing = await provider.cancel(payment.intent_id)
    crash_point("release.cancelled")
    if isinstance(standing, Refused) and standing.reason != NOT_THERE:
        # Whatever the provider objects to, the attempt is still open there.
        return Unknown(standing.reason)
    return standing


async def give_back(handles: Handles, held: Held) -> None:
    """Gives back the use of the coupon, the credits and the claims on the items, and the order to its buyer: to be paid
    otherwise, or cancelled where that is what they want.  Raises Fenced.

    An order that `purchase` placed and whose payment never left is cancelled too: whoever asks again gets another.
    """
    is_final = held.payment is None or not held.payment.is_unsent
    async with transaction(handles) as session:
        is_cancelled = held.point is RecoveryPoint.CANCELLING or not (is_final or await is_of_an_order(session, held))
        await move(
            session,
            handles,
            held,
            RecoveryPoint.NONE,
            lease_until=func.now(),
            status=OrderStatus.CANCELLED if is_cancelled else OrderStatus.PENDING,
            cancelled_at=func.now() if is_cancelled else None,
            payment_status=PaymentStatus.FAILED if is_final else PaymentStatus.PENDING,
            amount=col(Order.original_amount),
            discount=NOTHING,
            credits_used=0,
            credit_value=NOTHING,
            payment_method=None,
            waits_until=None,
            idempotency_key=None,
        )
        crash_point("release.within")
        await coupon_uses.release(session, held.order_id)
        if held.credits:
            await ledger.release(session, held.user_id, held.credits)
        await unclaim(session, held)
        await session.exec(
            update(OrderItem)
            .where(col(OrderItem.order_id) == held.order_id)
            .values(discount_share=NOTHING, credit_share=NOTHING)
        )
        if held.payment is not None:
            await close(session, held.payment)
        if is_final:
            await finish(session, Key(held.user_id, held.key), await outcome(session, held))
        crash_point("release.written")
    crash_point("release.done")


async def is_of_an_order(session: AsyncSession, held: Held) -> bool:
    """Whether the buyer asked to pay an order that they had placed before."""
    return (await again(session, Key(held.user_id, held.key))).mutation == PAY_ORDER


async def unclaim(session: AsyncSession, held: Held) -> None:
    await session.exec(
        update(Ownership)
        .where(col(Ownership.order_id) == held.order_id, col(Ownership.state) == OwnershipState.CLAIMED)
        .values(state=OwnershipState.RELEASED, ended_at=func.now())
    )


async def close(session: AsyncSession, payment: Attempt) -> None:
    state = PaymentState.DECLINED if payment.is_declined else PaymentState.CANCELLED
    await write(session, payment, state=state, provider_payment_id=payment.intent_id)


async def outcome(session: AsyncSession, held: Held) -> Mapping[str, JsonValue]:
    """What the key of a payment that came to nothing stands for."""
    if held.payment is None or not held.payment.is_declined:
        return ABANDONED
    reading = select(col(Payment.decline_code), col(Payment.decline_message))
    code, message = (await session.exec(reading.where(col(Payment.id) == held.payment.id))).one()
    return declined(code or "", message)
