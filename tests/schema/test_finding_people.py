"""How administrators find people: by e-mail and by username, whatever their case, and by an index."""

from typing import Any

import pytest

from models.identity import Role, User
from tests.world import Person, World

PEOPLE = "query($where: UserFilter) { users(where: $where) { nodes { username } totalCount } }"


async def named(world: World, **names: str) -> None:
    await world.save(*(User(username=name, email=email.replace("_at_", "@")) for name, email in names.items()))


async def found(world: World, viewer: Person, where: dict[str, Any]) -> list[str]:
    answer = await world.ask(PEOPLE, viewer, where=where)
    assert answer.keys() == {"data"}, answer
    people = [each["username"] for each in answer["data"]["users"]["nodes"]]
    assert answer["data"]["users"]["totalCount"] == len(people)
    return sorted(people)


async def test_people_are_found_by_email_and_username_whatever_the_case(world: World) -> None:
    admin = await world.person(Role.ADMIN)
    await named(
        world, Ada_L="Ada_at_Example.org", adam="adam_at_example.org", ADAx="x_at_example.org", Ünal="u_at_a.org"
    )

    assert await found(world, admin, {"email": {"eq": "aDA@example.ORG"}}) == ["Ada_L"]
    assert await found(world, admin, {"email": {"eq": "ada@example.or"}}) == []
    assert await found(world, admin, {"username": {"eq": "ADA_l"}}) == ["Ada_L"]
    assert await found(world, admin, {"username": {"eq": "ada"}}) == []
    assert await found(world, admin, {"username": {"startsWith": "aDa"}}) == ["ADAx", "Ada_L", "adam"]
    assert await found(world, admin, {"username": {"startsWith": "ada_"}}) == ["Ada_L"]
    assert await found(world, admin, {"username": {"startsWith": "a%"}}) == []
    assert await found(world, admin, {"username": {"startsWith": "üNAL"}}) == ["Ünal"]
    assert await found(world, admin, {"not": {"username": {"startsWith": "ad"}}}) == [admin.username, "Ünal"]
    both = {"or": [{"email": {"eq": "X@example.org"}}, {"username": {"eq": "Adam"}}]}
    assert await found(world, admin, both) == ["ADAx", "adam"]


async def test_a_page_of_people_by_name_is_read_by_an_index(world: World) -> None:
    admin = await world.person(Role.ADMIN)
    await world.handles.postgres.execute(
        "INSERT INTO users (email, username) SELECT 'Many' || n || '@example.org', 'Many' || n "
        "FROM generate_series(1, 5000) AS n"
    )
    await world.handles.postgres.execute("ANALYZE users")
    reads = [
        ("email", "eq", "mANY42@EXAMPLE.org", "Many42"),
        ("username", "eq", "mANY42", "Many42"),
        ("username", "startsWith", "mANY423", "Many423"),
    ]
    for field, operator, value, first in reads:
        people = await found(world, admin, {field: {operator: value}})
        assert people[0] == first
        assert world.observed.statements == {"users": 2}
        for sent in world.observed.read:
            rows = await world.handles.postgres.fetch(f"EXPLAIN {sent.text}", *sent.values)
            plan = "\n".join(row[0] for row in rows)
            assert f"Index Cond: (lower(({field})::text)" in plan or f"Index Cond: ((lower(({field})::text)" in plan, (
                plan
            )
            assert "Seq Scan" not in plan, plan


@pytest.mark.parametrize("role", [None, Role.USER, Role.ANALYST])
@pytest.mark.parametrize("where", [{"email": {"eq": "a@example.org"}}, {"username": {"startsWith": "a"}}])
async def test_nobody_else_finds_people(world: World, role: Role | None, where: dict[str, Any]) -> None:
    viewer = None if role is None else await world.person(role)

    answer = await world.ask(PEOPLE, viewer, where=where)

    assert answer["data"] == {"users": None}
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"]
    assert world.observed.statements == {}


@pytest.mark.parametrize(
    "where",
    [
        {"email": {"eq": "a\0b"}},
        {"username": {"startsWith": "a" * 501}},
        {"username": {"startsWith": None}},
    ],
)
async def test_what_no_name_can_be_is_refused(world: World, where: dict[str, Any]) -> None:
    answer = await world.ask(PEOPLE, await world.person(Role.ADMIN), where=where)

    assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_FILTER"]
    assert world.observed.statements == {}


@pytest.mark.parametrize(
    "where", [{"email": {"startsWith": "a"}}, {"email": {"contains": "a"}}, {"username": {"contains": "a"}}]
)
async def test_what_no_index_serves_is_not_there(world: World, where: dict[str, Any]) -> None:
    answer = await world.ask(PEOPLE, await world.person(Role.ADMIN), where=where)

    assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_REQUEST"]
