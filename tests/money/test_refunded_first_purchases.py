"""Giving back a first purchase takes back what it brought: the referral, both rewards, and the course."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from models.learning import CourseEnrollment
from models.values import new_id
from schema.ids import parse_global_id
from tests.money.test_converting import spend
from tests.referring import accounts, brought, claim_on, entries
from tests.refunding import admin_of, bought, items_of, refund
from tests.world import World

ENROLLED = "SELECT ended_at IS NULL, progress FROM course_enrollments WHERE user_id = $1"


async def test_the_referral_is_voided_with_the_last_item_and_what_was_spent_stays_owed(world: World) -> None:
    admin = await admin_of(world)
    referrer, referred = await brought(world)
    products = [await world.product(price=Decimal(40)) for _ in range(2)]
    order = await bought(world, referred, *products)
    reward = world.handles.rules.referral_credits
    await spend(world, referrer, reward - 1)

    await refund(world, admin, order, items=(await items_of(world, order))[:1])
    partly = (await claim_on(world, referred))["state"]
    await refund(world, admin, order)

    assert partly == "CONVERTED"
    assert await claim_on(world, referred) == {
        "state": "VOIDED",
        "order_id": parse_global_id(order)[1],
        "decided_by": None,
        "reason": "The first purchase was refunded.",
        "is_converted": True,
        "is_voided": True,
    }
    assert await accounts(world, referrer, referred) == [(0, reward, reward - 1), (0, reward, 0)]
    assert [(kind, amount) for _, kind, amount in await entries(world)] == [
        ("REFERRED_REWARD", reward),
        ("REFERRER_REWARD", reward),
        ("SPENT", 1 - reward),
        ("REVERSED", -reward),
        ("REVERSED", -1),
    ]


async def test_credits_that_come_back_with_a_first_purchase_are_there_for_its_rewards(world: World) -> None:
    admin = await admin_of(world)
    _, referred = await brought(world)
    order = await bought(world, referred, await world.product(price=Decimal(40)), credits=4)
    reward = world.handles.rules.referral_credits
    await spend(world, referred, reward)

    await refund(world, admin, order)

    assert await accounts(world, referred) == [(max(0, 4 - reward), 4 + reward, max(0, reward - 4))]


async def test_a_later_purchase_that_is_given_back_leaves_the_referral(world: World) -> None:
    admin = await admin_of(world)
    _, referred = await brought(world)
    await bought(world, referred, await world.product())

    await refund(world, admin, await bought(world, referred, await world.product()))

    assert (await claim_on(world, referred))["state"] == "CONVERTED"


@pytest.mark.parametrize(("left_at", "stays"), [(None, True), (datetime(2026, 1, 1, tzinfo=UTC), False)])
async def test_who_was_in_a_course_for_nothing_before_buying_it_stays_after_a_refund(
    world: World, left_at: datetime | None, *, stays: bool
) -> None:
    admin, buyer = await admin_of(world), await world.person()
    course = await world.course(admin)
    free = CourseEnrollment(id=new_id(), user_id=buyer.id, course_id=course.id, progress=40, ended_at=left_at)
    await world.save(free)
    order = await bought(world, buyer, course)
    bought_in = await world.handles.postgres.fetch(ENROLLED, buyer.id)

    await refund(world, admin, order)

    assert [tuple(row) for row in bought_in] == [(True, 40)]
    assert [tuple(row) for row in await world.handles.postgres.fetch(ENROLLED, buyer.id)] == [(stays, 40)]
