"""A first purchase converts the referral of its buyer, once, and giving it back takes back what that brought."""

from datetime import timedelta

import pytest

from models import identity
from models.values import new_id, now
from resolvers import ledger
from resolvers.transactions import transaction
from tests import shop
from tests.referring import (
    Account,
    accounts,
    brought,
    buy_first,
    claim_on,
    decide_by,
    entries,
    void_by_refund,
)
from tests.world import Person, World


async def spend(world: World, person: Person, credits: int) -> None:
    order = await world.order(person, await world.product())
    async with transaction(world.handles) as session:
        await ledger.hold(session, person.id, credits)
        await ledger.capture(session, person.id, credits, order_id=order.id)


async def session_of(world: World, person: Person, device: str | None, origin: str | None) -> None:
    await world.save(
        identity.Session(
            id=new_id(),
            user_id=person.id,
            token_hash=new_id().bytes + person.id.bytes,
            device_name=device,
            origin=origin,
            expires_at=now() + timedelta(hours=1),
        )
    )


async def test_a_first_purchase_converts_the_claim_and_rewards_both_sides(world: World) -> None:
    referrer, referred = await brought(world)

    order = await world.order(referred, await world.product())
    is_rewarded = await decide_by(world, order, fingerprint="card", credits=3)

    assert is_rewarded
    assert await claim_on(world, referred) == {
        "state": "CONVERTED",
        "order_id": order.id,
        "decided_by": None,
        "reason": None,
        "is_converted": True,
        "is_voided": False,
    }
    assert await accounts(world, referrer, referred) == [Account(3, 3, 0)] * 2
    assert await entries(world) == [(referred.id, "REFERRED_REWARD", 3), (referrer.id, "REFERRER_REWARD", 3)]


async def test_a_purchase_of_somebody_whom_nobody_brought_rewards_nobody(world: World) -> None:
    referrer, _ = await brought(world)

    order = await world.order(referrer, await world.product())

    assert not await decide_by(world, order)
    assert await entries(world) == []


async def test_no_credits_to_earn_convert_a_claim_without_entries(world: World) -> None:
    _, referred = await brought(world)

    order = await buy_first(world, referred, credits=0)
    assert (await claim_on(world, referred))["state"] == "CONVERTED"
    await void_by_refund(world, order)

    assert (await claim_on(world, referred))["state"] == "VOIDED"
    assert await entries(world) == []


async def test_a_card_that_the_referrer_has_paid_with_withholds_the_referrers_reward(world: World) -> None:
    referrer, referred = await brought(world)
    earlier = await world.order(referrer, await world.product())
    await shop.payment(world, earlier, fingerprint="card")

    order = await world.order(referred, await world.product())
    is_rewarded = await decide_by(world, order, fingerprint="card")

    assert is_rewarded
    assert await claim_on(world, referred) == {
        "state": "FLAGGED",
        "order_id": order.id,
        "decided_by": None,
        "reason": "Both paid with the same card.",
        "is_converted": True,
        "is_voided": False,
    }
    assert await entries(world) == [(referred.id, "REFERRED_REWARD", 2)]


@pytest.mark.parametrize(
    ("whose", "theirs", "state"),
    [
        ("referrer", "card", "PAID"),
        ("referrer", "card", "DECLINED"),
        ("referrer", "other", "PAID"),
        ("stranger", "card", "PAID"),
    ],
)
async def test_only_a_card_that_paid_for_the_referrer_is_a_signal(
    world: World, whose: str, theirs: str, state: str
) -> None:
    stranger, (referrer, referred) = await world.person(), await brought(world)
    earlier = await world.order(referrer if whose == "referrer" else stranger, await world.product())
    await shop.payment(world, earlier, fingerprint=theirs, state=state)

    await buy_first(world, referred, fingerprint="card")

    is_signal = (whose, theirs, state) == ("referrer", "card", "PAID")
    assert (await claim_on(world, referred))["state"] == ("FLAGGED" if is_signal else "CONVERTED")


async def test_a_purchase_without_a_card_is_not_taken_for_the_same_card(world: World) -> None:
    referrer, referred = await brought(world)
    await shop.payment(world, await world.order(referrer, await world.product()), fingerprint=None)

    await buy_first(world, referred, fingerprint=None)

    assert (await claim_on(world, referred))["state"] == "CONVERTED"


@pytest.mark.parametrize(
    ("theirs", "others", "state"),
    [
        (("laptop", "192.0.2.1"), ("laptop", "192.0.2.1"), "FLAGGED"),
        (("laptop", "192.0.2.1"), ("laptop", "192.0.2.2"), "CONVERTED"),
        (("laptop", "192.0.2.1"), ("phone", "192.0.2.1"), "CONVERTED"),
        (("laptop", None), ("laptop", None), "CONVERTED"),
        ((None, "192.0.2.1"), (None, "192.0.2.1"), "CONVERTED"),
    ],
)
async def test_a_device_of_both_at_one_place_withholds_the_referrers_reward(
    world: World, theirs: tuple[str | None, str | None], others: tuple[str | None, str | None], state: str
) -> None:
    stranger, (referrer, referred) = await world.person(), await brought(world)
    await session_of(world, referred, *theirs)
    await session_of(world, referrer, *others)
    await session_of(world, stranger, *theirs)

    await buy_first(world, referred)

    claim = await claim_on(world, referred)
    reason = "Both signed in from the same device." if state == "FLAGGED" else None
    assert (claim["state"], claim["reason"]) == (state, reason)


async def test_all_signals_are_told(world: World) -> None:
    referrer, referred = await brought(world)
    await shop.payment(world, await world.order(referrer, await world.product()), fingerprint="card")
    for person in (referrer, referred):
        await session_of(world, person, "laptop", "192.0.2.1")

    await buy_first(world, referred, fingerprint="card")

    reason = (await claim_on(world, referred))["reason"]
    assert reason == "Both paid with the same card. Both signed in from the same device."


async def test_giving_the_first_purchase_back_takes_both_rewards_back_once(world: World) -> None:
    referrer, referred = await brought(world)
    order = await buy_first(world, referred)

    for _ in range(2):
        await void_by_refund(world, order)

    assert await claim_on(world, referred) == {
        "state": "VOIDED",
        "order_id": order.id,
        "decided_by": None,
        "reason": "The first purchase was refunded.",
        "is_converted": True,
        "is_voided": True,
    }
    assert await accounts(world, referrer, referred) == [Account(0, 2, 0)] * 2
    assert (await entries(world))[2:] == [(referred.id, "REVERSED", -2), (referrer.id, "REVERSED", -2)]


async def test_giving_back_another_order_takes_nothing_back(world: World) -> None:
    referrer, referred = await brought(world)
    await buy_first(world, referred)
    another = await world.order(referred, await world.product())

    await void_by_refund(world, another)

    assert (await claim_on(world, referred))["state"] == "CONVERTED"
    assert await accounts(world, referrer, referred) == [Account(2, 2, 0)] * 2


async def test_a_reward_that_is_spent_leaves_a_shortfall_that_later_earnings_settle(world: World) -> None:
    referrer, referred = await brought(world)
    order = await buy_first(world, referred, credits=3)
    await spend(world, referrer, 2)

    await void_by_refund(world, order)
    assert await accounts(world, referrer, referred) == [Account(0, 3, 2), Account(0, 3, 0)]

    async with transaction(world.handles) as session:
        await ledger.grant(session, referrer.id, 5, key="gift", by=referred.id, reason="A gift")
    assert await accounts(world, referrer) == [Account(3, 8, 0)]


async def test_a_flagged_claim_that_is_given_back_takes_back_what_one_side_has(world: World) -> None:
    referrer, referred = await brought(world)
    await shop.payment(world, await world.order(referrer, await world.product()), fingerprint="card")
    order = await buy_first(world, referred, fingerprint="card")

    await void_by_refund(world, order)

    assert (await claim_on(world, referred))["state"] == "VOIDED"
    assert await accounts(world, referrer, referred) == [Account(0, 0, 0), Account(0, 2, 0)]
    assert await entries(world) == [(referred.id, "REFERRED_REWARD", 2), (referred.id, "REVERSED", -2)]


async def test_what_was_rewarded_is_taken_back_whatever_a_reward_is_now(world: World) -> None:
    referrer, referred = await brought(world)
    order = await buy_first(world, referred, credits=7)

    await void_by_refund(world, order)

    assert await accounts(world, referrer, referred) == [Account(0, 7, 0)] * 2
