"""Paging: every row once in both directions, on both databases, and a clear answer to what is no page."""

from typing import Any

import pytest

from models.identity import Role
from schema.ids import global_id
from tests.world import Person, World

ORDERS = """query($first: Int, $after: String, $last: Int, $before: String) {
  list: orders(first: $first, after: $after, last: $last, before: $before) {
    nodes { number } edges { cursor } totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""

REFERRALS = """query($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
  node(id: $id) { ... on Member {
  list: referrals(first: $first, after: $after, last: $last, before: $before) {
    nodes { id } edges { cursor } totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } } }"""


async def page(world: World, viewer: Person, query: str, **arguments: Any) -> dict[str, Any]:
    data = (await world.ask(query, viewer, **arguments))["data"]
    found: dict[str, Any] = data["list"] if "list" in data else data["node"]["list"]
    return found


async def walk(world: World, viewer: Person, query: str, size: int, **arguments: Any) -> list[Any]:
    """All rows, page by page from the start."""
    found: list[Any] = []
    after = None
    while True:
        shown = await page(world, viewer, query, first=size, after=after, **arguments)
        found += shown["nodes"]
        if not shown["pageInfo"]["hasNextPage"]:
            return found
        after = shown["pageInfo"]["endCursor"]


async def walk_back(world: World, viewer: Person, query: str, size: int, **arguments: Any) -> list[Any]:
    """All rows, page by page from the end."""
    found: list[Any] = []
    before = None
    while True:
        shown = await page(world, viewer, query, last=size, before=before, **arguments)
        found = shown["nodes"] + found
        if not shown["pageInfo"]["hasPreviousPage"]:
            return found
        before = shown["pageInfo"]["startCursor"]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8])
async def test_pages_of_any_size_and_direction_visit_every_row_once(world: World, size: int) -> None:
    admin = await world.person(Role.ADMIN)
    orders = [await world.order(admin) for _ in range(7)]
    referrals = [await world.referral(admin, await world.person(has_member=False)) for _ in range(7)]
    newest_orders = [{"number": order.number} for order in reversed(orders)]
    newest_referrals = [{"id": global_id("Referral", referral.id)} for referral in reversed(referrals)]
    member = global_id("Member", admin.id)

    assert await walk(world, admin, ORDERS, size) == newest_orders
    assert await walk_back(world, admin, ORDERS, size) == newest_orders
    assert await walk(world, admin, REFERRALS, size, id=member) == newest_referrals
    assert await walk_back(world, admin, REFERRALS, size, id=member) == newest_referrals


async def test_rows_of_the_same_moment_are_neither_lost_nor_doubled_between_pages(world: World) -> None:
    admin = await world.person(Role.ADMIN)
    orders = [await world.order(admin) for _ in range(5)]
    moment = orders[0].created_at
    await world.handles.postgres.execute("UPDATE orders SET created_at = $1", moment)
    same = [await world.referral(admin, await world.person(has_member=False)) for _ in range(5)]
    await world.handles.mongo["referrals"].update_many({}, {"$set": {"createdAt": moment}})

    numbers = [order["number"] for order in await walk(world, admin, ORDERS, 2)]
    ids = [each["id"] for each in await walk(world, admin, REFERRALS, 2, id=global_id("Member", admin.id))]

    assert sorted(numbers) == sorted(order.number for order in orders)
    assert sorted(ids) == sorted(global_id("Referral", referral.id) for referral in same)


async def test_the_total_is_counted_only_when_it_is_selected_and_rows_only_when_they_are(world: World) -> None:
    admin = await world.person(Role.ADMIN)
    for _ in range(3):
        await world.order(admin)

    assert (await world.ask("{ orders(first: 1) { totalCount } }", admin))["data"] == {"orders": {"totalCount": 3}}
    assert [statement.rows for statement in world.observed.read] == [1]
    assert "count(*)" in world.observed.read[0].text

    await world.ask("{ orders(first: 1) { nodes { number } } }", admin)
    assert [statement.rows for statement in world.observed.read] == [1]
    assert "count(*)" not in world.observed.read[0].text

    await world.ask("{ orders(first: 0) { nodes { number } pageInfo { hasNextPage } } }", admin)
    assert world.observed.rows["orders"] <= 1


async def test_totals_of_many_parents_are_one_statement(world: World) -> None:
    admin = await world.person(Role.ADMIN)
    people = [await world.person() for _ in range(3)]
    for number, person in enumerate(people):
        for _ in range(number):
            await world.referral(person, await world.person(has_member=False))
    ids = [global_id("Member", person.id) for person in people]

    answer = await world.ask(
        "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Member { referrals { totalCount } } } }", admin, ids=ids
    )

    assert [node["referrals"]["totalCount"] for node in answer["data"]["nodes"]] == [0, 1, 2]
    assert world.observed.statements == {"members": 1, "referrals": 1}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ("first: -1", "BAD_PAGE"),
        ("first: 10000", "BAD_PAGE"),
        ("last: 101", "BAD_PAGE"),
        ("first: 1, last: 1", "BAD_PAGE"),
        ('first: 1, before: "x"', "BAD_PAGE"),
        ('after: ""', "BAD_CURSOR"),
        ('after: "x"', "BAD_CURSOR"),
        ('after: "§§§"', "BAD_CURSOR"),
        ('before: "AAAAAAAAAAAAAAAAAAAAAAAA"', "BAD_CURSOR"),
    ],
)
async def test_what_is_no_page_is_refused_before_any_statement(world: World, arguments: str, code: str) -> None:
    admin = await world.person(Role.ADMIN)

    answer = await world.ask(f"{{ orders({arguments}) {{ nodes {{ number }} totalCount }} }}", admin)

    assert answer["data"] == {"orders": None}
    assert [error["extensions"] for error in answer["errors"]] == [{"code": code, "retryable": False}]
    assert world.observed.read == []


async def test_a_cursor_is_good_for_its_own_list_and_viewer_only(world: World) -> None:
    admin, other = await world.person(Role.ADMIN), await world.person(Role.ADMIN)
    for _ in range(3):
        await world.order(admin)
    cursor = (await page(world, admin, ORDERS, first=1))["pageInfo"]["endCursor"]
    changed = cursor[:-4] + ("AAAA" if cursor[-4:] != "AAAA" else "BBBB")

    async def refused(viewer: Person, query: str, given: str, **arguments: Any) -> bool:
        answer = await world.ask(query, viewer, first=1, after=given, **arguments)
        return [error["extensions"]["code"] for error in answer.get("errors", [])] == ["BAD_CURSOR"]

    assert not await refused(admin, ORDERS, cursor)
    assert await refused(other, ORDERS, cursor)
    assert await refused(admin, ORDERS, changed)
    assert await refused(admin, ORDERS, cursor + "=")
    assert await refused(admin, REFERRALS, cursor, id=global_id("Member", admin.id))

    for person in (admin, other):
        await world.referral(person, await world.person(has_member=False))
    mine, theirs = ({"id": global_id("Member", person.id)} for person in (admin, other))
    cursor = (await page(world, admin, REFERRALS, first=1, **mine))["pageInfo"]["endCursor"]
    assert not await refused(admin, REFERRALS, cursor, **mine)
    assert await refused(admin, REFERRALS, cursor, **theirs)


async def test_a_page_of_no_rows_is_empty_on_both_databases(world: World) -> None:
    admin = await world.person(Role.ADMIN)
    await world.order(admin)
    await world.referral(admin, await world.person(has_member=False))

    orders = await world.ask("{ orders(first: 0) { nodes { number } } }", admin)
    referrals = await world.ask(REFERRALS, admin, id=global_id("Member", admin.id), first=0)

    assert orders == {"data": {"orders": {"nodes": []}}}
    assert referrals["data"]["node"]["list"]["nodes"] == []
    assert referrals["data"]["node"]["list"]["totalCount"] == 1
