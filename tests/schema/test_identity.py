"""People and how they prove who they are: what they see of themselves, what others see, and at what cost."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import SQLModel

from models import identity
from models.identity import Role
from schema.build import build
from schema.ids import global_id
from tests import lives
from tests.world import START, Person, World

ME = """{ me { id username email emailVerifiedAt name image role createdAt disabledAt
  profile { firstName lastName bio phoneNumber user { username } }
  preferences { theme language notifications user { username } }
  sessions(last: 1) { totalCount nodes { deviceName createdAt lastSeenAt expiresAt revokedAt user { username } } }
  accounts { provider type providerAccountId scope createdAt user { username } }
  apiKeys { totalCount nodes { name role createdAt lastUsedAt expiresAt revokedAt user { username } } }
} }"""
LISTS = """query($id: ID!) { user(id: $id) {
  sessions(first: 100) { nodes { deviceName } } apiKeys(first: 100) { nodes { name } } accounts { provider } } }"""
NODE = """query($id: ID!) { node(id: $id) { __typename
  ... on UserProfile { bio } ... on UserPreference { theme } ... on Session { deviceName }
  ... on Account { provider } ... on ApiKey { name } } }"""


def moment(text: str) -> bool:
    return re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00", text) is not None


async def test_a_person_sees_everything_of_their_own(world: World) -> None:
    person = await world.person()
    profile = identity.UserProfile(user_id=person.id, first_name="Ada", bio="Types.")
    preferences = identity.UserPreference(user_id=person.id, theme="dark")
    session, account, key = lives.session(world, person), lives.account(world, person), lives.api_key(world, person)
    await world.save(profile, preferences, session, account, key)

    answer = await world.ask(ME, person)

    whose = {"user": {"username": "person1"}}
    me = answer["data"]["me"]
    assert moment(me["createdAt"])
    assert answer == {
        "data": {
            "me": {
                "id": global_id("User", person.id),
                "username": "person1",
                "email": "person1@example.com",
                "emailVerifiedAt": None,
                "name": None,
                "image": None,
                "role": "USER",
                "createdAt": me["createdAt"],
                "disabledAt": None,
                "profile": {"firstName": "Ada", "lastName": None, "bio": "Types.", "phoneNumber": None} | whose,
                "preferences": {"theme": "dark", "language": "en", "notifications": True} | whose,
                "sessions": {
                    "totalCount": 2,
                    "nodes": [
                        {
                            "deviceName": "Phone 2",
                            "createdAt": session.created_at.isoformat(),
                            "lastSeenAt": session.last_seen_at.isoformat(),
                            "expiresAt": session.expires_at.isoformat(),
                            "revokedAt": None,
                        }
                        | whose
                    ],
                },
                "accounts": [
                    {
                        "provider": "google",
                        "type": "oidc",
                        "providerAccountId": "google-3",
                        "scope": "openid",
                        "createdAt": account.created_at.isoformat(),
                    }
                    | whose
                ],
                "apiKeys": {
                    "totalCount": 1,
                    "nodes": [
                        {
                            "name": "Key 4",
                            "role": "USER",
                            "createdAt": key.created_at.isoformat(),
                            "lastUsedAt": None,
                            "expiresAt": None,
                            "revokedAt": None,
                        }
                        | whose
                    ],
                },
            }
        }
    }


async def test_nobody_is_nobody_and_costs_nothing(world: World) -> None:
    assert await world.ask(ME) == {"data": {"me": None}}
    assert world.observed.read == []


async def test_a_person_is_found_by_an_id_of_a_person_only(world: World) -> None:
    person, other = await world.person(), await world.person()
    query = "query($id: ID!) { user(id: $id) { username } }"

    async def ask(viewer: Person | None, given: str) -> Any:
        answer = await world.ask(query, viewer, id=given)
        return answer["data"]["user"], [error["extensions"]["code"] for error in answer.get("errors", [])]

    assert await ask(other, global_id("User", person.id)) == ({"username": "person1"}, [])
    assert await ask(None, global_id("User", person.id)) == (None, [])
    assert await ask(other, global_id("Member", person.id)) == (None, ["BAD_ID"])
    assert await ask(other, "person1") == (None, ["BAD_ID"])
    assert world.observed.read == []


MAKERS: dict[str, Callable[[World, Person], SQLModel]] = {
    "UserProfile": lambda _, person: identity.UserProfile(user_id=person.id, bio="Types."),
    "UserPreference": lambda _, person: identity.UserPreference(user_id=person.id),
    "Session": lives.session,
    "Account": lives.account,
    "ApiKey": lives.api_key,
}


@pytest.mark.parametrize("type_name", MAKERS)
async def test_what_is_a_persons_own_is_there_for_them_and_for_admins_only(world: World, type_name: str) -> None:
    person, other = await world.person(), await world.person()
    analyst, admin = await world.person(Role.ANALYST), await world.person(Role.ADMIN)
    row: Any = MAKERS[type_name](world, person)
    await world.save(row)

    async def seen(viewer: Person | None) -> Any:
        answer = await world.ask(NODE, viewer, id=global_id(type_name, row.id))
        assert "errors" not in answer
        return answer["data"]["node"] and answer["data"]["node"]["__typename"]

    assert [await seen(viewer) for viewer in (None, other, analyst)] == [None, None, None]
    assert [await seen(viewer) for viewer in (person, admin)] == [type_name, type_name]


async def test_others_know_a_person_by_name_and_nothing_else(world: World) -> None:
    person, admin = await world.person(), await world.person(Role.ADMIN)
    others = [await world.person(), await world.person(Role.ANALYST)]
    leaves = {"email", "emailVerifiedAt", "name", "image", "role", "createdAt", "disabledAt"}
    objects = {"profile", "preferences", "sessions", "accounts", "apiKeys", "subscription", "natalData"}
    objects |= {"enrollments", "testResults", "activity", "charts"}
    selection = " ".join([*leaves, *(f"{name} {{ __typename }}" for name in objects)])
    query = f"query($id: ID!) {{ user(id: $id) {{ username {selection} }} }}"

    for other in others:
        answer = await world.ask(query, other, id=global_id("User", person.id))
        assert answer["data"]["user"] == {"username": "person1"} | dict.fromkeys(leaves | objects)
        assert {error["path"][-1] for error in answer["errors"]} == leaves | objects
        assert {error["extensions"]["code"] for error in answer["errors"]} == {"FORBIDDEN"}
        assert world.observed.statements == {"users": 1}
    for viewer in (person, admin):
        assert "errors" not in await world.ask(query, viewer, id=global_id("User", person.id))


def test_no_secret_is_a_column_of_the_graph() -> None:
    fields = re.findall(r"^  (\w+)", build().as_str(), re.MULTILINE)

    secrets = {name for name in fields if re.search("hash|password|secret|token", name, re.IGNORECASE)}
    # The one that the payment provider gives a buyer for their own client, in the answer to their own payment.
    assert secrets == {"clientSecret"}


async def test_all_people_are_a_list_for_admins(world: World) -> None:
    admin, analyst = await world.person(Role.ADMIN), await world.person(Role.ANALYST)
    person = await world.person()
    query = """query($where: UserFilter) { users(where: $where, orderBy: {field: createdAt}) {
      nodes { username email } totalCount } }"""

    answer = await world.ask(query, admin, where={"createdAt": {"gt": START.isoformat()}})
    later = await world.ask(query, admin, where={"id": {"in": [global_id("User", person.id)]}})

    names = ["person1", "person2", "person3"]
    shown = [{"username": name, "email": f"{name}@example.com"} for name in names]
    assert answer == {"data": {"users": {"nodes": shown, "totalCount": 3}}}
    assert later == {"data": {"users": {"nodes": shown[2:], "totalCount": 1}}}
    for viewer in (None, person, analyst):
        refused = await world.ask("{ users { totalCount } }", viewer)
        assert refused["data"] == {"users": None}
        assert [error["extensions"]["code"] for error in refused["errors"]] == ["FORBIDDEN"]
        assert world.observed.read == []


@pytest.mark.parametrize("rows", [3, 300])
async def test_the_lists_of_a_person_cost_one_statement_each_and_the_rows_that_are_shown(
    world: World, rows: int
) -> None:
    person, other = await world.person(), await world.person()
    makers = (lives.session, lives.account, lives.api_key)
    await world.save(*(make(world, person) for make in makers for _ in range(rows)))
    await world.save(*(make(world, other) for make in makers for _ in range(2)))

    answer = await world.ask(LISTS, person, id=global_id("User", person.id))

    assert world.observed.statements == {"users": 1, "sessions": 1, "api_keys": 1, "accounts": 1}
    assert world.observed.rows == {
        "users": 1,
        "sessions": min(rows + 1, 100),
        "api_keys": min(rows, 100),
        "accounts": min(rows, 20),
    }
    assert len(answer["data"]["user"]["accounts"]) == min(rows, 20)


@pytest.mark.parametrize("people", [3, 300])
async def test_a_page_of_people_with_all_of_theirs_costs_one_statement_for_each_field(
    world: World, people: int
) -> None:
    admin = await world.person(Role.ADMIN)
    users = [
        identity.User(email=f"u{number}@example.com", username=f"u{number}", created_at=world.next()[1])
        for number in range(people)
    ]
    await world.save(*users)
    made = [Person(user.id, user.username, user.email, "") for user in users]
    await world.save(*(make(world, person) for person in made for make in MAKERS.values()))
    query = """{ users(first: 100) { nodes { username profile { bio } preferences { theme } accounts { provider }
      sessions(first: 2) { nodes { deviceName } } apiKeys(first: 2) { nodes { name } } } } }"""

    answer = await world.ask(query, admin)

    shown = len(answer["data"]["users"]["nodes"])
    assert shown == min(people + 1, 100)
    tables = ("users", "user_profiles", "user_preferences", "accounts", "sessions", "api_keys")
    assert world.observed.statements == dict.fromkeys(tables, 1)
    assert all(world.observed.rows[table] <= shown for table in tables)
