"""Orders by several columns, which no index has whole: a page reads no more than itself and what ties at its end."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from models.catalog import ProductCategory, PurchasableKind
from models.identity import Role
from models.values import new_id
from resolvers import collections
from resolvers.context import Handles
from resolvers.stores import find
from tests.schema.catalog_oracle import Thing, stock
from tests.world import World

PRODUCTS = """query($orderBy: [ProductOrder!], $first: Int, $after: String, $page: PageInput) {
  products(orderBy: $orderBy, first: $first, after: $after, page: $page) {
    nodes { title price { amount } } pageInfo { endCursor hasNextPage } } }"""
ALIKE = 10


def things(count: int) -> list[Thing]:
    """Products of which always ten cost the same, and ten have the same title."""
    return [
        Thing(
            id=new_id(),
            kind=PurchasableKind.PRODUCT,
            title=f"Title {number % (count // ALIKE or 1):06}",
            price=Decimal(number // ALIKE),
            currency="INR",
            category=ProductCategory.EBOOK,
            age=number * 7919 % count,
            purchases=0,
            is_published=True,
        )
        for number in range(count)
    ]


def by(*fields: str) -> list[dict[str, str]]:
    return [{"field": name.removeprefix("-"), "direction": "DESC" if name[0] == "-" else "ASC"} for name in fields]


@pytest.mark.parametrize(
    "order",
    [
        ("price", "title"),
        ("-price", "title"),
        ("title", "-price"),
        ("createdAt", "price"),
        ("-title", "price", "createdAt"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("count", [3, 3000])
async def test_a_page_costs_two_statements_and_its_documents_with_what_ties(
    world: World, order: tuple[str, ...], count: int
) -> None:
    await stock(world.handles, (await world.person(Role.ADMIN)).id, things(count))
    mongo, after = world.handles.mongo, None
    size = 100 if count > 100 else 1

    await mongo.command("profile", 2)
    for _ in range(3):
        shown = (await world.ask(PRODUCTS, None, orderBy=by(*order), first=size, after=after))["data"]["products"]
        after = shown["pageInfo"]["endCursor"]
        assert world.observed.statements == {"products": 2}
    await mongo.command("profile", 0)
    last = await mongo["system.profile"].find({"command.find": "products"}, sort=[("ts", -1)], limit=2).to_list()
    await mongo["system.profile"].drop()

    assert len(shown["nodes"]) == size
    assert len(last) == 2
    for each in last:
        assert "COLLSCAN" not in each.get("planSummary", "")
        # The position, the page with its probe, and what ties at either end; each branch of a position is a scan.
        assert each["docsExamined"] <= size + 1 + 2 * ALIKE
        assert each["keysExamined"] <= 2 * (size + 1 + 2 * ALIKE)


async def test_a_page_is_whole_when_documents_go_while_it_is_read(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stock(world.handles, (await world.person(Role.ADMIN)).id, things(100))
    asked = 0

    async def found(handles: Handles, collection: str, where: Mapping[str, Any], *arguments: Any, **named: Any) -> Any:
        nonlocal asked
        asked += 1
        rows = await find(handles, collection, where, *arguments, **named)
        if asked == 1:
            await handles.mongo["products"].delete_many({"price": {"$lt": Decimal(3)}})
        return rows

    monkeypatch.setattr(collections, "find", found)

    shown = (await world.ask(PRODUCTS, None, orderBy=by("price", "title"), first=20))["data"]["products"]

    assert [node["price"]["amount"] for node in shown["nodes"]] == ["3"] * 10 + ["4"] * 10
    assert shown["pageInfo"]["hasNextPage"] is True
    assert asked == 3


async def test_a_numbered_page_is_its_stretch_of_the_order(world: World) -> None:
    made = things(60)
    await stock(world.handles, (await world.person(Role.ADMIN)).id, made)
    expected = sorted((-thing.price, thing.title) for thing in made)

    for number in (1, 2, 6, 7):
        page = {"number": number, "size": 10}
        shown = (await world.ask(PRODUCTS, None, orderBy=by("-price", "title"), page=page))["data"]["products"]
        titles = [(-Decimal(node["price"]["amount"]), node["title"]) for node in shown["nodes"]]
        assert titles == expected[10 * number - 10 : 10 * number]
