"""Operations that might ask for too much are refused before they are executed; what people really ask is not."""

import time

import pytest
from graphql import get_introspection_query

from models.identity import Role
from models.values import new_id
from schema.ids import global_id
from tests.schema.test_joined_query import JOINED
from tests.world import World


def nested(depth: int, size: str = "100") -> str:
    inner = "id"
    for _ in range(depth):
        inner = f"member {{ referrals(first: {size}) {{ nodes {{ referrer {{ {inner} }} }} }} }}"
    return f"query($id: ID!) {{ node(id: $id) {{ ... on User {{ {inner} }} }} }}"


def fragments(levels: int) -> str:
    """Each fragment spreads the next one twice."""
    both = "referrer {{ ...F{m} }} referredUser {{ ...F{m} }}"
    spread = f"fragment F{{n}} on User {{{{ member {{{{ referrals {{{{ nodes {{{{ {both} }}}} }}}} }}}} }}}}"
    document = f"query($id: ID!) {{ node(id: $id) {{ ...F0 }} }} fragment F{levels} on User {{ id }} "
    return document + " ".join(spread.format(n=n, m=n + 1) for n in range(levels))


@pytest.mark.parametrize(
    "query",
    [
        nested(3),
        nested(8, "6"),
        fragments(9),
        nested(3, "$id"),
        "{ " + " ".join(f"a{n}: orders(first: 100) {{ nodes {{ number }} }}" for n in range(250)) + " }",
    ],
    ids=["deep", "deeper and narrow", "fragments", "a variable of another type", "aliases"],
)
async def test_an_answer_that_might_hold_too_much_is_refused_at_once(world: World, query: str) -> None:
    admin = await world.person(Role.ADMIN)
    started = time.thread_time()

    answer = await world.ask(query, admin, id=global_id("User", admin.id))

    assert time.thread_time() - started < 3
    assert {error["extensions"]["code"] for error in answer["errors"]} <= {"TOO_EXPENSIVE", "BAD_REQUEST"}
    assert "data" not in answer
    assert world.observed.read == []


@pytest.mark.parametrize("size", [100, 100.0])
async def test_a_size_counts_however_its_number_is_written(world: World, size: float) -> None:
    admin = await world.person(Role.ADMIN)
    query = nested(3, "$size").replace("query(", "query($size: Int, ")

    answer = await world.ask(query, admin, id=global_id("User", admin.id), size=size)

    assert [error["extensions"]["code"] for error in answer["errors"]] == ["TOO_EXPENSIVE"]


@pytest.mark.parametrize("root", ["__schema", "types"])
async def test_what_the_schema_tells_of_itself_is_told_once_and_not_many_times(world: World, root: str) -> None:
    fields = "fields { type { fields { name description args { name } } } }"
    told = {"__schema": f"__schema {{ types {{ {fields} }} }}", "types": f"types {{ {fields} }}"}[root]
    many = " ".join(f"a{n}: {told}" for n in range(50))
    many = many if root == "__schema" else f"__schema {{ {many} }}"
    started = time.thread_time()

    refused = await world.ask(f"{{ {many} }}")

    assert time.thread_time() - started < 3
    assert refused["errors"][0]["extensions"] == {"code": "TOO_EXPENSIVE", "retryable": False}
    assert "data" not in refused
    options = {"specified_by_url": True, "directive_is_repeatable": True, "schema_description": True}
    everything = get_introspection_query(**options, input_value_deprecation=True)
    assert "errors" not in await world.ask(everything)


async def test_the_size_of_a_page_may_come_in_a_variable(world: World) -> None:
    admin = await world.person(Role.ADMIN)
    query = nested(3, "$n").replace("query($id: ID!)", "query($id: ID!, $n: Int)")

    small = await world.ask(query, admin, id=global_id("User", admin.id), n=2)
    large = await world.ask(query, admin, id=global_id("User", admin.id), n=100)

    assert "errors" not in small
    assert large["errors"][0]["extensions"] == {"code": "TOO_EXPENSIVE", "retryable": False}


@pytest.mark.parametrize("given", ["{number: 1, size: 100}", "$page"])
async def test_the_size_of_a_numbered_page_counts(world: World, given: str) -> None:
    admin = await world.person(Role.ADMIN)
    below = "user { member { referrals(first: 100) { nodes { referrer { username } } } } }"
    query = (
        f"query($page: PageInput) {{ orders(page: {given}) {{ nodes {{ {below} }} }} a: __typename @skip(if: true) }}"
    )
    query = query if given == "$page" else query.replace("($page: PageInput)", "")

    answer = await world.ask(query, admin, page={"number": 1, "size": 100})

    assert answer["errors"][0]["extensions"] == {"code": "TOO_EXPENSIVE", "retryable": False}


@pytest.mark.parametrize(
    "variables",
    ["($n: Int = 100)", "($p: PageInput = {number: 1, size: 100}, $n: Int = 100)"],
)
async def test_a_variable_that_is_left_to_its_default_counts(world: World, variables: str) -> None:
    admin = await world.person(Role.ADMIN)
    paging = "page: $p" if "$p" in variables else "first: $n"
    below = "user { orders(first: $n) { nodes { user { orders(first: $n) { nodes { id } } } } } }"

    answer = await world.ask(f"query{variables} {{ orders({paging}) {{ nodes {{ {below} }} }} }}", admin)

    assert answer["errors"][0]["extensions"]["code"] == "TOO_EXPENSIVE"


async def test_the_joined_query_may_ask_for_whole_pages(world: World) -> None:
    admin = await world.person(Role.ADMIN)

    assert "errors" not in await world.ask(JOINED, admin, orders=100, referrals=20)


async def test_several_operations_need_a_name_to_choose_by(world: World) -> None:
    answer = await world.ask("query A { a: __typename } query B { b: __typename }")

    assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_REQUEST"]
    assert "data" not in answer


async def test_fields_that_will_be_refused_count_for_who_may_not_see_them(world: World) -> None:
    admin, person = await world.person(Role.ADMIN), await world.person()
    ids = [global_id("User", new_id()) for _ in range(100)]
    emails = " ".join(f"email{number}: email" for number in range(60))
    query = f"query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on User {{ {emails} }} }} }}"

    for _ in range(3):
        refused = await world.ask(query, person, ids=ids)
        assert [error["extensions"]["code"] for error in refused["errors"]] == ["TOO_EXPENSIVE"]
        assert await world.ask(query, admin, ids=ids) == {"data": {"nodes": [None] * 100}}
