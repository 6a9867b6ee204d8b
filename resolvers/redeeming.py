"""The coupon that a buyer wishes for a pending order: noted, and whether it would apply now.  Nothing is reserved here;
that is for the beginning of the payment.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.coupons import Coupon, CouponUsage, UsageState
from models.orders import Order, OrderItem, OrderStatus
from models.values import now
from resolvers.context import Handles
from resolvers.coupon_refusals import CouponUnknown, refusal
from resolvers.discounts import Sold, Terms, Uses, taken_off, why_not
from resolvers.order_refusals import OrderNotFound, OrderNotPending
from resolvers.placing import stored
from resolvers.shares import NOTHING, unit_of
from resolvers.stores import Row
from resolvers.transactions import transaction

LONGEST_CODE = 64


@dataclass(frozen=True)
class RedeemCoupon:
    order_id: UUID
    code: str


@dataclass(frozen=True)
class RemoveCoupon:
    order_id: UUID


@dataclass(frozen=True, slots=True)
class Redeemed:
    """The order with its coupon, and what that would take off now."""

    order: Row
    discount: Decimal


async def redeem_coupon(handles: Handles, user_id: UUID, command: RedeemCoupon) -> Redeemed:
    """Notes the coupon on the order, in place of any other.

    Raises OrderNotFound, OrderNotPending and, where the coupon would not apply now, a CouponRefused.
    """
    async with transaction(handles) as session:
        currency = await lock_pending(session, user_id, command.order_id)
        coupon = await coupon_of(session, command.code)
        items = await sold(session, command.order_id)
        terms = terms_of(coupon)
        reason = why_not(terms, items, currency, now(), await uses(session, coupon, user_id))
        if reason is not None:
            raise refusal(reason, coupon.code, terms.min_purchase or NOTHING)
        await wish(session, command.order_id, coupon.id)
    return Redeemed(await stored(handles, command.order_id), sum(taken_off(terms, items, unit_of(currency)), NOTHING))


async def remove_coupon(handles: Handles, user_id: UUID, command: RemoveCoupon) -> Row:
    """The order without a coupon, whether or not it had one.  Raises OrderNotFound and OrderNotPending."""
    async with transaction(handles) as session:
        await lock_pending(session, user_id, command.order_id)
        await wish(session, command.order_id, None)
    return await stored(handles, command.order_id)


async def lock_pending(session: AsyncSession, user_id: UUID, order_id: UUID) -> str:
    """The currency of a pending order of this person, which nobody else changes before the transaction ends."""
    locking = (
        select(col(Order.status), col(Order.currency))
        .where(col(Order.id) == order_id, col(Order.user_id) == user_id)
        .with_for_update()
    )
    found = (await session.exec(locking)).first()
    if found is None:
        raise OrderNotFound
    status, currency = found
    if status is not OrderStatus.PENDING:
        raise OrderNotPending(status)
    return currency


async def coupon_of(session: AsyncSession, given: str) -> Coupon:
    """The coupon with this code, without regard to case and blanks around it.  Raises CouponUnknown."""
    code = given.strip().upper()
    # No code is longer, and PostgreSQL takes no NUL in a text.
    is_possible = given.isascii() and len(code) <= LONGEST_CODE and "\0" not in code
    found = (await session.exec(select(Coupon).where(col(Coupon.code) == code))).first() if is_possible else None
    if found is None:
        raise CouponUnknown(code[:LONGEST_CODE])
    return found


async def sold(session: AsyncSession, order_id: UUID) -> Sequence[Sold]:
    """What is in the order, by place, with the categories that it was ordered with."""
    reading = select(col(OrderItem.item_id), col(OrderItem.price), col(OrderItem.category))
    rows = await session.exec(reading.where(col(OrderItem.order_id) == order_id).order_by(col(OrderItem.position)))
    return [Sold(*row) for row in rows]


async def uses(session: AsyncSession, coupon: Coupon, user_id: UUID) -> Uses:
    counting = select(func.count()).where(
        col(CouponUsage.coupon_id) == coupon.id,
        col(CouponUsage.user_id) == user_id,
        col(CouponUsage.state) != UsageState.RELEASED,
    )
    return Uses(coupon.uses, (await session.exec(counting)).one())


async def wish(session: AsyncSession, order_id: UUID, coupon_id: UUID | None) -> None:
    await session.exec(update(Order).where(col(Order.id) == order_id).values(coupon_id=coupon_id))


def terms_of(coupon: Coupon) -> Terms:
    return Terms(
        coupon.type,
        coupon.value,
        coupon.starts_at,
        coupon.ends_at,
        coupon.currency,
        coupon.max_discount,
        coupon.min_purchase,
        coupon.max_uses,
        coupon.max_uses_per_user,
        coupon.disabled_at,
        coupon.items,
        coupon.categories,
    )
