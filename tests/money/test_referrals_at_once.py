"""Referrals that many want to decide at once: each is decided once, whoever comes first, and nobody waits for ever."""

from asyncio import Task, create_task, gather, sleep
from itertools import pairwise
from typing import Any
from uuid import UUID

from models.identity import Role
from resolvers.converting import convert, void_for_refund
from resolvers.credit_accounts import lock
from resolvers.transactions import transaction
from tests.referring import (
    Account,
    accounts,
    apply_code,
    audited,
    brought,
    buy_first,
    claim_on,
    code_of,
    convert_by_hand,
    decide_by,
    entries,
    referral_of,
    void_by_hand,
    void_by_refund,
)
from tests.world import World

COMPLETE = "UPDATE orders SET status = 'completed', payment_status = 'paid', completed_at = now() WHERE id = '{}'"
WAITING = """SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'"""


async def until_it_waits(world: World, task: Task[Any]) -> None:
    """Until the task waits for a lock of this test; fails where it never does."""
    for _ in range(200):
        assert not task.done(), task.result()
        if await world.handles.postgres.fetchval(WAITING):
            return
        await sleep(0.02)
    raise AssertionError("Nothing waits for a lock.")


async def test_of_fifty_codes_at_once_one_is_applied(crowded: World) -> None:
    referrers = [await crowded.person() for _ in range(50)]
    viewer = await crowded.person()
    codes = [await code_of(crowded, referrer) for referrer in referrers]

    answers = await gather(*(apply_code(crowded, viewer, code) for code in codes))

    names = [answer["__typename"] for answer in answers]
    assert sorted(names) == ["AlreadyReferred"] * 49 + ["ReferralCodeApplied"]
    winner = referrers[names.index("ReferralCodeApplied")]
    claims = await crowded.handles.postgres.fetch("SELECT referrer_id, referred_user_id FROM referral_claims")
    assert [tuple(claim) for claim in claims] == [(winner.id, viewer.id)]


async def test_a_purchase_that_is_committed_meanwhile_comes_before_the_code(crowded: World) -> None:
    referrer, viewer = await crowded.person(), await crowded.person()
    code = await code_of(crowded, referrer)
    order = await crowded.order(viewer, await crowded.product())
    await put_back_into_payment(crowded, order.id)

    async with transaction(crowded.handles) as session:
        connection = await session.connection()
        await connection.exec_driver_sql(f"SELECT FROM users WHERE id = '{viewer.id}' FOR NO KEY UPDATE")
        applying = create_task(apply_code(crowded, viewer, code))
        await until_it_waits(crowded, applying)
        await connection.exec_driver_sql(COMPLETE.format(order.id))

    assert (await applying)["__typename"] == "AlreadyBought"
    assert await crowded.handles.postgres.fetchval("SELECT count(*) FROM referral_claims") == 0


async def test_a_code_that_is_applied_meanwhile_is_found_by_the_purchase(crowded: World) -> None:
    referrer, viewer = await crowded.person(), await crowded.person()
    code, order = await code_of(crowded, referrer), await crowded.order(viewer, await crowded.product())
    await put_back_into_payment(crowded, order.id)

    answer, is_rewarded = await gather(apply_code(crowded, viewer, code), commit(crowded, viewer.id, order.id))

    claims = await crowded.handles.postgres.fetch("SELECT state FROM referral_claims")
    assert (answer["__typename"], is_rewarded, [claim["state"] for claim in claims]) in (
        ("ReferralCodeApplied", True, ["CONVERTED"]),
        ("AlreadyBought", False, []),
    )


async def test_a_claim_is_converted_once_however_often_and_by_whatever_order(crowded: World) -> None:
    referrer, referred = await brought(crowded)
    orders = [await crowded.order(referred, await crowded.product()) for _ in range(8)]

    rewarded = await gather(*(decide_by(crowded, order) for order in [*orders, *orders]))

    assert sorted(rewarded) == [False] * 15 + [True]
    assert await accounts(crowded, referrer, referred) == [Account(2, 2, 0)] * 2
    assert len(await entries(crowded)) == 2


async def test_one_who_brought_many_is_rewarded_for_each(crowded: World) -> None:
    referrer = await crowded.person()
    referred = [await crowded.person() for _ in range(12)]
    for person in referred:
        await apply_code(crowded, person, await code_of(crowded, referrer))

    await gather(*(buy_first(crowded, person) for person in referred))

    assert await accounts(crowded, referrer) == [Account(24, 24, 0)]


async def test_chains_of_people_are_converted_and_given_back_without_waiting_in_a_circle(crowded: World) -> None:
    people = [await crowded.person() for _ in range(8)]
    orders = []
    for referrer, referred in pairwise(people):
        await apply_code(crowded, referred, await code_of(crowded, referrer))
        orders.append(await crowded.order(referred, await crowded.product()))

    await gather(*(decide_by(crowded, order) for order in orders))
    await gather(*(void_by_refund(crowded, order) for order in [*reversed(orders), *orders]))

    states = await crowded.handles.postgres.fetch("SELECT DISTINCT state FROM referral_claims")
    assert [row["state"] for row in states] == ["VOIDED"]
    assert {each.balance for each in await accounts(crowded, *people)} == {0}


async def test_a_refund_and_an_administrator_wait_for_each_other_but_not_in_a_circle(crowded: World) -> None:
    admin, (referrer, referred) = await crowded.person(Role.ADMIN), await brought(crowded)
    order, referral = await buy_first(crowded, referred), await referral_of(referred)

    async with transaction(crowded.handles) as session:
        # As a refund does, which gives back credits before it voids.
        await lock(session, referred.id)
        voiding = create_task(void_by_hand(crowded, admin, referral))
        await until_it_waits(crowded, voiding)
        await void_for_refund(session, order_id=order.id)

    assert (await voiding)["__typename"] == "ReferralVoided"
    assert (await claim_on(crowded, referred))["decided_by"] is None
    assert await accounts(crowded, referrer, referred) == [Account(0, 2, 0)] * 2
    assert await audited(crowded) == []


async def test_a_referrer_who_is_rewarded_meanwhile_is_waited_for_by_whoever_is_younger(crowded: World) -> None:
    people = [await crowded.person() for _ in range(3)]
    for referrer, referred in pairwise(people):
        await apply_code(crowded, referred, await code_of(crowded, referrer))
    oldest, middle, youngest = people
    order = await crowded.order(middle, await crowded.product())

    async with transaction(crowded.handles) as session:
        # As the commit of the middle one's own first purchase does, which captures credits before it converts.
        await lock(session, middle.id)
        buying = create_task(buy_first(crowded, youngest))
        await until_it_waits(crowded, buying)
        await convert(session, order_id=order.id, user_id=middle.id, fingerprint=None, credits=2)
    await buying

    assert [each.balance for each in await accounts(crowded, oldest, middle, youngest)] == [2, 4, 2]


async def test_administrators_and_a_purchase_at_once_pay_each_side_once(crowded: World) -> None:
    admin, (referrer, referred) = await crowded.person(Role.ADMIN), await brought(crowded)
    referral = await referral_of(referred)
    order = await crowded.order(referred, await crowded.product())

    await gather(*(convert_by_hand(crowded, admin, referral) for _ in range(8)), decide_by(crowded, order))

    assert (await claim_on(crowded, referred))["state"] == "CONVERTED"
    assert await accounts(crowded, referrer, referred) == [Account(2, 2, 0)] * 2
    assert len(await audited(crowded)) <= 1


async def test_a_referral_voided_by_many_at_once_is_taken_back_once(crowded: World) -> None:
    admin, (referrer, referred) = await crowded.person(Role.ADMIN), await brought(crowded)
    await buy_first(crowded, referred)
    referral = await referral_of(referred)

    await gather(*(void_by_hand(crowded, admin, referral) for _ in range(8)))

    assert await accounts(crowded, referrer, referred) == [Account(0, 2, 0)] * 2
    assert len(await audited(crowded)) == 1


async def put_back_into_payment(world: World, order_id: UUID) -> None:
    """Takes the order back to where its payment runs, past the trigger that keeps orders from going back."""
    async with world.handles.postgres.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")
        await connection.execute(
            "UPDATE orders SET status = 'processing', payment_status = 'pending', completed_at = NULL WHERE id = $1",
            order_id,
        )


async def commit(world: World, buyer_id: UUID, order_id: UUID) -> bool:
    """What the commit of a first purchase does to its buyer's referral, with the lock that it takes before."""
    async with transaction(world.handles) as session:
        connection = await session.connection()
        await connection.exec_driver_sql(f"SELECT FROM users WHERE id = '{buyer_id}' FOR NO KEY UPDATE")
        await connection.exec_driver_sql(COMPLETE.format(order_id))
        return await convert(session, order_id=order_id, user_id=buyer_id, fingerprint=None, credits=2)
