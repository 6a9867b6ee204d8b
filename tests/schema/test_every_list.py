"""Every list and connection of the schema: how many statements each costs and how many rows it fetches, for a little
and for much, with one parent that has many, one that has one and one that has none.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    GraphQLField,
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
)

from models.identity import Role
from resolvers.loading import order_of
from resolvers.sources import Window
from schema.build import build
from schema.entities import BY_NAME
from schema.ids import global_id
from tests.crowd import Owner, fill, owner
from tests.world import World

SCHEMA = build()._schema

ROOTS = {
    "Query.orders": "orders",
    "Query.users": "users",
    "Query.purchases": "purchases",
    "Query.coupons": "coupons",
    "Query.referrals": "referrals",
    "Query.courses": "courses",
    "Query.products": "products",
    "Query.typingTests": "typing_tests",
    "Query.passages": "passages",
}
"""Connections of everything: a page and a total, each a statement."""

CONNECTIONS = {
    **dict.fromkeys(("Course.purchases", "Product.purchases", "TypingTest.purchases"), "purchases"),
    "Coupon.usages": "coupon_usages",
    "Course.enrollments": "course_enrollments",
    "Member.referrals": "referrals",
    "Member.wallet": "credit_entries",
    "TypingTest.results": "test_results",
    "User.activity": "user_activity",
    "User.apiKeys": "api_keys",
    "User.charts": "chart_cache",
    "User.enrollments": "course_enrollments",
    "User.orders": "orders",
    "User.purchases": "purchases",
    "User.sessions": "sessions",
    "User.testResults": "test_results",
}
"""Connections of one parent: a page of each and a total of each, each a statement for all of them."""

OTHER_ROWS = {
    **dict.fromkeys(("TypingTest.results", "User.orders", "User.sessions", "User.testResults"), 3 + 2 + 1 + 3),
    "User.purchases": 3 + 3 + 2,
}
"""The rows of those that all three have some of, and of those that the second has three of."""

FIRSTS = {
    "Member.purchasedCourses": ("courses", 3),
    "Member.purchasedProducts": ("products", 2),
    "Member.purchasedTests": ("typing_tests", 2),
    "Order.payments": ("payments", 3),
    "Order.refunds": ("refunds", 3),
    "User.accounts": ("accounts", 3),
}
"""Lists that are told how far to go: one statement, and the rows of two parents of which one shows two.  Of what the
two members own, they own some alike.
"""

WHOLE = {"Order.items": ("order_items", 1), "Order.purchases": ("purchases", 3)}
"""Lists that are short by nature: one statement, and so many rows for each item."""

OF_THE_ROW = {
    "Chart.aspects",
    "Chart.houses",
    "Chart.otherPositions",
    "Chart.positions",
    "Coupon.categories",
    "Coupon.items",
    "Course.features",
    "KeystrokeLog.keystrokes",
    "Order.nextStatuses",
    "TestResult.errorsByKey",
}
"""Lists that are a part of their parent's row: no statement."""

OTHERS: dict[str, tuple[str, dict[str, int], int]] = {
    "Activity.metrics": (
        "{ me { activity(first: 2) { nodes { metrics { name } } } } }",
        {"users": 1, "user_activity": 1},
        3,
    ),
    "Query.catalog": (
        "{ catalog(first: 2) { nodes { id } pageInfo { hasNextPage } totalCount } }",
        {"courses": 2, "products": 2},
        9,
    ),
    "Query.nodes": ("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"users": 1, "orders": 1}, 6),
}
"""The rest: a query, its statements, and at most how many rows it fetches."""

TESTED_ELSEWHERE = {
    "ConsistencyReport.skipped",
    "ConsistencyReport.violations",
    "ConsistencyViolation.ids",
    "CouponPreview.items",
    "OrderRefunded.refunds",
    "Query.leaderboard",
    "Query.referralLeaderboard",
    "RefundUnderWay.refunds",
}
"""Lists of as many as there are places on them, or as were asked for or found."""


def lists() -> Iterator[tuple[str, str, GraphQLField]]:
    """Every field that is a list or a connection, by its type and name.  A page's own are its connection's, and what
    a mutation answers with is not stored.
    """
    problem = SCHEMA.get_type("Problem")
    for owner_type in SCHEMA.type_map.values():
        if not isinstance(owner_type, GraphQLObjectType) or owner_type.name.startswith("__"):
            continue
        if owner_type.name.endswith(("Connection", "Edge")) or problem in owner_type.interfaces:
            continue
        for name, field in owner_type.fields.items():
            kind = get_named_type(field.type).name
            if is_list_type(get_nullable_type(field.type)) or kind.endswith("Connection"):
                yield owner_type.name, name, field


def test_every_list_has_its_cost_in_a_table() -> None:
    tables = (ROOTS, CONNECTIONS, FIRSTS, WHOLE, OF_THE_ROW, OTHERS, TESTED_ELSEWHERE)
    found = {f"{owner_type}.{name}" for owner_type, name, _ in lists()}

    counted = Counter(name for table in tables for name in table)
    assert set(counted) == found, "A list without a count in this file, or a count without a list."
    assert set(counted.values()) == {1}


def asked(name: str) -> str:
    """The selection of a list: two rows of each parent, and of a connection whether there are more and how many."""
    type_name, _, field_name = name.partition(".")
    graph_type = SCHEMA.get_type(type_name)
    assert isinstance(graph_type, GraphQLObjectType)
    field = graph_type.fields[field_name]
    kind = get_named_type(field.type)
    first = "(first: 2)" if "first" in field.args else ""
    if kind.name.endswith("Connection"):
        return f"{field_name}{first} {{ nodes {{ __typename }} pageInfo {{ hasNextPage }} totalCount }}"
    return f"{field_name}{first}" if is_leaf_type(kind) else f"{field_name}{first} {{ __typename }}"


def parents(type_name: str, owners: list[Owner]) -> list[str]:
    """The ids of what is of this type with each owner."""
    of = {"User": "person", "Member": "person", "Course": "course", "Product": "product", "TypingTest": "test"}
    named = of.get(type_name, type_name.lower())
    return [global_id(type_name, getattr(each, named).id) for each in owners]


@pytest.mark.parametrize("count", [3, 300])
async def test_every_list_costs_its_statements_and_rows_whatever_there_is(world: World, count: int) -> None:
    busy, other, idle = await owner(world, Role.ADMIN), await owner(world), await owner(world)
    await fill(world, busy, count)
    await fill(world, other, 1)
    owners = [busy, other, idle]

    async def cost(query: str, **variables: Any) -> tuple[Counter[str], Counter[str]]:
        answer = await world.ask(query, busy.person, **variables)
        codes = {error["extensions"]["code"] for error in answer.get("errors", [])}
        assert codes <= {"FORBIDDEN"}, (query, answer)
        return world.observed.statements, world.observed.rows

    async def of_parents(name: str) -> tuple[Counter[str], Counter[str]]:
        """The cost without what finding the parents costs."""
        type_name = name.partition(".")[0]
        query = f"query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on {type_name} {{ {asked(name)} }} }} }}"
        statements, rows = await cost(query, ids=parents(type_name, owners))
        found = Counter({BY_NAME[type_name].source.name: 1})
        return statements - found, rows - Counter(dict.fromkeys(found, len(owners)))

    found = {name: await cost(f"{{ {asked(name)} }}") for name in ROOTS}
    found |= {name: await of_parents(name) for name in (*CONNECTIONS, *FIRSTS, *WHOLE)}

    assert found == {
        **{name: ({table: 2}, {table: 3 + 1}) for name, table in ROOTS.items()},
        **{name: ({table: 2}, {table: OTHER_ROWS.get(name, 3 + 1 + 2)}) for name, table in CONNECTIONS.items()},
        **{name: ({table: 1}, {table: rows}) for name, (table, rows) in FIRSTS.items()},
        **{name: ({table: 1}, {table: rows * (count + 1)}) for name, (table, rows) in WHOLE.items()},
    }
    for name, (query, statements, most) in OTHERS.items():
        given = {"ids": parents("User", owners) + parents("Order", owners)} if "$ids" in query else {}
        sent, fetched = await cost(query, **given)
        assert sent == statements, name
        assert fetched.total() <= most, name
    for name in OF_THE_ROW:
        entity = BY_NAME[name.partition(".")[0]]
        window = Window(limit=1, order=order_of(entity.loader.model, "id"))
        (row,) = await entity.source.window(world.handles, (entity.source.stored("id"),), window)
        query = f"query($id: ID!) {{ node(id: $id) {{ ... on {entity.name} {{ {asked(name)} }} }} }}"
        sent, _ = await cost(query, id=global_id(entity.name, row[entity.source.stored("id")]))
        assert sent == {entity.source.name: 1}, name
