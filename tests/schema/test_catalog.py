"""The catalog: both databases as one list, each thing once and in order, at one statement for each database."""

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from models.identity import Role
from tests.schema.catalog_oracle import ASKED, THINGS, Thing, clear, listed, many, stock
from tests.world import Person, World

CATALOG = """query(
  $first: Int, $after: String, $last: Int, $before: String, $search: String, $kind: [PurchasableKind!],
  $category: String, $minPrice: Decimal, $maxPrice: Decimal, $currency: Currency, $orderBy: CatalogOrder
) { catalog(
  first: $first, after: $after, last: $last, before: $before, search: $search, kind: $kind,
  category: $category, minPrice: $minPrice, maxPrice: $maxPrice, currency: $currency, orderBy: $orderBy
) { nodes { id } totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""

NOTHING = dict.fromkeys(("search", "kind", "category", "minPrice", "maxPrice", "currency", "orderBy"))


QUICK = (Phase.explicit, Phase.reuse, Phase.generate)
"""Shrinking what fails would ask the databases for minutes."""


async def page(world: World, viewer: Person | None, query: str = CATALOG, /, **arguments: Any) -> dict[str, Any]:
    answer = await world.ask(query, viewer, **arguments)
    assert "errors" not in answer, answer
    found: dict[str, Any] = answer["data"]["catalog"]
    return found


@settings(max_examples=60, deadline=None, phases=QUICK, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    things=st.lists(THINGS, max_size=20, unique_by=lambda thing: thing.id),
    late=st.integers(0, 4),
    asked=ASKED,
    size=st.integers(1, 7),
    is_admin=st.booleans(),
    is_backward=st.booleans(),
)
async def test_every_page_is_what_an_oracle_says_while_things_are_added(
    world: World,
    things: list[Thing],
    late: int,
    asked: dict[str, Any],
    size: int,
    is_admin: bool,  # noqa: FBT001  Hypothesis draws it by name.
    is_backward: bool,  # noqa: FBT001
) -> None:
    admin = await world.person(Role.ADMIN)
    await clear(world.handles)
    here, coming = things[late:], things[:late]
    await stock(world.handles, admin.id, here)
    last: Thing | None = None
    cursor: str | None = None
    while True:
        around = {"last": size, "before": cursor} if is_backward else {"first": size, "after": cursor}
        shown = await page(world, admin if is_admin else None, **asked, **around)

        full = listed(here, asked, is_admin=is_admin)
        if is_backward:
            rest = full if last is None else full[: full.index(last)]
            expected, has_more = rest[-size:], len(rest) > size
        else:
            rest = full if last is None else full[full.index(last) + 1 :]
            expected, has_more = rest[:size], len(rest) > size
        info = shown["pageInfo"]
        assert [node["id"] for node in shown["nodes"]] == [thing.global_id for thing in expected]
        assert shown["totalCount"] == len(full)
        assert (info["hasNextPage"], info["hasPreviousPage"]) == (
            has_more and not is_backward,
            has_more and is_backward,
        )
        if not has_more:
            return
        last, cursor = (expected[0], info["startCursor"]) if is_backward else (expected[-1], info["endCursor"])
        if coming:
            here = [*here, coming[0]]
            await stock(world.handles, admin.id, [coming.pop(0)])


SHOWN = """query($first: Int, $after: String, $orderBy: CatalogOrder) { catalog(
  first: $first, after: $after, orderBy: $orderBy
) { totalCount edges { cursor node { __typename title price { amount }
  ... on Course { slug } ... on Product { author imageUrl } ... on TypingTest { durationSeconds } } }
  pageInfo { hasNextPage endCursor } } }"""


@pytest.mark.parametrize("count", [3, 300])
async def test_a_page_costs_one_statement_for_each_database_however_deep(world: World, count: int) -> None:
    admin = await world.person(Role.ADMIN)
    things = list(many(count))
    await stock(world.handles, admin.id, things)
    order = {"field": "PRICE", "direction": "DESC"}
    size = max(1, count // 10)

    titles: list[str] = []
    after = None
    while True:
        shown = await page(world, admin, SHOWN, first=size, after=after, orderBy=order)
        titles += [edge["node"]["title"] for edge in shown["edges"]]

        # One for the page and one for the total.
        assert world.observed.statements == {"courses": 2, "products": 2}
        assert (len(world.observed.sql), world.observed.commands) == (2, ["aggregate"] * 2)
        assert all(fetched <= size + 3 for fetched in world.observed.rows.values())
        after = shown["pageInfo"]["endCursor"]
        if not shown["pageInfo"]["hasNextPage"]:
            break

    assert titles == [thing.title for thing in listed(things, NOTHING | {"orderBy": order}, is_admin=True)]


async def test_only_what_is_selected_is_read_and_only_where_it_can_be(world: World) -> None:
    await stock(world.handles, (await world.person()).id, list(many(30)))

    async def statements(arguments: str, selected: str) -> Mapping[str, int]:
        answer = await world.ask(f"{{ catalog({arguments}) {{ {selected} }} }}")
        assert "errors" not in answer
        return world.observed.statements

    both = {"courses": 1, "products": 1}
    assert await statements("first: 2", "nodes { id }") == both
    assert "slug" not in world.observed.sql[0]
    assert await statements("first: 2", "nodes { ... on Course { slug } }") == both
    assert "slug" in world.observed.sql[0]
    assert await statements("first: 2", "totalCount") == both
    assert "count(*)" in world.observed.sql[0]
    assert await statements("first: 0", "nodes { id } pageInfo { startCursor }") == {}
    assert await statements("kind: [COURSE]", "nodes { id }") == {"courses": 1}
    assert await statements("kind: [TYPING_TEST, PRODUCT]", "nodes { id }") == {"products": 1}
    assert await statements("kind: [TYPING_TEST]", "nodes { id }") == {"typing_tests": 1}
    assert await statements('kind: [TYPING_TEST], category: "ebook"', "nodes { id } totalCount") == {}
    assert await statements("kind: []", "nodes { id } totalCount") == {}
    assert await statements("first: 2", "__typename pageInfo { __typename }") == {}


async def test_what_a_document_lacks_is_null(world: World) -> None:
    product = await world.product(image_url="https://example.com/p.png")
    await world.handles.mongo["products"].update_one({"_id": product.id}, {"$unset": {"imageUrl": ""}})

    shown = await page(world, None, "{ catalog { nodes { title ... on Product { imageUrl } } } }")

    assert shown == {"nodes": [{"title": "Product 1", "imageUrl": None}]}


async def test_a_price_is_one_in_the_currency_of_the_gateway(world: World) -> None:
    admin = await world.person(Role.ADMIN)
    await world.course(admin, title="Cheap", price=Decimal("5.00"))
    await world.product(title="Foreign", price=Decimal("5.00"), currency="EUR")
    await world.product(title="Dear", price=Decimal("50.00"))
    query = "{ catalog(%s, orderBy: {field: TITLE}) { nodes { title } } }"

    async def titles(arguments: str) -> list[str]:
        return [node["title"] for node in (await page(world, None, query % arguments))["nodes"]]

    assert await titles("first: 9") == ["Cheap", "Dear", "Foreign"]
    assert await titles('maxPrice: "5"') == ["Cheap"]
    assert await titles('minPrice: "5.01"') == ["Dear"]
    assert await titles('minPrice: "0.00", currency: "EUR"') == ["Foreign"]
    assert await titles('currency: "EUR"') == ["Foreign"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ("first: -1", "BAD_PAGE"),
        ("first: 101", "BAD_PAGE"),
        ("first: 1, last: 1", "BAD_PAGE"),
        ('after: "x"', "BAD_CURSOR"),
        ('minPrice: "-0.01"', "BAD_FILTER"),
        ('minPrice: "0.001"', "BAD_FILTER"),
        ('maxPrice: "NaN"', "BAD_FILTER"),
        ('maxPrice: "-Infinity"', "BAD_FILTER"),
        ('maxPrice: "1e99999"', "BAD_FILTER"),
        ('currency: "rupees"', "BAD_FILTER"),
        ('currency: ""', "BAD_FILTER"),
        (f'category: "{"x" * 501}"', "BAD_FILTER"),
        ('category: "\\u0000"', "BAD_FILTER"),
        (f'search: "{"typing " * 2000}"', "BAD_FILTER"),
    ],
)
async def test_what_cannot_be_asked_for_is_refused_before_any_statement(
    world: World, arguments: str, code: str
) -> None:
    answer = await world.ask(f"{{ catalog({arguments}) {{ nodes {{ title }} totalCount }} }}")

    assert answer["data"] == {"catalog": None}
    assert [error["extensions"] for error in answer["errors"]] == [{"code": code, "retryable": False}]
    assert world.observed.read == []


@pytest.mark.parametrize(
    "arguments",
    [
        "kind: [BOAT]",
        "orderBy: {field: COLOUR}",
        "orderBy: {direction: ASC}",
        "orderBy: {field: PRICE, direction: UP}",
        'minPrice: "dear"',
    ],
)
async def test_what_the_schema_does_not_know_is_a_mistake_in_the_request(world: World, arguments: str) -> None:
    answer = await world.ask(f"{{ catalog({arguments}) {{ totalCount }} }}")

    assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_REQUEST"]


@pytest.mark.parametrize(
    ("search", "is_found"),
    [
        ("-typing", True),
        ('\\"typing', True),
        ("typing & | !", True),
        ("$where", False),
        ("(((", True),
        ("🙂", True),
        ("' OR 1=1 --", False),
        ("{$gt: 1}", False),
        ("\\u0000", True),
    ],
)
async def test_a_search_of_operators_is_a_search_of_words(world: World, search: str, *, is_found: bool) -> None:
    await world.product(title="Typing")

    answer = await world.ask(f'{{ catalog(search: "{search}") {{ nodes {{ title }} totalCount }} }}')

    assert answer == {"data": {"catalog": {"nodes": [{"title": "Typing"}] * is_found, "totalCount": int(is_found)}}}


async def test_a_cursor_is_good_for_its_own_order_and_viewer_only(world: World) -> None:
    admin, other = await world.person(Role.ADMIN), await world.person(Role.ADMIN)
    for _ in range(3):
        await world.course(admin)
    by_price = {"field": "PRICE", "direction": "ASC"}
    cursor = (await page(world, admin, first=1, orderBy=by_price))["pageInfo"]["endCursor"]
    courses = "{ courses(first: 1) { edges { cursor } } }"
    foreign = (await world.ask(courses, admin))["data"]["courses"]["edges"][0]["cursor"]

    async def codes(viewer: Person | None, after: str, **order: Any) -> list[str]:
        answer = await world.ask(CATALOG, viewer, first=1, after=after, **order)
        return [error["extensions"]["code"] for error in answer.get("errors", [])]

    assert await codes(admin, cursor, orderBy=by_price) == []
    assert await codes(admin, cursor, orderBy=by_price | {"direction": "DESC"}) == ["BAD_CURSOR"]
    assert await codes(admin, cursor, orderBy={"field": "TITLE"}) == ["BAD_CURSOR"]
    assert await codes(admin, cursor) == ["BAD_CURSOR"]
    assert await codes(other, cursor, orderBy=by_price) == ["BAD_CURSOR"]
    assert await codes(None, cursor, orderBy=by_price) == ["BAD_CURSOR"]
    assert await codes(admin, foreign) == ["BAD_CURSOR"]
    assert Counter(await codes(admin, cursor[:-2] + "AA", orderBy=by_price)) == {"BAD_CURSOR": 1}
