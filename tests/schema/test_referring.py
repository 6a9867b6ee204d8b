"""Applying referral codes: who may say by whom they were brought, once, before they buy anything."""

from typing import Any

import pytest

from models.identity import Role
from tests.referring import apply_code, brought, claim_on, code_of, referral_of
from tests.world import World


async def claims(world: World) -> list[tuple[Any, Any, str]]:
    rows = await world.handles.postgres.fetch("SELECT referrer_id, referred_user_id, state FROM referral_claims")
    return [tuple(row) for row in rows]


@pytest.mark.parametrize("written", ["{}", " {}\n", "{lower}"])
async def test_a_code_says_who_brought_the_viewer_and_is_found_without_case_and_blanks(
    world: World, written: str
) -> None:
    referrer, referred = await world.person(), await world.person()
    code = await code_of(world, referrer)

    answer = await apply_code(world, referred, written.format(code, lower=code.lower()))

    assert answer == {
        "__typename": "ReferralCodeApplied",
        "referral": {
            "id": await referral_of(referred),
            "status": "pending",
            "creditsAwarded": False,
            "convertedAt": None,
            "referrer": {"username": referrer.username},
            "referredUser": {"username": referred.username},
        },
    }
    assert await claims(world) == [(referrer.id, referred.id, "PENDING")]


async def test_the_same_code_again_changes_nothing_and_another_is_refused(world: World) -> None:
    other, (referrer, referred) = await world.person(), await brought(world)
    code = await code_of(world, referrer)

    again = await apply_code(world, referred, code)
    refused = await apply_code(world, referred, await code_of(world, other))

    assert (again["__typename"], again["referral"]["id"]) == ("ReferralCodeApplied", await referral_of(referred))
    assert refused == {
        "__typename": "AlreadyReferred",
        "code": "ALREADY_REFERRED",
        "path": None,
        "retryable": False,
    }
    assert await claims(world) == [(referrer.id, referred.id, "PENDING")]
    messages = await world.handles.postgres.fetchval("SELECT count(*) FROM outbox WHERE aggregate = 'REFERRAL'")
    assert messages == 1


@pytest.mark.parametrize("code", ["", "NOBODY01", "CODE", "CODE00011", "CODE\x00001", "ÇODE0001", "x" * 10_000])
async def test_a_code_that_no_member_has_is_unknown(world: World, code: str) -> None:
    await world.person()
    viewer = await world.person()

    answer = await apply_code(world, viewer, code)

    assert answer == {
        "__typename": "ReferralCodeUnknown",
        "code": "REFERRAL_CODE_UNKNOWN",
        "path": ["input", "code"],
        "retryable": False,
    }
    assert await claims(world) == []


@pytest.mark.parametrize("gone", ["disabled_at", "erased_at"])
async def test_the_code_of_somebody_who_is_not_here_any_more_is_unknown(world: World, gone: str) -> None:
    referrer, viewer = await world.person(), await world.person()
    await world.handles.postgres.execute(f"UPDATE users SET {gone} = now() WHERE id = $1", referrer.id)

    answer = await apply_code(world, viewer, await code_of(world, referrer))

    assert answer["__typename"] == "ReferralCodeUnknown"
    assert await claims(world) == []


async def test_nobody_brings_themselves(world: World) -> None:
    viewer = await world.person()

    answer = await apply_code(world, viewer, await code_of(world, viewer))

    assert (answer["__typename"], answer["path"]) == ("OwnReferralCode", ["input", "code"])
    assert await claims(world) == []


@pytest.mark.parametrize(
    ("referrers", "viewers", "becomes"),
    [
        ("ada@shop.test", "Ada+2@Shop.test", "OwnReferralCode"),
        ("ada@gmail.com", "a.d.a+x@googlemail.com", "OwnReferralCode"),
        ("ada@gmail.com", "bob@gmail.com", "ReferralCodeApplied"),
    ],
)
async def test_another_address_of_ones_own_mailbox_is_oneself(
    world: World, referrers: str, viewers: str, becomes: str
) -> None:
    referrer, viewer = await world.person(), await world.person()
    for person, email in ((referrer, referrers), (viewer, viewers)):
        await world.handles.postgres.execute("UPDATE users SET email = $1 WHERE id = $2", email, person.id)

    answer = await apply_code(world, viewer, await code_of(world, referrer))

    assert answer["__typename"] == becomes


async def test_who_came_later_or_at_the_same_time_brings_nobody(world: World) -> None:
    viewer, younger, twin = await world.person(), await world.person(), await world.person()
    await world.handles.postgres.execute(
        "UPDATE users SET created_at = (SELECT created_at FROM users WHERE id = $1) WHERE id = $2", viewer.id, twin.id
    )

    for referrer in (younger, twin):
        answer = await apply_code(world, viewer, await code_of(world, referrer))

        assert (answer["__typename"], answer["code"], answer["path"]) == (
            "ReferrerYounger",
            "REFERRER_YOUNGER",
            ["input", "code"],
        )
    assert await claims(world) == []


async def test_a_code_is_refused_after_the_first_purchase_also_when_that_was_given_back(world: World) -> None:
    referrer, viewer = await world.person(), await world.person()
    await world.order(viewer, await world.product())
    code = await code_of(world, referrer)

    bought = await apply_code(world, viewer, code)
    await world.handles.postgres.execute("UPDATE orders SET status = 'refunded', payment_status = 'refunded'")
    refunded = await apply_code(world, viewer, code)

    assert (
        bought
        == refunded
        == {
            "__typename": "AlreadyBought",
            "code": "ALREADY_BOUGHT",
            "path": None,
            "retryable": False,
        }
    )
    assert await claims(world) == []


async def test_who_applied_a_code_before_buying_may_apply_it_again_after(world: World) -> None:
    referrer, referred = await brought(world)
    await world.order(referred, await world.product())

    assert (await apply_code(world, referred, await code_of(world, referrer)))["__typename"] == "ReferralCodeApplied"


@pytest.mark.parametrize("role", [Role.ANALYST, Role.ADMIN])
async def test_staff_are_brought_like_everybody(world: World, role: Role) -> None:
    referrer, viewer = await world.person(), await world.person(role)

    assert (await apply_code(world, viewer, await code_of(world, referrer)))["__typename"] == "ReferralCodeApplied"


async def test_who_has_no_member_document_can_be_brought(world: World) -> None:
    referrer, viewer = await world.person(), await world.person(has_member=False)

    assert (await apply_code(world, viewer, await code_of(world, referrer)))["__typename"] == "ReferralCodeApplied"
    assert (await claim_on(world, viewer))["state"] == "PENDING"
