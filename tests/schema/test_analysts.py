"""What analysts reach of what people do: referrals, enrolments and runs of tests, without the people."""

from typing import Any

import pytest

from models.identity import Role
from models.referrals import ReferralStatus
from schema.ids import global_id
from tests import lives, shop
from tests.world import Person, World

REFERRALS = """{ referrals(where: {status: {eq: converted}}) { totalCount nodes {
  status createdAt referrer { username } referredUser { username } } } }"""
ENROLLMENTS = """query($id: ID!) { course(id: $id) { enrollments(first: 2) { totalCount nodes {
  progress user { username } course { title } } } } }"""
RESULTS = """query($id: ID!) { typingTest(id: $id) { results(first: 2) { totalCount nodes {
  wpm user { username } test { title } keystrokeLog { keystrokeCount } } } } }"""


def codes(answer: dict[str, Any]) -> set[str]:
    return {error["extensions"]["code"] for error in answer.get("errors", [])}


async def test_referrals_are_filtered_by_analysts_and_name_nobody(world: World) -> None:
    analyst, admin = await world.person(Role.ANALYST), await world.person(Role.ADMIN)
    referrer, others = await world.person(), [await world.person() for _ in range(3)]
    made = [
        await world.referral(referrer, other, status)
        for other, status in zip(others, (ReferralStatus.CONVERTED, *[ReferralStatus.PENDING] * 2), strict=True)
    ]
    row = {"status": "converted", "createdAt": made[0].created_at.isoformat()}

    seen, whole = await world.ask(REFERRALS, analyst), await world.ask(REFERRALS, admin)

    people = {"referrer": {"username": referrer.username}, "referredUser": {"username": others[0].username}}
    assert whole == {"data": {"referrals": {"totalCount": 1, "nodes": [row | people]}}}
    assert seen["data"]["referrals"] == {"totalCount": 1, "nodes": [row | dict.fromkeys(people)]}
    assert codes(seen) == {"FORBIDDEN"}


@pytest.mark.parametrize("count", [3, 300])
async def test_a_courses_enrolments_cost_a_page_and_name_nobody_to_analysts(world: World, count: int) -> None:
    analyst, admin = await world.person(Role.ANALYST), await world.person(Role.ADMIN)
    course, other = await world.course(admin), await world.course(admin)
    people = [await world.person(has_member=False) for _ in range(count)]
    for person in people:
        await lives.enrollment(world, person, course)
    await lives.enrollment(world, people[0], other)
    newest = [
        {"progress": 40, "user": {"username": each.username}, "course": {"title": course.title}}
        for each in people[:-3:-1]
    ]

    whole = await world.ask(ENROLLMENTS, admin, id=global_id("Course", course.id))
    assert whole == {"data": {"course": {"enrollments": {"totalCount": count, "nodes": newest}}}}
    assert world.observed.statements == {"courses": 2, "course_enrollments": 2, "users": 1}
    assert world.observed.rows["course_enrollments"] == 2 + 1

    seen = await world.ask(ENROLLMENTS, analyst, id=global_id("Course", course.id))
    without = [each | {"user": None} for each in newest]
    assert seen["data"] == {"course": {"enrollments": {"totalCount": count, "nodes": without}}}
    assert codes(seen) == {"FORBIDDEN"}


@pytest.mark.parametrize("count", [3, 300])
async def test_a_tests_runs_cost_a_page_and_name_nobody_to_analysts(world: World, count: int) -> None:
    analyst, admin, person = await world.person(Role.ANALYST), await world.person(Role.ADMIN), await world.person()
    test, other = await shop.typing_test(world), await shop.typing_test(world)
    runs = [lives.result(world, person, test, wpm=float(number)) for number in range(count)]
    await type(runs[0]).insert_many([*runs, lives.result(world, person, other)])
    newest = [
        {
            "wpm": run.wpm,
            "user": {"username": person.username},
            "test": {"title": test.title},
            "keystrokeLog": None,
        }
        for run in runs[:-3:-1]
    ]

    whole = await world.ask(RESULTS, admin, id=global_id("TypingTest", test.id))
    assert whole == {"data": {"typingTest": {"results": {"totalCount": count, "nodes": newest}}}}
    assert world.observed.statements == {"typing_tests": 2, "test_results": 2, "keystroke_logs": 1, "users": 1}
    assert world.observed.rows["test_results"] == 2 + 1

    seen = await world.ask(RESULTS, analyst, id=global_id("TypingTest", test.id))
    without = [each | {"user": None} for each in newest]
    assert seen["data"] == {"typingTest": {"results": {"totalCount": count, "nodes": without}}}
    assert codes(seen) == {"FORBIDDEN"}


@pytest.mark.parametrize("role", [None, Role.USER])
async def test_who_is_no_analyst_sees_of_no_item_what_people_do_with_it(world: World, role: Role | None) -> None:
    viewer = None if role is None else await world.person(role)
    course, test = await world.course(await world.person()), await shop.typing_test(world)
    assert await refused(world, viewer, ENROLLMENTS, global_id("Course", course.id)) == ["course", "enrollments"]
    assert await refused(world, viewer, RESULTS, global_id("TypingTest", test.id)) == ["typingTest", "results"]


async def refused(world: World, viewer: Person | None, query: str, item: str) -> list[str]:
    """The path of the one field that is refused."""
    answer = await world.ask(query, viewer, id=item)
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "FORBIDDEN"
    path: list[str] = error["path"]
    return path
