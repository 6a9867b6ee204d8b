"""Lists that are told how far to go: what they hold, and that the databases send no more than is shown."""

from typing import Any

import pytest

from models import learning
from models.identity import Role
from models.payments import PaymentState
from models.values import new_id
from schema.ids import global_id
from tests import lives, shop
from tests.world import World

LONG = 40_000


async def test_a_stretch_of_what_a_member_owns_is_cut_where_it_is_said(world: World) -> None:
    admin, person = await world.person(Role.ADMIN), await world.person()
    courses = [await world.course(admin) for _ in range(25)]
    await shop.own(world, person, *courses)
    query = """query($none: Int = 0) { me { member { usual: purchasedCourses { title }
      two: purchasedCourses(first: 2) { title } last: purchasedCourses(skip: 23, first: 100) { title }
      none: purchasedCourses(first: $none) { title } beyond: purchasedCourses(skip: 30) { title } } } }"""

    answer = await world.ask(query, person)

    titles = [{"title": course.title} for course in courses]
    assert answer["data"]["me"]["member"] == {
        "usual": titles[:20],
        "two": titles[:2],
        "last": titles[23:],
        "none": [],
        "beyond": [],
    }
    assert world.observed.statements == {"users": 1, "members": 1, "courses": 1}
    assert world.observed.rows["courses"] == 22


@pytest.mark.parametrize("field", ["purchasedCourses", "purchasedTests", "purchasedProducts"])
async def test_of_a_very_long_array_only_what_is_shown_leaves_the_database(world: World, field: str) -> None:
    person, mongo = await world.person(), world.handles.mongo
    await mongo["members"].update_one({"_id": person.id}, {"$set": {field: [new_id() for _ in range(LONG)]}})

    size = await sent(world, "members", f"{{ me {{ member {{ {field}(first: 3, skip: 20000) {{ id }} }} }} }}", person)

    assert size < 1000


@pytest.mark.parametrize(
    ("selection", "most"), [("keystrokeCount", 500), ("keystrokeCount keystrokes(first: 3) { key }", 1000)]
)
async def test_keys_are_counted_and_cut_by_the_database(world: World, selection: str, most: int) -> None:
    person = await world.person()
    result = await lives.result(world, person, await shop.typing_test(world)).insert()
    pressed = [learning.Keystroke(key="a", offset_ms=number, is_correct=True) for number in range(LONG)]
    log = learning.KeystrokeLog(
        result_id=result.id, user_id=person.id, keystrokes=pressed, created_at=result.created_at
    )
    await log.insert()
    query = f"{{ me {{ testResults {{ nodes {{ keystrokeLog {{ {selection} }} }} }} }} }}"

    size = await sent(world, "keystroke_logs", query, person)
    (shown,) = (await world.ask(query, person))["data"]["me"]["testResults"]["nodes"]

    assert shown["keystrokeLog"]["keystrokeCount"] == LONG
    assert shown["keystrokeLog"].get("keystrokes", [{"key": "a"}] * 3) == [{"key": "a"}] * 3
    assert size < most


async def sent(world: World, collection: str, query: str, viewer: Any) -> int:
    """How many bytes MongoDB sends of a collection for this query."""
    mongo = world.handles.mongo
    await mongo.command("profile", 2)
    answer = await world.ask(query, viewer)
    await mongo.command("profile", 0)
    found = await mongo["system.profile"].find_one({"command.find": collection}, sort=[("ts", -1)])
    await mongo["system.profile"].drop()
    assert "errors" not in answer
    assert found is not None
    return int(found["responseLength"])


@pytest.mark.parametrize("arguments", ["first: -1", "first: 101", "skip: -1", "skip: 1000001", "first: 1, skip: -1"])
async def test_a_stretch_that_cannot_be_is_refused_and_the_rest_is_there(world: World, arguments: str) -> None:
    person = await world.person()

    answer = await world.ask(f"{{ me {{ member {{ name purchasedCourses({arguments}) {{ id }} }} }} }}", person)

    assert answer["data"]["me"]["member"] == {"name": person.username, "purchasedCourses": None}
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_PAGE"]


@pytest.mark.parametrize(("first", "is_refused"), [(10, False), (100, True)])
async def test_how_far_a_list_goes_counts_in_what_an_operation_may_ask_for(
    world: World, first: int, *, is_refused: bool
) -> None:
    admin = await world.person(Role.ADMIN)
    query = """query($first: Int) { users(first: 100) { nodes { member {
      purchasedCourses(first: $first) { id } purchasedProducts(first: $first) { id } }
      accounts(first: $first) { id } } } }"""

    answer = await world.ask(query, admin, first=first)

    refused = [error["extensions"]["code"] for error in answer.get("errors", ())]
    assert refused == (["TOO_EXPENSIVE"] if is_refused else [])


async def test_the_newest_attempts_to_pay_come_first_and_no_more_than_are_asked_for(world: World) -> None:
    admin, buyer = await world.person(Role.ADMIN), await world.person()
    order = await world.order(buyer, await world.course(admin))
    for _ in range(24):
        await shop.payment(world, order, state=PaymentState.DECLINED, decline_code="card_declined")
    await shop.payment(world, order)
    query = """query($id: ID!) { node(id: $id) { ... on Order {
      payments { state } two: payments(first: 2) { state } none: payments(first: 0) { state } } } }"""

    answer = await world.ask(query, buyer, id=global_id("Order", order.id))

    paid, declined = {"state": "PAID"}, {"state": "DECLINED"}
    assert answer["data"]["node"] == {"payments": [paid, *[declined] * 19], "two": [paid, declined], "none": []}
    assert world.observed.statements == {"orders": 1, "payments": 2}
    assert world.observed.rows == {"orders": 1, "payments": 22}
