"""The uses of coupons: reserved when a payment begins, consumed when it succeeds, released when it comes to nothing or
when everything is given back.

A limit is kept by the statement that takes a use, never by a count before it: the row of the coupon is taken first, so
that whoever comes second sees what the first has left.  All of this happens inside the transaction of a payment, and
once however often it is called.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, func, literal, or_, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.coupons import Coupon, CouponUsage, UsageState
from models.values import new_id
from resolvers.coupon_refusals import CouponRefused, refusal
from resolvers.discounts import Reason, Sold, Uses, taken_off, why_not
from resolvers.redeeming import terms_of, uses
from resolvers.shares import NOTHING, unit_of
from resolvers.transactions import run, table_of

USAGES = table_of(CouponUsage)
CONSUMING = (
    update(USAGES)
    .where(USAGES.c.order_id == bindparam("of_order"), USAGES.c.state == UsageState.RESERVED)
    .values(state=UsageState.CONSUMED)
)


async def reserve(
    session: AsyncSession, coupon_id: UUID, *, order_id: UUID, user_id: UUID, items: Sequence[Sold], currency: str
) -> list[Decimal]:
    """Takes one use of the coupon for an order that the transaction has locked; what that takes off each item.

    A use that was released before is taken again.  Raises a CouponRefused, which leaves nothing changed.
    """
    taken = await held_by(session, order_id)
    if taken is not None:
        return await taken_before(session, taken, coupon_id, items)
    async with session.begin_nested():
        coupon, at = await take(session, coupon_id, user_id, items, currency)
        terms = terms_of(coupon)
        reason = why_not(terms, items, currency, at, Uses(coupon.uses - 1))
        if reason is not None:
            raise refusal(reason, coupon.code, terms.min_purchase or NOTHING)
        slot = await free_slot(session, coupon_id, user_id)
        if coupon.max_uses_per_user is not None and slot > coupon.max_uses_per_user:
            raise refusal(Reason.USED_BY_BUYER, coupon.code, NOTHING)
        discounts = taken_off(terms, items, unit_of(currency))
        await note(session, coupon_id, order_id, user_id, slot, sum(discounts, NOTHING))
    return discounts


async def consume(session: AsyncSession, order_id: UUID) -> None:
    """The order is paid: the use that it reserved, if any, is spent."""
    await run(session, CONSUMING, {"of_order": order_id})


async def release(session: AsyncSession, order_id: UUID) -> None:
    """The payment came to nothing: the use that the order reserved, if any, may be had again."""
    await give_back(session, order_id, UsageState.RESERVED)


async def release_by_refund(session: AsyncSession, order_id: UUID) -> None:
    """The whole order is given back: the use that it spent, if any, may be had again where the coupon says so now."""
    await give_back(session, order_id, UsageState.CONSUMED, col(Coupon.is_released_by_refund).is_(other=True))


async def take(
    session: AsyncSession, coupon_id: UUID, user_id: UUID, items: Sequence[Sold], currency: str
) -> tuple[Coupon, datetime]:
    """The coupon with one more use, locked, and the moment of the transaction.  Raises a CouponRefused."""
    taking = (
        update(Coupon)
        .where(
            col(Coupon.id) == coupon_id,
            or_(col(Coupon.max_uses).is_(None), col(Coupon.uses) < col(Coupon.max_uses)),
            col(Coupon.disabled_at).is_(None),
            col(Coupon.starts_at) <= func.now(),
            col(Coupon.ends_at) > func.now(),
        )
        .values(uses=col(Coupon.uses) + 1)
        .returning(Coupon, func.now())
        .execution_options(populate_existing=True)
    )
    for _ in range(2):
        found = (await session.exec(taking)).first()
        if found is not None:
            coupon, at = found
            return coupon, at
        refused = await why_refused(session, coupon_id, user_id, items, currency)
        if refused is not None:
            raise refused
    raise AssertionError("Bug: a coupon that applies and is locked cannot be taken.")


async def why_refused(
    session: AsyncSession, coupon_id: UUID, user_id: UUID, items: Sequence[Sold], currency: str
) -> CouponRefused | None:
    """Why the coupon was not to be had; None where that has changed meanwhile.  Locks it against further changes."""
    locking = select(Coupon, func.now()).where(col(Coupon.id) == coupon_id).with_for_update(key_share=True)
    coupon, at = (await session.exec(locking, execution_options={"populate_existing": True})).one()
    terms = terms_of(coupon)
    # It may have been withdrawn after this transaction began.
    is_withdrawn = coupon.disabled_at is not None
    reason = (
        Reason.DISABLED if is_withdrawn else why_not(terms, items, currency, at, await uses(session, coupon, user_id))
    )
    return None if reason is None else refusal(reason, coupon.code, terms.min_purchase or NOTHING)


async def free_slot(session: AsyncSession, coupon_id: UUID, user_id: UUID) -> int:
    """The lowest number that none of this person's own uses of the coupon has."""
    own = (
        select(col(CouponUsage.slot))
        .where(
            col(CouponUsage.coupon_id) == coupon_id, col(CouponUsage.user_id) == user_id, ~is_in(UsageState.RELEASED)
        )
        .cte("own")
    )
    after = select(literal(1).label("slot")).union_all(select(own.c.slot + 1)).subquery()
    lowest = select(func.min(after.c.slot)).where(after.c.slot.not_in(select(own.c.slot)))
    slot: int = (await session.exec(lowest)).one()
    return slot


async def note(
    session: AsyncSession, coupon_id: UUID, order_id: UUID, user_id: UUID, slot: int, discount: Decimal
) -> None:
    """Writes the use down, over one that this order had of the coupon before."""
    writing = insert(CouponUsage).values(
        id=new_id(), coupon_id=coupon_id, order_id=order_id, user_id=user_id, slot=slot, discount=discount
    )
    again = writing.on_conflict_do_update(
        index_elements=["coupon_id", "order_id"],
        set_={"state": UsageState.RESERVED, "slot": writing.excluded.slot, "discount": writing.excluded.discount},
        where=is_in(UsageState.RELEASED),
    )
    if (await session.exec(again.returning(col(CouponUsage.id)))).first() is None:
        raise AssertionError("Bug: an order that holds no use of a coupon has one.")


async def held_by(session: AsyncSession, order_id: UUID) -> CouponUsage | None:
    """The use that the order has, reserved or spent."""
    reading = select(CouponUsage).where(col(CouponUsage.order_id) == order_id, ~is_in(UsageState.RELEASED))
    return (await session.exec(reading, execution_options={"populate_existing": True})).first()


async def taken_before(
    session: AsyncSession, usage: CouponUsage, coupon_id: UUID, items: Sequence[Sold]
) -> list[Decimal]:
    """What the use of this order takes off each item."""
    coupon = (await session.exec(select(Coupon).where(col(Coupon.id) == coupon_id))).one()
    discounts = taken_off(terms_of(coupon), items, unit_of(usage.currency))
    if usage.coupon_id != coupon_id or sum(discounts, NOTHING) != usage.discount:
        raise AssertionError("Bug: an order in payment reserves another coupon, or one that was changed since.")
    return discounts


async def give_back(
    session: AsyncSession, order_id: UUID, before: UsageState, *conditions: ColumnElement[bool]
) -> None:
    # The coupon is locked first, as by those who take it, so that whoever comes second sees both changes or neither.
    locking = (
        select(col(Coupon.id))
        .join(CouponUsage, col(CouponUsage.coupon_id) == col(Coupon.id))
        .where(col(CouponUsage.order_id) == order_id, is_in(before), *conditions)
        .with_for_update(of=Coupon, key_share=True)
    )
    coupon_id = (await session.exec(locking)).first()
    if coupon_id is None:
        return
    releasing = update(CouponUsage).where(
        col(CouponUsage.order_id) == order_id, col(CouponUsage.coupon_id) == coupon_id, is_in(before)
    )
    released = await session.exec(releasing.values(state=UsageState.RELEASED).returning(col(CouponUsage.id)))
    if released.first() is not None:
        await session.exec(update(Coupon).where(col(Coupon.id) == coupon_id).values(uses=col(Coupon.uses) - 1))


def is_in(state: UsageState) -> ColumnElement[bool]:
    return col(CouponUsage.state) == state
