"""Objects by their global ids: batched, in order, and a clear answer to what is no id."""

import base64
from uuid import UUID

import pytest

from models.identity import Role
from models.values import new_id
from schema.ids import global_id, parse_global_id
from tests.world import World

SOME_ID = UUID("01a1f8ea-666a-7046-a582-ac172267d09f")
NODES = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on Course { title } ... on Product { author } } }"


async def test_nodes_of_several_types_come_in_order_at_one_statement_a_type(world: World) -> None:
    admin = await world.person(Role.ADMIN)
    courses, product = [await world.course(admin) for _ in range(2)], await world.product()
    missing = new_id()
    ids = [
        global_id("Course", courses[1].id),
        global_id("Product", product.id),
        global_id("Course", missing),
        global_id("Course", courses[0].id),
        global_id("Course", courses[1].id),
    ]

    answer = await world.ask(NODES, None, ids=ids)

    first, second = (
        {"__typename": "Course", "id": global_id("Course", each.id), "title": each.title} for each in courses
    )
    assert answer == {
        "data": {"nodes": [second, {"__typename": "Product", "id": ids[1], "author": "Somebody"}, None, first, second]}
    }
    assert world.observed.statements == {"courses": 1, "products": 1}
    assert world.observed.rows == {"courses": 2, "products": 1}


async def test_only_selected_columns_are_fetched_from_both_databases(world: World) -> None:
    admin = await world.person(Role.ADMIN)
    course, product = await world.course(admin), await world.product()
    ids = [global_id("Course", course.id), global_id("Product", product.id)]

    await world.ask(
        "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Course { slug @skip(if: true) title } } }", None, ids=ids
    )

    (sql,) = [statement.text for statement in world.observed.read if statement.target == "courses"]
    assert sql.partition("FROM")[0].split() == ["SELECT", "courses.id,", "courses.is_published,", "courses.title"]


@pytest.mark.parametrize(
    "given",
    [
        "",
        "x",
        "😀",
        "Q291cnNl",
        base64.b64encode(b"Course:").decode(),
        base64.b64encode(b"Course:1").decode(),
        base64.b64encode(f"Nothing:{SOME_ID}".encode()).decode(),
        base64.b64encode(f"Query:{SOME_ID}".encode()).decode(),
        base64.b64encode(f"Course:{SOME_ID}".upper().encode()).decode(),
        base64.b64encode(f"Course:{{{SOME_ID}}}".encode()).decode(),
        base64.b64encode(f"Course:{SOME_ID}:x".encode()).decode(),
        global_id("Course", SOME_ID) + "\n",
        "A" * 100_000,
    ],
)
async def test_what_is_no_id_of_the_graph_is_refused_before_any_statement(world: World, given: str) -> None:
    answer = await world.ask("query($id: ID!) { node(id: $id) { id } }", None, id=given)

    assert answer["data"] == {"node": None}
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_ID"]
    assert len(answer["errors"][0]["message"]) < 200
    assert world.observed.read == []


async def test_an_id_of_something_that_was_never_there_is_null(world: World) -> None:
    answer = await world.ask("query($id: ID!) { node(id: $id) { id } }", None, id=global_id("Product", new_id()))

    assert answer == {"data": {"node": None}}


async def test_more_ids_than_an_answer_holds_are_refused(world: World) -> None:
    answer = await world.ask(NODES, None, ids=[global_id("Course", new_id())] * 101)

    assert answer["data"] is None
    assert answer["errors"][0]["extensions"]["code"] == "TOO_MANY"
    assert world.observed.read == []


def test_an_id_is_readable_when_decoded() -> None:
    row_id = new_id()

    assert base64.b64decode(global_id("Course", row_id)) == f"Course:{row_id}".encode()
    assert parse_global_id(global_id("Course", row_id)) == ("Course", row_id)


@pytest.mark.parametrize("is_included", [True, False])
async def test_directives_may_take_variables_wherever_they_stand(world: World, *, is_included: bool) -> None:
    course = await world.course(await world.person())
    query = """query($id: ID!, $yes: Boolean!) { nodes(ids: [$id]) { ... on Course { title slug @include(if: $yes)
      createdBy { ...Of @skip(if: $yes) } } } courses { nodes @include(if: $yes) { title } totalCount } }
      fragment Of on User { username }"""

    answer = await world.ask(query, await world.person(), id=global_id("Course", course.id), yes=is_included)

    node = {"title": course.title, "createdBy": {} if is_included else {"username": "person1"}}
    shown: dict[str, object] = {"totalCount": 1}
    if is_included:
        node["slug"] = course.slug
        shown["nodes"] = [{"title": course.title}]
    assert answer == {"data": {"nodes": [node], "courses": shown}}
