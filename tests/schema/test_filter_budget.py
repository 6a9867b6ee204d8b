"""However an operation spreads its filters over lists, they cost together no more than one filter may."""

import time
from typing import Any

import pytest

from models.identity import Role
from schema.ids import global_id
from tests.world import START, Person, World


def lists(count: int, arguments: str, field: str = "orders") -> str:
    """A document that asks for this many lists."""
    return "{ " + " ".join(f"a{n}: {field}({arguments}) {{ totalCount }}" for n in range(count)) + " }"


def codes(answer: dict[str, Any]) -> list[str]:
    return sorted({error["extensions"]["code"] for error in answer.get("errors", ())})


VALUES = ", ".join(f'"n{n}"' for n in range(100))


@pytest.mark.parametrize(
    ("arguments", "field", "most"),
    [
        ('where: {number: {eq: "a"}}', "orders", 50),
        ('where: {number: {gt: "a", lt: "b"}}', "orders", 25),
        (f"where: {{number: {{in: [{VALUES}]}}}}", "orders", 5),
        ("where: {or: [{}, {not: {}}]}", "orders", 33),
        ('search: "words"', "courses", 50),
        ('search: "words", where: {title: {gt: "a"}}', "courses", 25),
        ('search: "words", category: "typing"', "catalog", 25),
    ],
    ids=["comparisons", "two each", "values", "parts", "searches", "searches that are filtered", "catalogs"],
)
async def test_all_filters_of_an_operation_have_one_budget(world: World, arguments: str, field: str, most: int) -> None:
    admin = await world.person(Role.ADMIN)

    within = await world.ask(lists(most, arguments, field), admin)
    beyond = await world.ask(lists(most + 1, arguments, field), admin)

    assert within == {"data": {f"a{number}": {"totalCount": 0} for number in range(most)}}
    assert codes(beyond) == ["BAD_FILTER"]
    assert [error["path"] for error in beyond["errors"]] == [[f"a{most}"]]


async def test_a_filter_is_paid_once_for_all_parents_of_a_layer(world: World) -> None:
    admin = await world.person(Role.ADMIN)
    people: list[Person] = [await world.person() for _ in range(59)]
    where = '{number: {gt: "a"}, createdAt: {lt: "2020-01-01T00:00:00Z"}}'
    query = f"{{ users(first: 60) {{ nodes {{ orders(where: {where}) {{ totalCount }} }} }} }}"

    answer = await world.ask(query, admin)

    assert answer == {"data": {"users": {"nodes": [{"orders": {"totalCount": 0}}] * (len(people) + 1)}}}
    assert world.observed.statements == {"users": 1, "orders": 1}


@pytest.mark.parametrize(
    "where",
    [
        {"or": [{}] * 100_000},
        {"number": {"in": ["x"] * 100_000}},
        {"and": [{"or": [{"number": {"eq": "x"}}] * 20}] * 80},
    ],
    ids=["parts", "values", "comparisons"],
)
@pytest.mark.parametrize("count", [1, 100])
async def test_a_huge_filter_is_refused_before_it_is_read(world: World, where: Any, count: int) -> None:
    admin = await world.person(Role.ADMIN)
    query = "query($where: OrderFilter)" + lists(count, "where: $where")
    started = time.thread_time()

    answer = await world.ask(query, admin, where=where)

    assert codes(answer) == ["TOO_EXPENSIVE"]
    assert "data" not in answer
    assert world.observed.read == []
    assert time.thread_time() - started < 3


async def test_what_is_said_for_each_of_many_parents_counts_for_each(world: World) -> None:
    admin = await world.person(Role.ADMIN)
    query = """query($where: OrderFilter, $people: Int) {
      users(first: $people) { nodes { orders(where: $where) { totalCount } } } }"""
    where = {"or": [{"createdAt": {"gt": START.isoformat()}}] * 30}

    assert codes(await world.ask(query, admin, where=where, people=20)) == []
    assert codes(await world.ask(query, admin, where=where, people=100)) == ["TOO_EXPENSIVE"]
    assert world.observed.read == []


async def test_ids_that_an_operation_asks_for_many_times_count_each_time(world: World) -> None:
    admin = await world.person(Role.ADMIN)
    ids = [global_id("User", admin.id)] * 100
    asked = " ".join(f"a{number}: nodes(ids: $ids) {{ id }}" for number in range(40))

    answer = await world.ask(f"query($ids: [ID!]!) {{ {asked} }}", admin, ids=ids)

    assert codes(answer) == ["TOO_EXPENSIVE"]
