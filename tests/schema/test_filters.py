"""Filters, orders and numbered pages as clients write them: what they find."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from models import orders as order_models
from models.identity import Role
from models.orders import OrderStatus, PaymentStatus
from models.referrals import ReferralStatus
from models.values import new_id
from schema.ids import global_id
from tests.world import START, Person, World

ORDERS = """query($where: OrderFilter, $orderBy: [OrderOrder!], $page: PageInput, $first: Int, $last: Int,
  $after: String) {
  orders(where: $where, orderBy: $orderBy, page: $page, first: $first, last: $last, after: $after) {
    nodes { number } totalCount pageInfo { hasNextPage hasPreviousPage endCursor } } }"""

REFERRALS = """query($id: ID!, $where: ReferralFilter, $orderBy: [ReferralOrder!], $first: Int, $after: String) {
  node(id: $id) { ... on Member { referrals(where: $where, orderBy: $orderBy, first: $first, after: $after) {
    nodes { status createdAt } totalCount pageInfo { endCursor } } } } }"""


async def order(
    world: World, buyer: Person, number: str, status: OrderStatus = OrderStatus.PENDING, *, seconds: int = 0
) -> order_models.Order:
    at = START + timedelta(seconds=seconds)
    is_paid = status is OrderStatus.COMPLETED
    row = order_models.Order(
        id=new_id(),
        number=number,
        user_id=buyer.id,
        status=status,
        payment_status=PaymentStatus.PAID if is_paid else PaymentStatus.PENDING,
        amount=Decimal(1),
        original_amount=Decimal(1),
        currency="INR",
        created_at=at,
        completed_at=at if is_paid else None,
        cancelled_at=at if status is OrderStatus.CANCELLED else None,
    )
    await world.save(row)
    return row


async def numbers(world: World, viewer: Person, where: Any = None, order_by: Any = None, **paging: Any) -> list[str]:
    """The numbers of the orders that are found, after a check that as many are counted."""
    answer = await world.ask(ORDERS, viewer, where=where, orderBy=order_by, **paging)
    assert "errors" not in answer, answer
    found = answer["data"]["orders"]
    if not paging:
        assert found["totalCount"] == len(found["nodes"])
    return [node["number"] for node in found["nodes"]]


def moment(seconds: float) -> str:
    return (START + timedelta(seconds=seconds)).isoformat()


async def test_each_operator_finds_what_it_says(world: World) -> None:
    admin, other = await world.person(Role.ADMIN), await world.person()
    odd = "100%_$a.b\\'\"😀"
    one = await order(world, admin, odd, seconds=1)
    await order(world, other, "B", OrderStatus.COMPLETED, seconds=2)
    await order(world, other, "a", OrderStatus.CANCELLED, seconds=3)
    await order(world, other, "é", OrderStatus.PROCESSING, seconds=4)

    async def found(**where: Any) -> list[str]:
        return await numbers(world, admin, where, [{"field": "createdAt"}])

    assert await found(number={"eq": odd}) == [odd]
    assert await found(number={"in": [odd, "a", "b"]}) == [odd, "a"]
    assert await found(number={"in": []}) == []
    assert await found(number={"gt": "B"}) == ["a", "é"]
    assert await found(number={"gte": "B", "lt": "é"}) == ["B", "a"]
    assert await found(number={"lte": "B"}) == [odd, "B"]
    assert await found(number={"startsWith": "100%"}) == [odd]
    assert await found(number={"startsWith": "00"}) == []
    for part in ("%", "_$", "a.b", "\\", "'", '"', "😀"):
        assert await found(number={"contains": part}) == [odd]
    assert await found(number={"contains": "b\\d"}) == []
    assert await found(number={"contains": ""}) == [odd, "B", "a", "é"]
    assert await found(status={"eq": "completed"}) == ["B"]
    assert await found(status={"in": ["completed", "cancelled"]}) == ["B", "a"]
    assert await found(createdAt={"gt": moment(2)}) == ["a", "é"]
    assert await found(createdAt={"gte": moment(2), "lte": moment(3)}) == ["B", "a"]
    assert await found(createdAt={"eq": moment(2)}) == ["B"]
    assert await found(completedAt={"eq": None}) == [odd, "a", "é"]
    assert await found(completedAt={"lt": moment(9)}) == ["B"]
    assert await found(id={"eq": global_id("Order", one.id)}) == [odd]
    assert await found(user={"in": [global_id("User", other.id)]}) == ["B", "a", "é"]
    assert await found(**{"not": {"completedAt": {"lt": moment(9)}}}) == [odd, "a", "é"]
    assert await found(**{"or": [{"number": {"eq": "a"}}, {"status": {"eq": "completed"}}]}) == ["B", "a"]
    assert await found(**{"or": []}) == []
    assert await found(**{"and": [], "not": None}) == [odd, "B", "a", "é"]
    assert await found(**{"and": [{"number": {"gt": "B"}}, {"not": {"number": {"eq": "a"}}}]}) == ["é"]


async def test_a_time_finer_than_milliseconds_is_compared_as_it_was_meant(world: World) -> None:
    admin = await world.person(Role.ADMIN)
    await order(world, admin, "on it")
    finer = (START + timedelta(microseconds=500)).isoformat()

    assert await numbers(world, admin, {"createdAt": {"lt": finer}}) == ["on it"]
    assert await numbers(world, admin, {"createdAt": {"lte": finer}}) == ["on it"]
    assert await numbers(world, admin, {"createdAt": {"gt": finer}}) == []
    assert await numbers(world, admin, {"createdAt": {"gte": finer}}) == []


async def test_what_has_no_value_comes_first_ascending_and_last_descending(world: World) -> None:
    admin = await world.person(Role.ADMIN)
    await order(world, admin, "never", seconds=1)
    await order(world, admin, "later", OrderStatus.COMPLETED, seconds=3)
    await order(world, admin, "sooner", OrderStatus.COMPLETED, seconds=2)

    assert await numbers(world, admin, None, [{"field": "completedAt"}]) == ["never", "sooner", "later"]
    descending = [{"field": "completedAt", "direction": "DESC"}]
    assert await numbers(world, admin, None, descending) == ["later", "sooner", "never"]
    assert await numbers(world, admin, None, descending, last=2) == ["sooner", "never"]


async def test_rows_that_tie_in_the_order_that_was_asked_for_are_all_visited(world: World) -> None:
    admin = await world.person(Role.ADMIN)
    for number in "badc":
        await order(world, admin, number)

    for direction in ("ASC", "DESC"):
        by, found, after = [{"field": "createdAt", "direction": direction}], "", None
        for _ in range(4):
            answer = await world.ask(ORDERS, admin, orderBy=by, first=1, after=after)
            shown = answer["data"]["orders"]
            found += shown["nodes"][0]["number"]
            after = shown["pageInfo"]["endCursor"]
        assert found == ("badc" if direction == "ASC" else "cdab")


async def test_the_same_words_filter_and_order_documents(world: World) -> None:
    admin = await world.person(Role.ADMIN)
    statuses = [ReferralStatus.PENDING, ReferralStatus.CONVERTED, ReferralStatus.PENDING, ReferralStatus.VOIDED]
    made = [await world.referral(admin, await world.person(has_member=False), status) for status in statuses]
    at = [each.created_at.isoformat() for each in made]

    async def found(where: Any, direction: str = "ASC") -> tuple[list[str], int]:
        by = [{"field": "createdAt", "direction": direction}]
        answer = await world.ask(REFERRALS, admin, id=global_id("Member", admin.id), where=where, orderBy=by)
        shown = answer["data"]["node"]["referrals"]
        return [node["createdAt"] for node in shown["nodes"]], shown["totalCount"]

    assert await found(None) == (at, 4)
    assert await found({"status": {"eq": "pending"}}, "DESC") == ([at[2], at[0]], 2)
    assert await found({"not": {"status": {"in": ["pending", "voided"]}}}) == ([at[1]], 1)
    assert await found({"createdAt": {"gt": at[0], "lt": at[3]}}) == (at[1:3], 2)
    assert await found({"convertedAt": {"eq": None}}) == (at, 4)
    assert await found({"not": {"convertedAt": {"lt": at[0]}}}) == (at, 4)
    assert await found({"id": {"in": [global_id("Referral", made[1].id)]}}) == ([at[1]], 1)
    assert await found({"or": []}) == ([], 0)


async def test_what_is_just_within_the_limits_is_answered(world: World) -> None:
    admin = await world.person(Role.ADMIN)
    await order(world, admin, "a")
    deep: Any = {"number": {"eq": "a"}}
    for _ in range(4):
        deep = {"and": [deep]}

    assert await numbers(world, admin, deep) == ["a"]
    assert await numbers(world, admin, {"or": [{"number": {"eq": "a"}}] * 50}) == ["a"]
    assert await numbers(world, admin, {"number": {"in": ["a", *map(str, range(99))]}}) == ["a"]
    assert await numbers(world, admin, {"number": {"gte": "", "lt": "\U0010ffff" * 500}}) == ["a"]
    assert await numbers(world, admin, {"createdAt": {"gte": "0001-01-01T00:00:00Z"}}) == ["a"]
    assert await numbers(world, admin, {"createdAt": {"lte": "9999-12-31T23:59:59.999999Z"}}) == ["a"]


@pytest.mark.parametrize("number", range(1, 6))
async def test_a_numbered_page_is_its_stretch_of_the_filtered_list(world: World, number: int) -> None:
    admin = await world.person(Role.ADMIN)
    for name in "gfedcba":
        await order(world, admin, name)
    arguments = {"where": {"number": {"gt": "a"}}, "orderBy": [{"field": "number"}]}

    answer = await world.ask(ORDERS, admin, page={"number": number, "size": 2}, **arguments)

    shown = answer["data"]["orders"]
    assert "".join(node["number"] for node in shown["nodes"]) == "bcdefg"[2 * number - 2 : 2 * number]
    assert shown["totalCount"] == 6
    assert shown["pageInfo"]["hasNextPage"] is (number < 3)
    assert shown["pageInfo"]["hasPreviousPage"] is (number > 1)
    assert world.observed.statements == {"orders": 2}


ITEMS = """query($courses: CourseFilter, $products: ProductFilter, $search: String, $courseOrder: [CourseOrder!],
  $productOrder: [ProductOrder!]) {
  courses(where: $courses, search: $search, orderBy: $courseOrder) { nodes { title } totalCount }
  products(where: $products, search: $search, orderBy: $productOrder) { nodes { title } totalCount } }"""


async def items(world: World, viewer: Person | None, where: Any = None, search: str | None = None) -> list[str]:
    """The titles of the courses that are found, after a check that products of the same titles are found alike."""
    by = [{"field": "title"}]
    answer = await world.ask(
        ITEMS, viewer, courses=where, products=where, search=search, courseOrder=by, productOrder=by
    )
    assert "errors" not in answer, answer
    courses, products = answer["data"]["courses"], answer["data"]["products"]
    assert courses == products
    assert courses["totalCount"] == len(courses["nodes"])
    return [node["title"] for node in courses["nodes"]]


async def test_both_databases_find_the_same_titles_in_the_same_order(world: World) -> None:
    admin = await world.person(Role.ADMIN)
    titles = ["", "$gt", "%", "A", "B", "\\d", "_", "a", "a.b", "b", "é", "日本", "\ue000", "😀"]
    for title in reversed(titles):
        await world.course(admin, title=title)
        await world.product(title=title)

    assert await items(world, None) == titles
    for title in ("", "\\d", "a.b", "é", "😀"):
        for operator in ("eq", "gt", "gte", "lt", "lte", "contains", "startsWith"):
            assert (title in await items(world, None, {"title": {operator: title}})) is (operator not in ("gt", "lt"))
    assert await items(world, None, {"title": {"in": ["a", "B", "c"]}}) == ["B", "a"]
    assert await items(world, None, {"not": {"title": {"contains": ""}}}) == []


async def test_what_is_not_published_is_found_by_no_filter_search_or_count(world: World) -> None:
    admin = await world.person(Role.ADMIN)
    for title, is_published in (("open secret", True), ("kept secret", False)):
        await world.course(admin, title=title, is_published=is_published)
        await world.product(title=title, is_published=is_published)
    either = {"or": [{"title": {"contains": "secret"}}, {"not": {"title": {"contains": "secret"}}}]}

    assert await items(world, admin, either) == ["kept secret", "open secret"]
    assert await items(world, admin, None, "secret") == ["kept secret", "open secret"]
    assert await items(world, None) == ["open secret"]
    assert await items(world, None, either) == ["open secret"]
    assert await items(world, None, None, "secret") == ["open secret"]
    assert await items(world, None, {"title": {"eq": "kept secret"}}) == []


async def test_a_search_finds_titles_with_all_its_words_on_both_databases(world: World) -> None:
    admin = await world.person(Role.ADMIN)
    titles = ["Café au lait", "Touch Typing", "Touch the keys", "日本 😀"]
    for title in titles:
        await world.course(admin, title=title)
        await world.product(title=title)

    for everything in (None, "", " ", "-", '"', "\\ \0 '&|!():*<-> $ {}", "_"):
        assert await items(world, None, None, everything) == titles
    assert await items(world, None, None, "touch") == ["Touch Typing", "Touch the keys"]
    assert await items(world, None, None, "TYPING touch") == ["Touch Typing"]
    assert await items(world, None, None, '-touch "typing') == ["Touch Typing"]
    assert await items(world, None, None, "touch nothing") == []
    assert await items(world, None, None, "café") == ["Café au lait"]
    assert await items(world, None, {"title": {"lt": "Touch a"}}, "touch") == ["Touch Typing"]
