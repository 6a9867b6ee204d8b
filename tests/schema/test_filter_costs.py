"""What the databases are sent for filters and orders: values apart from words, and no more work than the page needs."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from models import catalog as catalog_models
from models import orders as order_models
from models import referrals as referral_models
from models.identity import Role
from models.referrals import ReferralStatus
from models.values import new_id
from resolvers.collection_conditions import selector
from resolvers.conditions import Compare, Not, Operator
from resolvers.lanes import Lanes
from resolvers.loading import source_of
from schema.ids import global_id
from tests.schema.test_filters import ORDERS, REFERRALS, moment, numbers, order
from tests.world import START, Person, World


async def test_values_never_become_a_part_of_a_statement(world: World) -> None:
    admin = await world.person(Role.ADMIN)
    await order(world, admin, "a")
    texts: set[tuple[str, ...]] = set()
    built = 0
    # An operation is compiled when it is asked for again, and may fetch less then.
    await numbers(world, admin, {"number": {"eq": "a"}}, [{"field": "number"}])
    for value in ('{"$gt": ""}', "' OR 1=1 --", "$1", "x'); DROP TABLE orders; --", ":where_0", "%(a)s", "\\'", "a\nb"):
        where = {
            "number": {"contains": value, "startsWith": value, "gt": value, "eq": value, "in": [value]},
            "createdAt": {"lt": moment(len(texts))},
        }
        assert await numbers(world, admin, where, [{"field": "number"}]) == []
        built = built or statements_built()
        texts.add(tuple(sorted(world.observed.sql)))
        assert sorted(each.text for each in world.observed.read) == sorted(world.observed.sql)
        assert not any(value in text for text in world.observed.sql if len(value) > 2)

    assert len(texts) == 1
    assert statements_built() == built


def statements_built() -> int:
    """How many statements on orders were ever built from their conditions."""
    source: Any = source_of(order_models.Order)
    return int(source._windows.cache_info().misses + source._counts.cache_info().misses)


@pytest.mark.parametrize("value", ["$where", '{"$gt": ""}', "$name", ".*", "a.b", "(?i)a"])
def test_values_stand_behind_an_operator_of_ours_in_mongodb(value: str) -> None:
    for operator in (Operator.EQ, Operator.GT, Operator.GTE, Operator.LT, Operator.LTE):
        assert selector(Compare("name", operator, value)) == {"name": {f"${operator}": value}}
    assert selector(Not(Compare("name", Operator.IN, (value,)))) == {"$nor": [{"name": {"$in": [value]}}]}


async def test_filters_orders_and_totals_cost_the_same_statements_for_few_and_for_many(world: World) -> None:
    admin = await world.person(Role.ADMIN)
    query = """query($id: ID!) {
      orders(first: 2, where: {status: {eq: pending}, or: [{number: {gt: "a"}}, {number: {lt: "0"}}]},
        orderBy: [{field: createdAt, direction: DESC}, {field: number}]) { totalCount nodes { number } }
      node(id: $id) { ... on Member { referrals(first: 2, where: {status: {eq: pending}},
        orderBy: {field: createdAt}) { totalCount nodes { status } } } } }"""

    async def costs() -> tuple[Any, Any, int, int]:
        answer = await world.ask(query, admin, id=global_id("Member", admin.id))
        found = answer["data"]["orders"], answer["data"]["node"]["referrals"]
        return world.observed.statements, world.observed.rows, found[0]["totalCount"], found[1]["totalCount"]

    for number in range(3):
        await order(world, admin, f"n{number}")
        await world.referral(admin, await world.person(has_member=False))
    few = await costs()
    await many_orders(world, admin, 300)
    await many_referrals(admin, 300)
    many = await costs()

    # A total of referrals is one row for each member; that of orders is one row.
    assert few == ({"orders": 2, "members": 1, "referrals": 2}, {"orders": 3, "members": 1, "referrals": 3}, 3, 3)
    assert many[:2] == few[:2]
    assert many[2:] == (3 + 30, 3 + 150)


async def many_orders(world: World, buyer: Person, count: int) -> None:
    """Orders of which one in ten is pending, the others cancelled."""
    await world.handles.postgres.execute(
        """INSERT INTO orders (number, user_id, status, amount, original_amount, currency, created_at, cancelled_at)
        SELECT 'many-' || n, $1, (CASE n % 10 WHEN 0 THEN 'pending' ELSE 'cancelled' END)::order_status, 1, 1, 'INR',
          $2::timestamptz + n * interval '1 second', CASE n % 10 WHEN 0 THEN NULL ELSE now() END
        FROM generate_series(1, $3::int) AS n""",
        buyer.id,
        START,
        count,
    )
    await world.handles.postgres.execute("ANALYZE orders")


async def many_referrals(referrer: Person, count: int) -> None:
    """Referrals of which every second is pending, the others voided."""
    statuses = [ReferralStatus.PENDING, ReferralStatus.VOIDED]
    await referral_models.Referral.insert_many(
        [
            referral_models.Referral(
                referrer_id=referrer.id,
                referred_user_id=new_id(),
                status=statuses[number % 2],
                created_at=START + timedelta(seconds=number),
            )
            for number in range(count)
        ]
    )


def nodes_of(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(each for part in plan.get("Plans", []) for each in nodes_of(part))]


async def test_a_page_of_many_rows_reads_an_index_and_just_its_rows_in_postgresql(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = await world.person(Role.ADMIN)
    await many_orders(world, admin, 5000)
    sent: list[tuple[str, Sequence[Any]]] = []
    fetch = Lanes.fetch

    async def heard(pool: Any, query: str, *arguments: Any) -> Any:
        sent.append((query, arguments))
        return await fetch(pool, query, *arguments)

    monkeypatch.setattr(Lanes, "fetch", heard)
    query = ORDERS.replace("totalCount", "")
    newest = {"orderBy": [{"field": "createdAt", "direction": "DESC"}], "where": {"status": {"eq": "pending"}}}
    mixed = {"orderBy": [{"field": "createdAt", "direction": "DESC"}, {"field": "number"}]}
    by_number = {"orderBy": [{"field": "number"}], "where": {"number": {"startsWith": "many-"}}}
    for arguments, pages in ((newest, 4), (mixed, 25), (by_number, 25)):
        after = None
        for _ in range(pages):
            sent.clear()
            answer = await world.ask(query, admin, first=100, after=after, **arguments)
            after = answer["data"]["orders"]["pageInfo"]["endCursor"]
        text, values = next(each for each in sent if "FROM orders" in each[0])
        found = json.loads(await world.handles.postgres.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {text}", *values))
        plan = nodes_of(found[0]["Plan"])
        assert not [each for each in plan if "Seq Scan" in each["Node Type"]], text
        assert [each for each in plan if "Index" in each["Node Type"]]
        examined = sum(
            each["Actual Rows"] + each.get("Rows Removed by Filter", 0) for each in plan if "Scan" in each["Node Type"]
        )
        assert examined <= 110, (text, found)


ROOT = """query($where: %sFilter, $orderBy: [%sOrder!], $first: Int, $after: String) {
  list: %s(where: $where, orderBy: $orderBy, first: $first, after: $after) { nodes { id } pageInfo { endCursor } } }"""
ALL_REFERRALS = ROOT % ("Referral", "Referral", "referrals")
ALL_PRODUCTS = ROOT % ("Product", "Product", "products")
PENDING = {"where": {"status": {"eq": "pending"}}}
OLDEST = {"where": {"createdAt": {"lt": moment(4900)}}, "orderBy": {"field": "createdAt"}}
OF_A_MEMBER = REFERRALS.replace("referrals(", "list: referrals(").replace("totalCount", "")


@pytest.mark.parametrize(
    ("query", "arguments"),
    [
        (ALL_REFERRALS, {}),
        (ALL_REFERRALS, PENDING),
        (ALL_REFERRALS, OLDEST),
        (ALL_PRODUCTS, {}),
        (ALL_PRODUCTS, {"orderBy": {"field": "title"}}),
        (OF_A_MEMBER, {}),
        (OF_A_MEMBER, PENDING),
        (OF_A_MEMBER, OLDEST),
    ],
    ids=["all", "all pending", "all oldest", "published", "published by title", "own", "own pending", "own oldest"],
)
async def test_a_page_of_many_documents_reads_an_index_and_just_its_documents_in_mongodb(
    world: World, query: str, arguments: Any
) -> None:
    admin = await world.person(Role.ADMIN)
    await (many_products() if query is ALL_PRODUCTS else many_referrals(admin, 5000))
    viewer = None if query is ALL_PRODUCTS else admin
    given = arguments | ({"id": global_id("Member", admin.id)} if query is OF_A_MEMBER else {})
    after, mongo = None, world.handles.mongo

    await mongo.command("profile", 2)
    for _ in range(6):
        data = (await world.ask(query, viewer, first=100, after=after, **given))["data"]
        after = data.get("node", data)["list"]["pageInfo"]["endCursor"]
    await mongo.command("profile", 0)
    collection = "products" if query is ALL_PRODUCTS else "referrals"
    reads = {"$or": [{"command.find": collection}, {"command.pipeline.0.$documents": {"$exists": True}}]}
    last = await mongo["system.profile"].find_one(reads, sort=[("ts", -1)])
    await mongo["system.profile"].drop()

    assert last is not None
    assert "COLLSCAN" not in last.get("planSummary", "")
    assert not last.get("hasSortStage")
    # In the index of a member's referrals, every second is of another status.
    assert last["docsExamined"] <= 205
    assert last["keysExamined"] <= 210


async def many_products() -> None:
    """Products of which all but one in ten are published."""
    facts = {"description": "A product.", "author": "Somebody", "price": 1, "currency": "INR", "category": "ebook"}
    await catalog_models.Product.insert_many(
        [
            catalog_models.Product(
                **facts,
                title=f"Product {number}",
                is_published=bool(number % 10),
                created_at=START + timedelta(seconds=number),
            )
            for number in range(5000)
        ]
    )
