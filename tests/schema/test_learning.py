"""Enrolments, results, keystrokes and activity: who sees them, and what they cost."""

from typing import Any

import pytest

from models import catalog, learning
from models.catalog import CourseLevel
from models.identity import Role
from models.values import new_id
from schema.ids import global_id
from tests import lives, shop
from tests.world import START, Person, World

MINE = """{ me {
  enrollments { totalCount nodes { progress createdAt completedAt endedAt user { username } course { title }
    order { number } } }
  testResults { totalCount nodes { wpm rawWpm accuracy consistency errorsByKey { key errors } durationSeconds createdAt
    user { username } test { title } passage { id }
    keystrokeLog { keystrokeCount keystrokes { key offsetMs isCorrect } } } }
  activity { totalCount nodes { type at metrics { name value } user { username } } }
} }"""
NODE = """query($id: ID!) { node(id: $id) { __typename
  ... on Enrollment { progress user { username } course { title } }
  ... on TestResult { wpm user { username } test { title } keystrokeLog { keystrokeCount keystrokes { key } } }
  ... on KeystrokeLog { keystrokeCount keystrokes { key } } } }"""
LISTS = """{ users(first: 100) { nodes { username
  enrollments(first: 2) { totalCount nodes { progress course { title } } }
  testResults(first: 2) { totalCount nodes { wpm test { title } keystrokeLog { keystrokeCount } } }
  activity(first: 2) { totalCount nodes { type } } } } }"""


async def seen(world: World, viewer: Person | None, type_name: str, row_id: Any) -> tuple[Any, list[str]]:
    """The object as the viewer sees it, and the paths that were refused."""
    answer = await world.ask(NODE, viewer, id=global_id(type_name, row_id))
    errors = answer.get("errors", [])
    assert {error["extensions"]["code"] for error in errors} <= {"FORBIDDEN"}
    return answer["data"]["node"], sorted(".".join(map(str, error["path"])) for error in errors)


async def test_a_person_sees_what_they_have_done(world: World) -> None:
    person = await world.person()
    passage = await catalog.Passage(text="Type this.", level=CourseLevel.BEGINNER).insert()
    course, test = await world.course(person), await shop.typing_test(world, passage_id=passage.id)
    order = await world.order(person, course)
    enrolled = await lives.enrollment(world, person, course, order_id=order.id)
    result = await lives.result(world, person, test).insert()
    await lives.keystrokes(result)
    done = await lives.activity(world, person).insert()

    whose = {"user": {"username": "person1"}}
    assert await world.ask(MINE, person) == {
        "data": {
            "me": {
                "enrollments": {
                    "totalCount": 1,
                    "nodes": [
                        {
                            "progress": 40,
                            "createdAt": enrolled.created_at.isoformat(),
                            "completedAt": None,
                            "endedAt": None,
                            "course": {"title": "Course 2"},
                            "order": {"number": "N-000004"},
                        }
                        | whose
                    ],
                },
                "testResults": {
                    "totalCount": 1,
                    "nodes": [
                        {
                            "wpm": 57.0,
                            "rawWpm": 60.0,
                            "accuracy": 95.0,
                            "consistency": 80.5,
                            "errorsByKey": [{"key": "t", "errors": 3}, {"key": "e", "errors": 1}],
                            "durationSeconds": 30.0,
                            "createdAt": result.created_at.isoformat(),
                            "test": {"title": "Test 3"},
                            "passage": {"id": global_id("Passage", passage.id)},
                            "keystrokeLog": {
                                "keystrokeCount": 2,
                                "keystrokes": [
                                    {"key": "t", "offsetMs": 0, "isCorrect": True},
                                    {"key": "r", "offsetMs": 120, "isCorrect": False},
                                ],
                            },
                        }
                        | whose
                    ],
                },
                "activity": {
                    "totalCount": 1,
                    "nodes": [
                        {
                            "type": "test_completion",
                            "at": done.at.isoformat(),
                            "metrics": [{"name": "accuracy", "value": 95.0}, {"name": "wpm", "value": 57.0}],
                        }
                        | whose
                    ],
                },
            }
        }
    }


async def test_an_enrolment_and_a_result_are_there_for_analysts_without_the_person(world: World) -> None:
    person, other = await world.person(), await world.person()
    analyst, admin = await world.person(Role.ANALYST), await world.person(Role.ADMIN)
    enrolled = await lives.enrollment(world, person, await world.course(admin))
    result = await lives.result(world, person, await shop.typing_test(world)).insert()
    enrollment = {
        "__typename": "Enrollment",
        "progress": 40,
        "user": {"username": "person1"},
        "course": {"title": "Course 5"},
    }
    run = {"__typename": "TestResult", "wpm": 57.0, "user": {"username": "person1"}, "test": {"title": "Test 7"}}

    for type_name, row, whole in (("Enrollment", enrolled, enrollment), ("TestResult", result, run)):
        log = {"keystrokeLog": None} if row is result else {}
        refused = ["node.keystrokeLog"] if row is result else []
        for nobody in (None, other):
            assert await seen(world, nobody, type_name, row.id) == (None, [])
        for viewer in (person, admin):
            assert await seen(world, viewer, type_name, row.id) == (whole | log, [])
        assert await seen(world, analyst, type_name, row.id) == (
            whole | {"user": None} | log,
            [*refused, "node.user"],
        )


async def test_keystrokes_are_for_who_typed_and_admins_see_how_many_there_are(world: World) -> None:
    person, other = await world.person(), await world.person()
    analyst, admin = await world.person(Role.ANALYST), await world.person(Role.ADMIN)
    result = await lives.result(world, person, await shop.typing_test(world)).insert()
    log = await lives.keystrokes(result)
    whole = {"__typename": "KeystrokeLog", "keystrokeCount": 2, "keystrokes": [{"key": "t"}, {"key": "r"}]}

    for nobody in (None, other, analyst):
        assert await seen(world, nobody, "KeystrokeLog", log.id) == (None, [])
    assert await seen(world, person, "KeystrokeLog", log.id) == (whole, [])
    assert await seen(world, admin, "KeystrokeLog", log.id) == (whole | {"keystrokes": None}, ["node.keystrokes"])
    by_result, refused = await seen(world, admin, "TestResult", result.id)
    assert by_result["keystrokeLog"] == {"keystrokeCount": 2, "keystrokes": None}
    assert refused == ["node.keystrokeLog.keystrokes"]


@pytest.mark.parametrize("name", ["testResults", "activity"])
@pytest.mark.parametrize("size", [1, 3, 7])
async def test_pages_visit_every_run_and_act_once_in_both_directions(world: World, name: str, size: int) -> None:
    person, other = await world.person(), await world.person()
    test, moment = await shop.typing_test(world), START
    for each in (person, other):
        await learning.TestResult.insert_many(
            [lives.result(world, each, test, created_at=moment, wpm=float(number)) for number in range(7)]
        )
        await learning.Activity.insert_many(
            [lives.activity(world, each, at=moment, metrics={"wpm": float(number)}) for number in range(7)]
        )
    shown = "wpm" if name == "testResults" else "metrics { value }"
    query = f"""query($first: Int, $after: String, $last: Int, $before: String) {{ me {{
      list: {name}(first: $first, after: $after, last: $last, before: $before) {{
        nodes {{ {shown} }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }} }}"""

    async def walk(count: str, cursor: str, end: str, more: str) -> list[Any]:
        found, at, goes_on = [], None, True
        while goes_on:
            page = (await world.ask(query, person, **{count: size, cursor: at}))["data"]["me"]["list"]
            found.append(page["nodes"])
            at, goes_on = page["pageInfo"][end], page["pageInfo"][more]
        return found

    forward = [each for page in await walk("first", "after", "endCursor", "hasNextPage") for each in page]
    backward = [
        each for page in reversed(await walk("last", "before", "startCursor", "hasPreviousPage")) for each in page
    ]
    speeds = [each["wpm"] if name == "testResults" else each["metrics"][0]["value"] for each in forward]
    assert sorted(speeds) == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    assert backward == forward


@pytest.mark.parametrize("name", ["enrollments", "testResults"])
async def test_a_persons_lists_are_filtered_and_sorted_by_time(world: World, name: str) -> None:
    person = await world.person()
    test = await shop.typing_test(world)
    rows: list[Any] = []
    for _ in range(3):
        if name == "enrollments":
            rows.append(await lives.enrollment(world, person, await world.course(person)))
        else:
            rows.append(await lives.result(world, person, test).insert())
    kind = "Enrollment" if name == "enrollments" else "TestResult"
    query = f"""query($where: {kind}Filter, $orderBy: [{kind}Order!]) {{ me {{
      list: {name}(where: $where, orderBy: $orderBy) {{ nodes {{ id }} totalCount }} }} }}"""

    answer = await world.ask(
        query,
        person,
        where={"createdAt": {"gte": rows[1].created_at.isoformat()}},
        orderBy=[{"field": "createdAt", "direction": "ASC"}],
    )

    ids = [{"id": global_id(kind, row.id)} for row in rows[1:]]
    assert answer == {"data": {"me": {"list": {"nodes": ids, "totalCount": 2}}}}


@pytest.mark.parametrize("rows", [3, 300])
async def test_lists_of_many_people_cost_one_statement_each_and_the_rows_that_are_shown(
    world: World, rows: int
) -> None:
    admin, busy, idle = await world.person(Role.ADMIN), await world.person(), await world.person()
    course, test = await world.course(admin), await shop.typing_test(world)
    courses = [await world.course(admin) for _ in range(2)]
    for each in (course, *courses):
        await lives.enrollment(world, busy, each)
    results = [lives.result(world, busy, test) for _ in range(rows)]
    await learning.TestResult.insert_many(results)
    await lives.keystrokes(results[-1])
    await learning.Activity.insert_many([lives.activity(world, busy) for _ in range(rows)])
    await lives.activity(world, idle).insert()

    answer = await world.ask(LISTS, admin)

    people = {each["username"]: each for each in answer["data"]["users"]["nodes"]}
    totals = {
        name: [people[name][field]["totalCount"] for field in ("enrollments", "testResults", "activity")]
        for name in people
    }
    assert totals == {
        admin.username: [0, 0, 0],
        busy.username: [3, rows, rows],
        idle.username: [0, 0, 1],
    }
    assert world.observed.statements == {
        "users": 1,
        "course_enrollments": 2,
        "courses": 1,
        "test_results": 2,
        "typing_tests": 1,
        "keystroke_logs": 1,
        "user_activity": 2,
    }
    # Rows that are shown, and one row for each person that something was counted of.
    assert world.observed.rows == {
        "users": 3,
        "course_enrollments": 2 + 1,
        "courses": 2,
        "test_results": 2 + 1,
        "typing_tests": 1,
        "keystroke_logs": 1,
        "user_activity": 3 + 2,
    }


async def test_keys_are_fetched_only_when_they_are_asked_for(world: World) -> None:
    person = await world.person()
    result = await lives.result(world, person, await shop.typing_test(world)).insert()
    await lives.keystrokes(result)

    answer = await world.ask("{ me { testResults { nodes { keystrokeLog { id } } } } }", person)

    (shown,) = answer["data"]["me"]["testResults"]["nodes"]
    assert shown["keystrokeLog"]["id"] != global_id("KeystrokeLog", new_id())
    assert world.observed.statements == {"users": 1, "test_results": 1, "keystroke_logs": 1}


async def test_the_keys_of_too_many_runs_are_refused_before_any_statement(world: World) -> None:
    person = await world.person()
    query = """query($first: Int) { me { testResults(first: $first) { nodes {
      keystrokeLog { keystrokes { key } } } } } }"""

    assert "errors" not in await world.ask(query, person, first=20)
    refused = await world.ask(query, person, first=100)

    assert [error["extensions"]["code"] for error in refused["errors"]] == ["TOO_EXPENSIVE"]
    assert world.observed.read == []
