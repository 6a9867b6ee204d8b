"""A place to use coupons in: pending orders, and what payments do with the coupon of one, each in its transaction."""

from asyncio import sleep, timeout
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from models import coupons
from models.identity import Role
from models.orders import Order, OrderItem
from models.values import new_id
from resolvers import coupon_uses
from resolvers.coupon_refusals import CouponRefused
from resolvers.redeeming import sold
from resolvers.transactions import transaction
from tests.shop import coupon
from tests.world import KINDS, Item, Person, World

Step = Callable[[AsyncSession, UUID], Awaitable[None]]


async def pending(world: World, buyer: Person, *items: Item, currency: str = "INR") -> UUID:
    """An order that waits to be paid, as `placeOrder` leaves it."""
    number, at = world.next()
    total = sum((item.price for item in items), Decimal(0))
    order = Order(
        id=new_id(),
        number=f"P-{number:06}",
        user_id=buyer.id,
        amount=total,
        original_amount=total,
        currency=currency,
        created_at=at,
    )
    await world.save(order)
    await world.save(
        *(
            OrderItem(
                order_id=order.id,
                user_id=buyer.id,
                position=position,
                kind=KINDS[type(item)],
                item_id=item.id,
                title=item.title,
                category=getattr(item, "category", None),
                price=item.price,
                currency=currency,
            )
            for position, item in enumerate(items, 1)
        )
    )
    return order.id


async def reserve(world: World, used: coupons.Coupon, buyer: Person, order: UUID) -> list[str]:
    """What the coupon takes off each item, in a transaction of its own."""
    async with transaction(world.handles) as session:
        found = await session.get(Order, order, with_for_update=True)
        assert found is not None
        taken_off = await coupon_uses.reserve(
            session,
            used.id,
            order_id=order,
            user_id=buyer.id,
            items=await sold(session, order),
            currency=found.currency,
        )
        return list(map(str, taken_off))


async def step(world: World, done: Step, order: UUID) -> None:
    async with transaction(world.handles) as session:
        await done(session, order)


async def tried(world: World, used: coupons.Coupon, buyer: Person, order: UUID) -> str:
    """What came of it, by name."""
    try:
        await reserve(world, used, buyer, order)
    except CouponRefused as refused:
        return type(refused).__name__
    return "reserved"


async def book(world: World) -> tuple[int, list[tuple[str, int, str]]]:
    """How often the coupon says it is taken; and its uses: state, slot and discount."""
    used = await world.handles.postgres.fetchval("SELECT uses FROM coupons")
    rows = await world.handles.postgres.fetch("SELECT state, slot, discount FROM coupon_usages ORDER BY id")
    return used, [(row["state"], row["slot"], str(row["discount"])) for row in rows]


async def shop(world: World, **facts: Any) -> tuple[Person, coupons.Coupon, Item]:
    admin, buyer = await world.person(Role.ADMIN), await world.person()
    return buyer, await coupon(world, admin, code="SAVE", **facts), await world.product()


async def until_somebody_waits(connection: Any) -> None:
    async with timeout(5):
        while not await connection.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):  # noqa: ASYNC110
            await sleep(0.01)
