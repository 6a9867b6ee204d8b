"""Changing one's own profile and preferences: what is asked for is stored and nothing else, and what is wrong changes
nothing.
"""

from asyncio import gather
from typing import Any

import pytest

from tests.world import Person, World

UPDATE_PROFILE = """mutation($input: UpdateProfileInput!) { updateProfile(input: $input) { __typename
  ... on ProfileUpdated { profile { firstName lastName bio phoneNumber user { username } } }
  ... on Problem { message code path retryable } } }"""
UPDATE_PREFERENCES = """mutation($input: UpdatePreferencesInput!) { updatePreferences(input: $input) { __typename
  ... on PreferencesUpdated { preferences { theme language notifications } }
  ... on Problem { code path } } }"""
MINE = """{ me { profile { firstName lastName bio phoneNumber }
  preferences { theme language notifications } } }"""


async def update_profile(world: World, person: Person | None, /, **given: Any) -> Any:
    answer = await world.ask(UPDATE_PROFILE, person, input=given)
    assert answer.keys() == {"data"}, answer
    return answer["data"]["updateProfile"]


async def update_preferences(world: World, person: Person | None, /, **given: Any) -> Any:
    answer = await world.ask(UPDATE_PREFERENCES, person, input=given)
    assert answer.keys() == {"data"}, answer
    return answer["data"]["updatePreferences"]


async def mine(world: World, person: Person) -> Any:
    return (await world.ask(MINE, person))["data"]["me"]


async def test_a_profile_is_made_then_changed_where_it_is_asked_for_and_cleared_by_null(world: World) -> None:
    person, other = await world.person(), await world.person()
    owner = {"user": {"username": person.username}}
    made = {"firstName": "Zoë 🎹", "lastName": None, "bio": "Two\nlines.", "phoneNumber": "+91 22 1234567"}
    changed = {"firstName": "Zoë 🎹", "lastName": "O'Neil", "bio": None, "phoneNumber": "+91 22 1234567"}

    first = await update_profile(
        world, person, firstName="  Zoë 🎹 ", bio="Two\nlines.", phoneNumber=made["phoneNumber"]
    )
    second = await update_profile(world, person, lastName="O'Neil", bio=None)
    statements = world.observed.statements

    assert first == {"__typename": "ProfileUpdated", "profile": made | owner}
    assert second == {"__typename": "ProfileUpdated", "profile": changed | owner}
    assert statements == {"user_profiles": 1, "users": 1}
    assert await mine(world, person) == {"profile": changed, "preferences": None}
    assert await mine(world, other) == {"profile": None, "preferences": None}


async def test_lines_that_windows_parts_are_parted_as_all_others(world: World) -> None:
    person = await world.person()

    await update_profile(world, person, bio="Two\r\nlines.\r\n")

    assert (await mine(world, person))["profile"]["bio"] == "Two\nlines."


async def test_preferences_start_from_their_defaults_and_keep_what_is_left_out(world: World) -> None:
    person = await world.person()

    first = await update_preferences(world, person, language="PT-br")
    second = await update_preferences(world, person, theme="dark", notifications=False)

    assert first["preferences"] == {"theme": "light", "language": "pt-BR", "notifications": True}
    assert second["preferences"] == {"theme": "dark", "language": "pt-BR", "notifications": False}
    assert (await mine(world, person))["preferences"] == second["preferences"]


async def test_a_text_of_blanks_is_no_text(world: World) -> None:
    person = await world.person()
    await update_profile(world, person, firstName="Ada", bio="Types.")

    answer = await update_profile(world, person, firstName=" \t ", bio="")

    assert (answer["profile"]["firstName"], answer["profile"]["bio"]) == (None, None)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("firstName", "A\x00da"),
        ("firstName", "A\nda"),
        ("firstName", "x" * 101),
        ("lastName", "A\x1bda"),
        ("bio", "x" * 2001),
        ("bio", "\x85inside\x85 of it"),
        ("phoneNumber", "call me"),
        ("phoneNumber", "1234"),
        ("phoneNumber", "1234567890123456"),
        ("phoneNumber", "+91 22 1234567 \x00"),
        ("phoneNumber", "٠١٢٣٤٥٦"),
    ],
)
async def test_what_no_profile_can_hold_is_named_and_changes_nothing(world: World, field: str, value: str) -> None:
    person = await world.person()
    await update_profile(world, person, firstName="Ada", lastName="Okafor", bio="Types.", phoneNumber="12345")
    before = await mine(world, person)

    answer = await update_profile(world, person, **({"firstName": "Eve", "lastName": "Eve"} | {field: value}))

    assert answer.pop("message")
    assert answer == {
        "__typename": "InvalidInput",
        "code": "INVALID_INPUT",
        "path": ["input", field],
        "retryable": False,
    }
    assert world.observed.read == []
    assert await mine(world, person) == before


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("theme", None),
        ("theme", ""),
        ("theme", "Dark mode"),
        ("theme", "x" * 33),
        ("theme", "da\x00rk"),
        ("language", None),
        ("language", "english please"),
        ("language", "en_US"),
        ("language", "e"),
        # Without regard to case, these are an s and a k to Unicode.
        ("language", "e\u017f"),
        ("language", "\u212aa"),
        ("language", "en\x00"),
        ("notifications", None),
    ],
)
async def test_what_no_preference_can_be_is_named_and_changes_nothing(world: World, field: str, value: Any) -> None:
    person = await world.person()
    await update_preferences(world, person, theme="dark", language="hi", notifications=False)
    before = await mine(world, person)

    answer = await update_preferences(world, person, **({"theme": "blue", "language": "de"} | {field: value}))

    assert answer == {"__typename": "InvalidInput", "code": "INVALID_INPUT", "path": ["input", field]}
    assert await mine(world, person) == before


async def test_asking_for_no_change_at_all_is_refused(world: World) -> None:
    person = await world.person()

    assert (await update_profile(world, person))["path"] == ["input"]
    assert (await update_preferences(world, person))["path"] == ["input"]
    assert await mine(world, person) == {"profile": None, "preferences": None}


async def test_changes_of_different_things_at_once_are_all_kept(world: World) -> None:
    person = await world.person()
    changes = [{"firstName": "Ada"}, {"lastName": "Okafor"}, {"bio": "Types."}, {"phoneNumber": "12345"}]

    answers = await gather(
        *(world.post({"query": UPDATE_PROFILE, "variables": {"input": each}}, person) for each in changes)
    )

    assert {each.json()["data"]["updateProfile"]["__typename"] for each in answers} == {"ProfileUpdated"}
    assert (await mine(world, person))["profile"] == {
        "firstName": "Ada",
        "lastName": "Okafor",
        "bio": "Types.",
        "phoneNumber": "12345",
    }
