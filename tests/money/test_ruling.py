"""What administrators decide about referrals: with a reason, in the audit log, and each of it once."""

from typing import Any

import pytest

from models.identity import Role
from models.values import new_id
from schema.ids import global_id
from tests import shop
from tests.referring import (
    Account,
    accounts,
    audited,
    brought,
    buy_first,
    claim_on,
    convert_by_hand,
    decide_by,
    entries,
    referral_of,
    void_by_hand,
    void_by_refund,
)
from tests.world import Person, World

WHY = """query($id: ID!) { node(id: $id) { ... on Referral {
  claim { reason decidedBy { username } order { isFirstPurchase } } } } }"""


async def flagged(world: World, *, credits: int = 2) -> tuple[Person, Person]:
    referrer, referred = await brought(world)
    await shop.payment(world, await world.order(referrer, await world.product()), fingerprint="card")
    await buy_first(world, referred, fingerprint="card", credits=credits)
    return referrer, referred


def answered(name: str, referral: str, referrer: Person, referred: Person, **told: Any) -> dict[str, Any]:
    people = {"referrer": {"username": referrer.username}, "referredUser": {"username": referred.username}}
    return {"__typename": name, "referral": {"id": referral, **told, **people}}


async def test_a_pending_referral_converted_by_hand_rewards_both_sides_once(world: World) -> None:
    admin, (referrer, referred) = await world.person(Role.ADMIN), await brought(world)
    referral = await referral_of(referred)

    answer = await convert_by_hand(world, admin, referral, " Paid by invoice.\n")
    again = await convert_by_hand(world, admin, referral, "Once more.")

    at = answer["referral"].pop("convertedAt")
    assert at is not None
    assert answer == answered(
        "ReferralConverted", referral, referrer, referred, status="converted", creditsAwarded=True
    )
    assert again["referral"]["convertedAt"] == at
    assert await claim_on(world, referred) == {
        "state": "CONVERTED",
        "order_id": None,
        "decided_by": admin.id,
        "reason": "Paid by invoice.",
        "is_converted": True,
        "is_voided": False,
    }
    assert await accounts(world, referrer, referred) == [Account(2, 2, 0)] * 2
    assert await audited(world) == [{"actor_id": admin.id, "user_id": referred.id, "action": "referral.converted"}]


async def test_a_first_purchase_after_a_conversion_by_hand_pays_nothing_more(world: World) -> None:
    admin, (referrer, referred) = await world.person(Role.ADMIN), await brought(world)
    await convert_by_hand(world, admin, await referral_of(referred))

    order = await world.order(referred, await world.product())

    assert not await decide_by(world, order)
    assert await accounts(world, referrer, referred) == [Account(2, 2, 0)] * 2
    assert (await claim_on(world, referred))["order_id"] is None


async def test_a_flagged_referral_that_is_converted_rewards_the_referrer_too(world: World) -> None:
    admin, (referrer, referred) = await world.person(Role.ADMIN), await flagged(world)
    before = await claim_on(world, referred)

    answer = await convert_by_hand(world, admin, await referral_of(referred), "A couple with one card.")

    assert (answer["referral"]["status"], answer["referral"]["creditsAwarded"]) == ("converted", True)
    decided = {"state": "CONVERTED", "decided_by": admin.id, "reason": "A couple with one card."}
    assert await claim_on(world, referred) == before | decided
    assert await entries(world) == [(referred.id, "REFERRED_REWARD", 2), (referrer.id, "REFERRER_REWARD", 2)]
    changes = await world.handles.postgres.fetchval("SELECT changes ->> 'reasonBefore' FROM audit_entries")
    assert changes == "Both paid with the same card."


@pytest.mark.parametrize("earned", [0, 3])
async def test_both_sides_of_a_flagged_referral_earn_what_it_was_worth_when_it_was_flagged(
    world: World, earned: int
) -> None:
    admin, people = await world.person(Role.ADMIN), await flagged(world, credits=earned)

    await convert_by_hand(world, admin, await referral_of(people[1]))

    assert await accounts(world, *people) == [Account(earned, earned, 0)] * 2
    assert await world.handles.postgres.fetchval("SELECT reward FROM referral_claims") == earned


async def test_administrators_read_why_a_referral_is_flagged_and_who_decided_it(world: World) -> None:
    admin, (referrer, referred) = await world.person(Role.ADMIN), await flagged(world)
    referral = await referral_of(referred)

    before = await world.ask(WHY, admin, id=referral)
    await convert_by_hand(world, admin, referral, "A couple.")
    after = await world.ask(WHY, admin, id=referral)
    hidden = await world.ask(WHY, referrer, id=referral)

    claim = {"reason": "Both paid with the same card.", "decidedBy": None, "order": {"isFirstPurchase": False}}
    assert before == {"data": {"node": {"claim": claim}}}
    decided = {"reason": "A couple.", "decidedBy": {"username": admin.username}}
    assert after == {"data": {"node": {"claim": claim | decided}}}
    assert hidden["data"] == {"node": {"claim": None}}
    assert hidden["errors"][0]["extensions"]["code"] == "FORBIDDEN"


@pytest.mark.parametrize("state", ["pending", "flagged", "converted"])
async def test_a_voided_referral_takes_back_what_was_rewarded_and_stays_voided(world: World, state: str) -> None:
    admin = await world.person(Role.ADMIN)
    referrer, referred = await (flagged(world) if state == "flagged" else brought(world))
    if state == "converted":
        await buy_first(world, referred)
    before, referral = await claim_on(world, referred), await referral_of(referred)

    answer = await void_by_hand(world, admin, referral)
    again = await void_by_hand(world, admin, referral, "Once more.")
    refused = await convert_by_hand(world, admin, referral)

    del answer["referral"]["convertedAt"], again["referral"]["convertedAt"]
    voided = answered("ReferralVoided", referral, referrer, referred, status="voided", creditsAwarded=False)
    assert answer == again == voided
    assert refused == {
        "__typename": "ReferralEnded",
        "code": "REFERRAL_ENDED",
        "path": ["input", "referralId"],
        "retryable": False,
    }
    decided = {"state": "VOIDED", "decided_by": admin.id, "reason": "One person.", "is_voided": True}
    assert await claim_on(world, referred) == before | decided
    assert [(each.balance, each.shortfall) for each in await accounts(world, referrer, referred)] == [(0, 0)] * 2
    assert await audited(world) == [{"actor_id": admin.id, "user_id": referred.id, "action": "referral.voided"}]


async def test_a_first_purchase_after_a_referral_was_voided_pays_nothing(world: World) -> None:
    admin, (_, referred) = await world.person(Role.ADMIN), await brought(world)
    await void_by_hand(world, admin, await referral_of(referred))

    assert not await decide_by(world, await world.order(referred, await world.product()))
    assert await entries(world) == []


async def test_giving_back_the_purchase_of_a_voided_referral_leaves_it_as_it_was_decided(world: World) -> None:
    admin, (_, referred) = await world.person(Role.ADMIN), await brought(world)
    order = await buy_first(world, referred)
    await void_by_hand(world, admin, await referral_of(referred))
    before = await claim_on(world, referred)

    await void_by_refund(world, order)

    assert await claim_on(world, referred) == before
    assert before["reason"] == "One person."


@pytest.mark.parametrize("decide", [convert_by_hand, void_by_hand])
@pytest.mark.parametrize("role", [Role.USER, Role.ANALYST])
async def test_only_administrators_decide(world: World, decide: Any, role: Role) -> None:
    viewer, (_, referred) = await world.person(role), await brought(world)

    answer = await decide(world, viewer, await referral_of(referred))

    assert answer == {"__typename": "Forbidden", "code": "FORBIDDEN", "path": None, "retryable": False}
    assert (await claim_on(world, referred))["state"] == "PENDING"


@pytest.mark.parametrize("decide", [convert_by_hand, void_by_hand])
@pytest.mark.parametrize(
    ("reason", "refused"), [("", "reason"), (" \n", "reason"), ("x" * 501, "reason"), ("a\0b", "reason")]
)
async def test_a_decision_needs_a_reason(world: World, decide: Any, reason: str, refused: str) -> None:
    admin, (_, referred) = await world.person(Role.ADMIN), await brought(world)

    answer = await decide(world, admin, await referral_of(referred), reason)

    assert (answer["__typename"], answer["path"]) == ("InvalidInput", ["input", refused])
    assert (await claim_on(world, referred))["state"] == "PENDING"


@pytest.mark.parametrize("decide", [convert_by_hand, void_by_hand])
async def test_a_referral_that_is_not_there_is_not_found(world: World, decide: Any) -> None:
    admin = await world.person(Role.ADMIN)

    missing = await decide(world, admin, global_id("Referral", new_id()))

    assert missing == {
        "__typename": "ReferralNotFound",
        "code": "REFERRAL_NOT_FOUND",
        "path": ["input", "referralId"],
        "retryable": False,
    }
    for given in ("nothing", global_id("User", admin.id)):
        answer = await decide(world, admin, given)
        assert (answer["__typename"], answer["path"]) == ("InvalidInput", ["input", "referralId"])
