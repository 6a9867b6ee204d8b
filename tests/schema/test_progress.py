"""What a person did, as it was recorded and as it sums up: who sees it, and what it costs."""

from typing import Any

import pytest

from models import learning
from models.identity import Role
from schema.ids import global_id
from tests import lives, shop
from tests.world import START, Person, World


async def test_what_others_do_shows_to_admins_only(world: World) -> None:
    person, other = await world.person(), await world.person()
    analyst, admin = await world.person(Role.ANALYST), await world.person(Role.ADMIN)
    await lives.activity(world, person).insert()
    query = "query($id: ID!) { user(id: $id) { activity { totalCount nodes { type user { username } } } } }"
    done = {"type": "test_completion", "user": {"username": person.username}}
    shown = {"user": {"activity": {"totalCount": 1, "nodes": [done]}}}

    async def ask(viewer: Person | None) -> Any:
        return (await world.ask(query, viewer, id=global_id("User", person.id)))["data"]

    assert [await ask(viewer) for viewer in (person, admin)] == [shown, shown]
    assert [await ask(viewer) for viewer in (other, analyst)] == [{"user": {"activity": None}}] * 2
    assert await ask(None) == {"user": None}


async def test_activity_has_no_id_to_search_the_whole_series_for(world: World) -> None:
    person = await world.person()
    done = await lives.activity(world, person).insert()

    answer = await world.ask("query($id: ID!) { node(id: $id) { id } }", person, id=global_id("Activity", done.id))

    assert answer["data"] == {"node": None}
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_ID"]
    assert world.observed.read == []


async def test_activity_is_filtered_and_sorted_by_when_it_was(world: World) -> None:
    person = await world.person()
    done = [await lives.activity(world, person).insert() for _ in range(3)]
    query = """query($from: DateTime!) { me { activity(where: {at: {gte: $from}}, orderBy: {field: at}) {
      nodes { at } totalCount } } }"""

    answer = await world.ask(query, person, **{"from": done[1].at.isoformat()})

    times = [{"at": each.at.isoformat()} for each in done[1:]]
    assert answer == {"data": {"me": {"activity": {"nodes": times, "totalCount": 2}}}}


PROGRESS = """progress { coursesEnrolled coursesCompleted averageProgress
  testsTaken bestWpm averageWpm averageAccuracy }"""


async def test_progress_is_what_enrolments_and_results_say_it_is(world: World) -> None:
    person, other = await world.person(), await world.person()
    test = await shop.typing_test(world)
    courses = [await world.course(person) for _ in range(3)]
    await lives.enrollment(world, person, courses[0], progress=100, completed_at=START)
    await lives.enrollment(world, person, courses[1], progress=25)
    await lives.enrollment(world, person, courses[2], progress=90, ended_at=START)
    for wpm, accuracy in ((50.0, 90.0), (70.0, 95.0)):
        await lives.result(world, person, test, wpm=wpm, accuracy=accuracy).insert()
    query = f"query($id: ID!) {{ user(id: $id) {{ {PROGRESS} }} }}"

    answer = await world.ask(query, person, id=global_id("User", person.id))
    nothing = await world.ask(query, other, id=global_id("User", other.id))
    refused = await world.ask(query, other, id=global_id("User", person.id))

    assert answer["data"]["user"]["progress"] == {
        "coursesEnrolled": 2,
        "coursesCompleted": 1,
        "averageProgress": 62.5,
        "testsTaken": 2,
        "bestWpm": 70.0,
        "averageWpm": 60.0,
        "averageAccuracy": 92.5,
    }
    assert nothing["data"]["user"]["progress"] == {
        "coursesEnrolled": 0,
        "coursesCompleted": 0,
        "averageProgress": None,
        "testsTaken": 0,
        "bestWpm": None,
        "averageWpm": None,
        "averageAccuracy": None,
    }
    assert refused["data"]["user"] == {"progress": None}
    assert [error["extensions"]["code"] for error in refused["errors"]] == ["FORBIDDEN"]


@pytest.mark.parametrize("rows", [3, 300])
async def test_progress_of_many_people_costs_one_statement_a_store(world: World, rows: int) -> None:
    admin, person = await world.person(Role.ADMIN), await world.person()
    test = await shop.typing_test(world)
    await lives.enrollment(world, admin, await world.course(admin))
    for each in (admin, person):
        await learning.TestResult.insert_many([lives.result(world, each, test) for _ in range(rows)])

    answer = await world.ask(f"{{ users {{ nodes {{ {PROGRESS} }} }} }}", admin)

    assert [each["progress"]["testsTaken"] for each in answer["data"]["users"]["nodes"]] == [rows, rows]
    assert world.observed.statements == {"users": 1, "course_enrollments": 1, "test_results": 1}
    assert world.observed.rows == {"users": 2, "course_enrollments": 1, "test_results": 2}
