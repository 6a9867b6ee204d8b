"""The uses of coupons in payments: limits that hold whoever comes at once, and uses that come back once."""

from asyncio import Event, create_task, gather
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from gateway.settings import Settings
from models.catalog import ProductCategory
from models.coupons import CouponType
from models.identity import Role
from models.values import now
from resolvers import coupon_uses
from resolvers.coupon_refusals import CouponUsedByBuyer, CouponWithdrawn
from resolvers.issuing import EditCoupon, edit_coupon
from resolvers.redeeming import sold
from resolvers.refusals import InvalidInput
from resolvers.transactions import transaction
from tests.money.coupon_place import book, pending, reserve, shop, step, tried, until_somebody_waits
from tests.shop import coupon
from tests.world import Item, World


@pytest.fixture(autouse=True)
async def many_at_once(world: World, settings: Settings) -> AsyncIterator[None]:
    """Payments that really meet at the coupon: the service that tests share writes one transaction after another."""
    engine = create_async_engine(str(settings.postgres_url).replace("://", "+asyncpg://", 1), pool_size=16)
    world.handles = replace(world.handles, engine=engine)
    yield
    await engine.dispose()


async def test_of_fifty_orders_at_once_for_ten_uses_exactly_ten_get_one(world: World) -> None:
    _, used, item = await shop(world, max_uses=10)
    buyers = [await world.person() for _ in range(50)]
    orders = [await pending(world, buyer, item) for buyer in buyers]

    outcomes = await gather(*(tried(world, used, *each) for each in zip(buyers, orders, strict=True)))

    assert (outcomes.count("reserved"), outcomes.count("CouponExhausted")) == (10, 40)
    assert await book(world) == (10, [("RESERVED", 1, "0.99")] * 10)


@pytest.mark.parametrize("limit", [1, 2])
async def test_of_a_persons_orders_at_once_as_many_get_a_use_as_one_person_may_have(world: World, limit: int) -> None:
    buyer, used, item = await shop(world, max_uses_per_user=limit)
    orders = [await pending(world, buyer, item) for _ in range(5)]

    outcomes = await gather(*(tried(world, used, buyer, order) for order in orders))

    assert (outcomes.count("reserved"), outcomes.count("CouponUsedByBuyer")) == (limit, 5 - limit)
    uses, rows = await book(world)
    assert (uses, sorted(slot for _, slot, _ in rows)) == (limit, list(range(1, limit + 1)))


async def test_no_limit_is_lowered_below_what_is_taken(world: World) -> None:
    buyer, used, item = await shop(world, max_uses=5, max_uses_per_user=3)
    for _ in range(2):
        await reserve(world, used, buyer, await pending(world, buyer, item))

    with pytest.raises(InvalidInput, match="2 uses are taken already"):
        await edit_coupon(world.handles, EditCoupon(used.id, max_uses=1))
    await edit_coupon(world.handles, EditCoupon(used.id, max_uses=2, max_uses_per_user=2))


async def test_no_limit_per_person_is_lowered_below_the_number_of_a_use_that_is_taken(world: World) -> None:
    buyer, used, item = await shop(world, max_uses_per_user=3)
    first, second = [await pending(world, buyer, item) for _ in range(2)]
    for order in (first, second):
        await reserve(world, used, buyer, order)
    await step(world, coupon_uses.release, first)

    with pytest.raises(InvalidInput, match="Somebody has taken use number 2 of theirs already: name no less"):
        await edit_coupon(world.handles, EditCoupon(used.id, max_uses_per_user=1))
    await edit_coupon(world.handles, EditCoupon(used.id, max_uses=1, max_uses_per_user=2))


async def test_what_one_person_has_used_up_others_still_have(world: World) -> None:
    buyer, used, item = await shop(world, max_uses_per_user=1)
    other = await world.person()
    await reserve(world, used, buyer, await pending(world, buyer, item))

    assert await tried(world, used, buyer, await pending(world, buyer, item)) == "CouponUsedByBuyer"
    assert await tried(world, used, other, await pending(world, other, item)) == "reserved"


async def test_a_use_is_reserved_spent_and_given_back_once_however_often_it_is_asked(world: World) -> None:
    buyer, used, item = await shop(world, is_released_by_refund=True, max_uses=1)
    order = await pending(world, buyer, item)

    assert [await reserve(world, used, buyer, order) for _ in range(3)] == [["0.99"]] * 3
    assert await book(world) == (1, [("RESERVED", 1, "0.99")])
    for _ in range(3):
        await step(world, coupon_uses.consume, order)
    await step(world, coupon_uses.release, order)
    assert await book(world) == (1, [("CONSUMED", 1, "0.99")])
    for _ in range(3):
        await step(world, coupon_uses.release_by_refund, order)
    assert await book(world) == (0, [("RELEASED", 1, "0.99")])


async def test_a_coupon_that_refunds_do_not_release_stays_spent(world: World) -> None:
    buyer, used, item = await shop(world)
    order = await pending(world, buyer, item)
    await reserve(world, used, buyer, order)
    await step(world, coupon_uses.release_by_refund, order)
    assert await book(world) == (1, [("RESERVED", 1, "0.99")])

    await step(world, coupon_uses.consume, order)
    await step(world, coupon_uses.release_by_refund, order)

    assert await book(world) == (1, [("CONSUMED", 1, "0.99")])


async def test_what_is_released_is_had_again_by_the_same_order_and_by_others_and_gives_back_one_use(
    world: World,
) -> None:
    buyer, used, item = await shop(world, max_uses=1, max_uses_per_user=1)
    first, second = await pending(world, buyer, item), await pending(world, buyer, item)
    await reserve(world, used, buyer, first)

    await gather(*(step(world, coupon_uses.release, first) for _ in range(5)))
    await step(world, coupon_uses.consume, first)
    assert await book(world) == (0, [("RELEASED", 1, "0.99")])
    assert await tried(world, used, buyer, second) == "reserved"
    assert await tried(world, used, buyer, first) == "CouponExhausted"
    await step(world, coupon_uses.release, second)
    assert await tried(world, used, buyer, first) == "reserved"

    assert await book(world) == (1, [("RESERVED", 1, "0.99"), ("RELEASED", 1, "0.99")])


async def test_a_slot_that_was_released_is_taken_before_a_higher_one(world: World) -> None:
    buyer, used, item = await shop(world, max_uses_per_user=3)
    orders = [await pending(world, buyer, item) for _ in range(4)]
    for order in orders[:3]:
        await reserve(world, used, buyer, order)

    await step(world, coupon_uses.release, orders[1])

    assert await tried(world, used, buyer, orders[3]) == "reserved"
    assert [row[:2] for row in (await book(world))[1]] == [
        ("RESERVED", 1), ("RELEASED", 2), ("RESERVED", 3), ("RESERVED", 2),
    ]  # fmt: skip


EARLIER, LATER = now() - timedelta(days=2), now() + timedelta(days=2)
EDITED: list[tuple[str, dict[str, Any]]] = [
    ("CouponWithdrawn", {"disabled_at": now()}),
    ("CouponNotStarted", {"starts_at": LATER, "ends_at": LATER + timedelta(days=1)}),
    ("CouponExpired", {"starts_at": EARLIER, "ends_at": EARLIER + timedelta(days=1)}),
    ("CouponForOtherCurrency", {"currency": "EUR", "max_discount": Decimal(5)}),
    ("CouponForOtherItems", {"categories": ["software"]}),
    ("CouponNeedsMore", {"currency": "INR", "min_purchase": Decimal("10.00")}),
    ("CouponExhausted", {"max_uses": 1, "uses": 1}),
]


@pytest.mark.parametrize(("refused", "changes"), EDITED, ids=[refused for refused, _ in EDITED])
async def test_a_coupon_that_was_changed_since_it_was_wished_for_is_refused_and_nothing_is_taken(
    world: World, refused: str, changes: dict[str, Any]
) -> None:
    buyer, used, item = await shop(world)
    order = await pending(world, buyer, item)
    for name, value in changes.items():
        await world.handles.postgres.execute(f"UPDATE coupons SET {name} = $1", value)
    before = await book(world)

    assert await tried(world, used, buyer, order) == refused
    assert await book(world) == before


async def test_a_refusal_leaves_nothing_changed_for_who_goes_on_without_the_coupon(world: World) -> None:
    buyer, used, item = await shop(world, max_uses_per_user=1)
    await reserve(world, used, buyer, await pending(world, buyer, item))
    order = await pending(world, buyer, item)

    async with transaction(world.handles) as session:
        with pytest.raises(CouponUsedByBuyer):
            await coupon_uses.reserve(
                session, used.id, order_id=order, user_id=buyer.id, items=await sold(session, order), currency="INR"
            )

    assert (await book(world))[0] == 1


async def test_terms_that_change_while_a_payment_waits_for_them_are_those_that_it_gets(world: World) -> None:
    buyer, used, item = await shop(world)
    order = await pending(world, buyer, item)
    async with world.handles.postgres.acquire() as connection:
        editing = connection.transaction()
        await editing.start()
        await connection.execute("UPDATE coupons SET value = 50")
        reserving = create_task(reserve(world, used, buyer, order))
        await until_somebody_waits(connection)
        await editing.commit()

    assert await reserving == ["4.99"]


async def test_a_coupon_that_is_disabled_while_a_payment_waits_for_it_is_refused(world: World) -> None:
    buyer, used, item = await shop(world)
    order = await pending(world, buyer, item)
    begun, disabled = Event(), Event()

    async def pay() -> None:
        async with transaction(world.handles) as session:
            items = await sold(session, order)
            begun.set()
            await disabled.wait()
            await coupon_uses.reserve(session, used.id, order_id=order, user_id=buyer.id, items=items, currency="INR")

    paying = create_task(pay())
    await begun.wait()
    await world.handles.postgres.execute("UPDATE coupons SET disabled_at = now()")
    disabled.set()

    with pytest.raises(CouponWithdrawn):
        await paying


async def test_who_is_refused_while_another_gives_back_gets_what_that_left(world: World) -> None:
    buyer, used, item = await shop(world, max_uses=1)
    held, order = await pending(world, buyer, item), await pending(world, buyer, item)
    await reserve(world, used, buyer, held)

    async with transaction(world.handles) as session:
        await coupon_uses.release(session, held)
        reserving = create_task(tried(world, used, buyer, order))
        async with world.handles.postgres.acquire() as connection:
            await until_somebody_waits(connection)

    assert await reserving == "reserved"
    assert (await book(world))[0] == 1


async def test_a_discount_is_of_what_the_coupon_is_for_and_never_more_than_that_costs(world: World) -> None:
    buyer, used, _ = await shop(
        world, type=CouponType.FIXED, value=Decimal(50), currency="INR", categories=["ebook", "yoga"]
    )
    admin = await world.person(Role.ADMIN)
    items: list[Item] = [
        await world.product(price=Decimal("10.00")),
        await world.product(price=Decimal("99.00"), category=ProductCategory.SOFTWARE),
        await world.course(admin, price=Decimal("5.01"), category="yoga"),
    ]
    order = await pending(world, buyer, *items)

    assert await reserve(world, used, buyer, order) == ["10.00", "0.00", "5.01"]


async def test_the_least_purchase_is_of_what_the_coupon_is_for(world: World) -> None:
    buyer, used, _ = await shop(world, currency="INR", min_purchase=Decimal("20.00"), categories=["ebook"])
    dear = await world.product(price=Decimal("99.00"), category=ProductCategory.SOFTWARE)
    cheap, enough = await world.product(price=Decimal("19.99")), await world.product(price=Decimal("0.01"))

    assert await tried(world, used, buyer, await pending(world, buyer, dear, cheap)) == "CouponNeedsMore"
    order = await pending(world, buyer, dear, cheap, enough)
    assert await reserve(world, used, buyer, order) == ["0.00", "2.00", "0.00"]


async def test_an_order_holds_one_use_whatever_coupons_it_was_tried_with(world: World) -> None:
    buyer, used, item = await shop(world)
    other = await coupon(world, await world.person(Role.ADMIN), code="OTHER", value=Decimal(20))
    order = await pending(world, buyer, item)
    await reserve(world, used, buyer, order)

    with pytest.raises(AssertionError, match="Bug: an order in payment"):
        await reserve(world, other, buyer, order)
    await step(world, coupon_uses.release, order)

    assert await reserve(world, other, buyer, order) == ["1.99"]
    await step(world, coupon_uses.consume, order)
    states = await world.handles.postgres.fetch("SELECT code, uses FROM coupons ORDER BY code")
    assert [tuple(row) for row in states] == [("OTHER", 1), ("SAVE", 0)]
