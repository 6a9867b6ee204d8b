"""Credits that administrators give and take: once for each key, with a reason, and never more than is free."""

import json
from typing import Any
from uuid import UUID

import pytest

from models.identity import Role
from models.values import new_id
from schema.ids import global_id
from tests.world import Person, World

GRANT = """mutation($input: GrantCreditsInput!) { grantCredits(input: $input) { __typename
  ... on CreditsGranted { balance entry { kind amount balanceAfter version reason user { username }
    grantedBy { username } } }
  ... on Problem { code path retryable } ... on NotEnoughCredits { available } } }"""


async def run(world: World, by: Person, person: Person, credits: int, key: str = "key", **changes: Any) -> Any:
    given = {"userId": global_id("User", person.id), "credits": credits, "reason": "A gift", "idempotencyKey": key}
    answer = await world.ask(GRANT, by, input=given | changes)
    assert answer.keys() == {"data"}, answer
    return answer["data"]["grantCredits"]


async def standing(world: World) -> list[tuple[Any, ...]]:
    """The entries of the ledger, and what stands in the audit log and the outbox beside each."""
    rows = await world.handles.postgres.fetch(
        "SELECT amount, balance_after FROM credit_entries ORDER BY user_id, version"
    )
    counts = [
        await world.handles.postgres.fetchval(f"SELECT count(*) FROM {name}") for name in ("audit_entries", "outbox")
    ]
    assert counts == [len(rows)] * 2
    return [tuple(row) for row in rows]


async def test_an_administrator_gives_and_takes_credits_with_a_word_in_the_audit_log(world: World) -> None:
    admin, person = await world.person(Role.ADMIN), await world.person(has_member=False)

    given = await run(world, admin, person, 5, "one", reason=" For the delay. ")
    taken = await run(world, admin, person, -3, "two")

    assert given == {
        "__typename": "CreditsGranted",
        "balance": 5,
        "entry": {
            "kind": "GRANT",
            "amount": 5,
            "balanceAfter": 5,
            "version": 1,
            "reason": "For the delay.",
            "user": {"username": person.username},
            "grantedBy": {"username": admin.username},
        },
    }
    assert (taken["entry"]["amount"], taken["balance"]) == (-3, 2)
    noted = await world.handles.postgres.fetch("SELECT * FROM audit_entries ORDER BY created_at, id")
    facts = ("actor_id", "user_id", "action", "subject_type", "subject_id")
    assert [tuple(row[name] for name in facts) for row in noted] == [
        (admin.id, person.id, "credits.granted", "credits", person.id)
    ] * 2
    assert [json.loads(row["changes"]) for row in noted] == [
        {"credits": 5, "reason": "For the delay."},
        {"credits": -3, "reason": "A gift"},
    ]
    assert await standing(world) == [(5, 5), (-3, 2)]


async def test_the_same_request_is_done_once_and_answered_alike(world: World) -> None:
    admin, person = await world.person(Role.ADMIN), await world.person()

    first = await run(world, admin, person, 5)
    await run(world, admin, person, 2, "another")

    assert await run(world, admin, person, 5) == first
    assert (await run(world, admin, person, 6))["__typename"] == "IdempotencyKeyReused"
    assert await standing(world) == [(5, 5), (2, 7)]


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"credits": 0}, "credits"),
        ({"credits": 1_000_001}, "credits"),
        ({"credits": -1_000_001}, "credits"),
        ({"reason": " \n "}, "reason"),
        ({"reason": "x" * 501}, "reason"),
        ({"reason": "\u0000"}, "reason"),
        ({"userId": "nobody"}, "userId"),
        ({"userId": global_id("Order", UUID(int=1))}, "userId"),
        ({"idempotencyKey": ""}, "idempotencyKey"),
    ],
    ids=lambda given: next(iter(given)) if isinstance(given, dict) else given,
)
async def test_what_is_no_grant_changes_nothing(world: World, changes: dict[str, Any], path: str) -> None:
    admin, person = await world.person(Role.ADMIN), await world.person()
    given = {
        "userId": global_id("User", person.id),
        "credits": 1,
        "reason": "A gift",
        "idempotencyKey": "key",
    } | changes

    answer = await world.ask(GRANT, admin, input=given)

    assert answer["data"]["grantCredits"] == {
        "__typename": "InvalidInput",
        "code": "INVALID_INPUT",
        "path": ["input", path],
        "retryable": False,
    }
    assert await standing(world) == []


async def test_no_more_is_taken_than_is_free_and_the_key_stays_free(world: World) -> None:
    admin, person = await world.person(Role.ADMIN), await world.person()
    await run(world, admin, person, 5, "first")
    await world.handles.postgres.execute("UPDATE credit_accounts SET held = 3")

    refused = await run(world, admin, person, -3)

    assert refused == {
        "__typename": "NotEnoughCredits",
        "code": "NOT_ENOUGH_CREDITS",
        "path": ["input", "credits"],
        "retryable": False,
        "available": 2,
    }
    assert await standing(world) == [(5, 5)]
    assert (await run(world, admin, person, -2))["balance"] == 3


async def test_nobody_earns_more_than_an_account_can_hold(world: World) -> None:
    admin, person = await world.person(Role.ADMIN), await world.person()
    await run(world, admin, person, 1, "first")
    await world.handles.postgres.execute("UPDATE credit_accounts SET total_earned = 999999999")

    assert (await run(world, admin, person, 2))["path"] == ["input", "credits"]
    assert (await run(world, admin, person, 1))["balance"] == 2


async def test_who_is_not_there_or_was_erased_gets_nothing(world: World) -> None:
    admin, erased = await world.person(Role.ADMIN), await world.person()
    await world.handles.postgres.execute("UPDATE users SET erased_at = now() WHERE id = $1", erased.id)

    for user_id in (erased.id, new_id()):
        refused = await run(world, admin, erased, 1, userId=global_id("User", user_id))
        assert (refused["__typename"], refused["code"], refused["path"]) == (
            "PersonNotFound",
            "PERSON_NOT_FOUND",
            ["input", "userId"],
        )
    assert await standing(world) == []


@pytest.mark.parametrize("role", [Role.USER, Role.ANALYST])
async def test_credits_are_for_administrators_to_give(world: World, role: Role) -> None:
    other = await world.person(role)

    assert (await run(world, other, other, 1))["__typename"] == "Forbidden"
    assert await standing(world) == []
