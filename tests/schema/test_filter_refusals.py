"""Filters, orders and pages that cannot be, or that a viewer may not ask for, are refused before any statement."""

import json
import time
from typing import Any
from uuid import UUID

import pytest

from models.identity import Role
from schema.ids import global_id
from tests.schema.test_filters import ORDERS, numbers, order
from tests.world import Person, World

SOMETHING = UUID(int=7)


async def refusal(world: World, viewer: Person, **arguments: Any) -> str:
    """The code with which orders are refused, before any statement is sent."""
    answer = await world.ask(ORDERS, viewer, **arguments)
    assert answer.get("data") in (None, {"orders": None})
    (code,) = {error["extensions"]["code"] for error in answer["errors"]}
    assert world.observed.read == []
    assert world.observed.commands == []
    return str(code)


@pytest.mark.parametrize(
    ("where", "code"),
    [
        ({"status": {"eq": "lost"}}, "BAD_REQUEST"),
        ({"status": {"gt": "pending"}}, "BAD_REQUEST"),
        ({"number": {"eq": {"$gt": ""}}}, "BAD_REQUEST"),
        ({"number": {"$gt": ""}}, "BAD_REQUEST"),
        ({"$where": "1"}, "BAD_REQUEST"),
        ({"number": {"eq": 1}}, "BAD_REQUEST"),
        ({"number": {"in": [None]}}, "BAD_REQUEST"),
        ({"number": {"in": None}}, "BAD_FILTER"),
        ({"number": {"gt": None}}, "BAD_FILTER"),
        ({"number": {"eq": "a\0b"}}, "BAD_FILTER"),
        ({"number": {"contains": "x" * 501}}, "BAD_FILTER"),
        ({"number": {"in": ["x"] * 101}}, "BAD_FILTER"),
        ({"id": {"in": [global_id("Order", SOMETHING)] * 101}}, "BAD_FILTER"),
        ({"id": {"eq": global_id("User", SOMETHING)}}, "BAD_ID"),
        ({"user": {"eq": global_id("Member", SOMETHING)}}, "BAD_ID"),
        ({"user": {"eq": "§😀"}}, "BAD_ID"),
        ({"user": {"in": ["", "1"]}}, "BAD_ID"),
        ({"createdAt": {"eq": "yesterday"}}, "BAD_REQUEST"),
        ({"createdAt": {"eq": "1e400"}}, "BAD_REQUEST"),
        ({"createdAt": {"eq": "2026-01-31T12:00:00"}}, "BAD_FILTER"),
        ({"createdAt": {"eq": "0001-01-01T00:00:00+14:00"}}, "BAD_FILTER"),
        ({"createdAt": {"lt": "9999-12-31T23:59:59.999999Z"}}, "BAD_FILTER"),
        ({"createdAt": {"eq": "9999-12-31T23:59:59-14:00"}}, "BAD_FILTER"),
        ({"or": [{"number": {"eq": "a"}}] * 51}, "BAD_FILTER"),
        ({"or": [{}] * 101}, "BAD_FILTER"),
        ({"and": [{"or": [{}] * 40}] * 3}, "BAD_FILTER"),
    ],
    ids=str,
)
async def test_a_filter_that_cannot_be_is_refused_before_any_statement(world: World, where: Any, code: str) -> None:
    admin = await world.person(Role.ADMIN)

    assert await refusal(world, admin, where=where) == code


@pytest.mark.parametrize("word", ["not", "and", "or"])
@pytest.mark.parametrize("depth", [6, 50, 300, 1000, 20_000])
async def test_a_filter_that_is_nested_too_deep_is_refused_in_no_time(world: World, word: str, depth: int) -> None:
    admin = await world.person(Role.ADMIN)
    opening, closing = (f'{{"{word}": ', "}") if word == "not" else (f'{{"{word}": [', "]}")
    where = opening * (depth - 1) + '{"number": {"eq": "a"}}' + closing * (depth - 1)
    body = f'{{"query": {json.dumps(ORDERS)}, "variables": {{"where": {where}}}}}'
    headers = {"Authorization": f"Bearer {admin.token}", "Content-Type": "application/json"}
    started = time.thread_time()

    answer = (await world.client.post("/graphql", content=body, headers=headers)).json()

    codes = {"BAD_FILTER"} if depth <= 50 else {"BAD_FILTER", "BAD_REQUEST", "TOO_EXPENSIVE"}
    assert {error["extensions"]["code"] for error in answer["errors"]} <= codes
    assert "orders" not in world.observed.statements
    assert time.thread_time() - started < 3


async def test_a_lone_surrogate_is_a_bad_request(world: World) -> None:
    admin = await world.person(Role.ADMIN)
    document = r'{ orders(where: {number: {eq: "\uD800"}}) { nodes { number } } }'
    variables = r'{"query": "query($n: String) { orders(where: {number: {eq: $n}}) { totalCount } }", '

    answer = await world.ask(document, admin)
    raw = await world.client.post(
        "/graphql",
        content=variables + r'"variables": {"n": "\ud800"}}',
        headers={"Authorization": f"Bearer {admin.token}", "Content-Type": "application/json"},
    )

    assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_REQUEST"]
    assert [error["extensions"]["code"] for error in raw.json()["errors"]] == ["BAD_REQUEST"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"orderBy": [{"field": "createdAt"}, {"field": "createdAt", "direction": "DESC"}]}, "BAD_FILTER"),
        ({"orderBy": [{"field": "amount"}]}, "BAD_REQUEST"),
        ({"orderBy": [{"field": "createdAt", "direction": "UP"}]}, "BAD_REQUEST"),
        ({"orderBy": [None]}, "BAD_REQUEST"),
        ({"page": {"number": 1}, "first": 1}, "BAD_PAGE"),
        ({"page": {"number": 1}, "last": 1}, "BAD_PAGE"),
        ({"page": {"number": 0}}, "BAD_PAGE"),
        ({"page": {"number": -1}}, "BAD_PAGE"),
        ({"page": {"number": 10**9}}, "BAD_PAGE"),
        ({"page": {"number": 2**31}}, "BAD_REQUEST"),
        ({"page": {"number": 1, "size": 0}}, "BAD_PAGE"),
        ({"page": {"number": 1, "size": 101}}, "BAD_PAGE"),
        ({"page": {"size": 1}}, "BAD_REQUEST"),
        ({"first": 10, "last": 10}, "BAD_PAGE"),
    ],
    ids=str,
)
async def test_an_order_or_a_page_that_cannot_be_is_refused(world: World, arguments: Any, code: str) -> None:
    admin = await world.person(Role.ADMIN)

    assert await refusal(world, admin, **arguments) == code


async def test_a_cursor_belongs_to_the_order_that_it_was_given_in(world: World) -> None:
    admin = await world.person(Role.ADMIN)
    for number in "abc":
        await order(world, admin, number)
    by_number, by_number_down, by_time = (
        [{"field": "number"}],
        [{"field": "number", "direction": "DESC"}],
        [{"field": "createdAt"}],
    )
    answer = await world.ask(ORDERS, admin, orderBy=by_number, first=1)
    cursor = answer["data"]["orders"]["pageInfo"]["endCursor"]

    assert await numbers(world, admin, None, by_number, first=1, after=cursor) == ["b"]
    assert await numbers(world, admin, {"number": {"gt": "b"}}, by_number, first=1, after=cursor) == ["c"]
    for another in (None, by_number_down, by_time, by_number + by_time):
        assert await refusal(world, admin, orderBy=another, first=1, after=cursor) == "BAD_CURSOR"


async def test_what_a_viewer_may_not_read_they_cannot_filter_by(world: World) -> None:
    analyst, buyer = await world.person(Role.ANALYST), await world.person()
    await order(world, buyer, "a")
    by_buyer = {"user": {"eq": global_id("User", buyer.id)}}

    assert await numbers(world, analyst) == ["a"]
    for where in (by_buyer, {"not": by_buyer}, {"or": [{"and": [by_buyer]}]}, {"user": {"eq": None}}):
        assert await refusal(world, analyst, where=where) == "FORBIDDEN"
