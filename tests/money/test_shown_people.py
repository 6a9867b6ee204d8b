"""What MongoDB shows of people: their credits, that they are members, whom they brought."""

import asyncio
import random

import pytest

from models.outbox import Aggregate
from models.referrals import ClaimState
from resolvers.projections import apply
from tests import shop
from tests.money.book_place import (
    all_documents,
    claim,
    documents,
    member,
    message,
    rule,
    without,
)
from tests.world import World


async def test_credits_are_shown_forward_only_in_whatever_order_they_come(world: World) -> None:
    person = await world.person()
    effects = [
        message(Aggregate.MEMBER, person.id, "credits", {"credits": n, "totalCreditsEarned": 2 * n, "version": n})
        for n in range(1, 11)
    ]
    random.Random(7).shuffle(effects)

    for effect in effects:
        await apply(world.handles, effect)
    await asyncio.gather(*(apply(world.handles, effect) for effect in effects))

    shown = await member(world, person)
    assert (shown["credits"], shown["totalCreditsEarned"], shown["ledgerVersion"]) == (10, 20, 10)


async def test_a_person_without_a_member_becomes_one_with_the_first_effect(world: World) -> None:
    person = await world.person(has_member=False)
    await shop.wallet(world, person, 3)
    effect = message(Aggregate.MEMBER, person.id, "member", {})

    await asyncio.gather(*(apply(world.handles, effect) for _ in range(10)))

    [shown] = await documents(world, "members")
    joined = await world.handles.postgres.fetchval("SELECT created_at FROM users WHERE id = $1", person.id)
    code = shown.pop("referralCode")
    assert len(code) == 8
    assert code.isascii()
    assert (code.isalnum(), code.upper()) == (True, code)
    assert shown == {
        "_id": person.id,
        "clerkUserId": None,
        "name": person.username,
        "credits": 3,
        "totalCreditsEarned": 3,
        "totalReferredUsers": 0,
        "referredBy": None,
        "purchasedCourses": [],
        "purchasedTests": [],
        "purchasedProducts": [],
        "ledgerVersion": 3,
        "createdAt": joined,
        "updatedAt": joined,
    }


async def test_a_code_that_is_taken_is_drawn_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    person, newcomer = await world.person(), await world.person(has_member=False)
    taken = (await member(world, person))["referralCode"]
    codes = iter([taken, taken, "FREE2345"])
    monkeypatch.setattr("resolvers.member_projection.drawn_code", lambda: next(codes))

    await apply(world.handles, message(Aggregate.MEMBER, newcomer.id, "member", {}))

    assert (await member(world, newcomer))["referralCode"] == "FREE2345"


@pytest.mark.parametrize("verdict", [ClaimState.CONVERTED, ClaimState.FLAGGED, ClaimState.VOIDED])
async def test_a_referral_says_what_its_claim_says_and_counts_once(world: World, verdict: ClaimState) -> None:
    referrer, referred = await world.person(), await world.person(has_member=False)
    made = await claim(world, referrer, referred)
    effect = message(Aggregate.REFERRAL, made.id, "claim", {})
    await asyncio.gather(*(apply(world.handles, effect) for _ in range(10)))
    [begun] = await documents(world, "referrals")
    at = await rule(world, made, verdict)

    await asyncio.gather(*(apply(world.handles, effect) for _ in range(10)))

    assert without(begun, "_id") == {
        "referrerId": referrer.id,
        "referredUserId": referred.id,
        "status": "pending",
        "creditsAwarded": False,
        "convertedAt": None,
        "createdAt": made.created_at,
        "updatedAt": made.created_at,
    }
    assert await documents(world, "referrals") == [
        begun
        | {
            "status": verdict.value.lower(),
            "creditsAwarded": verdict is ClaimState.CONVERTED,
            "convertedAt": None if verdict is ClaimState.VOIDED else at,
            "updatedAt": at,
        }
    ]
    assert (await member(world, referrer))["totalReferredUsers"] == 1
    assert (await member(world, referred))["referredBy"] == referrer.id


async def test_a_claim_that_was_read_late_takes_nothing_back(world: World) -> None:
    made = await claim(world, await world.person(), await world.person())
    effect = message(Aggregate.REFERRAL, made.id, "claim", {})
    await rule(world, made, ClaimState.CONVERTED)
    await apply(world.handles, effect)
    converted = await all_documents(world)
    # As somebody read it who was stopped before the claim was decided.
    await world.handles.postgres.execute("UPDATE referral_claims SET state = 'PENDING', converted_at = NULL")

    await apply(world.handles, effect)

    assert await all_documents(world) == converted
