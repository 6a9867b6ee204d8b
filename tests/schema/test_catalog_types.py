"""What is for sale: whole answers, what everybody sees of it, who owns it, how often it was bought."""

from typing import Any

import pytest

from models.catalog import CourseLevel, ProductCategory
from models.identity import Role
from schema.ids import global_id
from tests import shop
from tests.world import World

COURSE = """query($id: ID, $slug: String) { course(id: $id, slug: $slug) { title slug description thumbnail level
  category duration features isPublished isFeatured price { amount currency } owned purchaseCount
  createdBy { username } } }"""


async def test_a_course_is_shown_with_all_that_is_stored_of_it(world: World) -> None:
    admin, buyer = await world.person(Role.ADMIN), await world.person()
    course = await world.course(admin, features=["Sound", "Light"], thumbnail="https://example.com/a.png")
    await world.order(buyer, course)
    await shop.own(world, buyer, course)
    shown = {
        "title": "Course 3",
        "slug": "course-3",
        "description": None,
        "thumbnail": "https://example.com/a.png",
        "level": "beginner",
        "category": "typing",
        "duration": 60,
        "features": ["Sound", "Light"],
        "isPublished": True,
        "isFeatured": False,
        "price": {"amount": "9.99", "currency": "INR"},
        "owned": True,
        "purchaseCount": 1,
        "createdBy": {"username": "person1"},
    }

    assert await world.ask(COURSE, buyer, slug="course-3") == {"data": {"course": shown}}
    assert world.observed.statements == {"courses": 1, "members": 1, "users": 1}
    assert await world.ask(COURSE, buyer, id=global_id("Course", course.id)) == {"data": {"course": shown}}
    nobody = shown | {"owned": False, "createdBy": None}
    assert await world.ask(COURSE, None, slug="course-3") == {"data": {"course": nobody}}
    assert world.observed.statements == {"courses": 1, "users": 1}


async def test_a_test_leads_to_its_passage_and_products_to_their_makers(world: World) -> None:
    text = await shop.passage(world, text="Sphinx of black quartz", language="en-GB")
    typing, product = await shop.typing_test(world, text), await world.product(image_url="https://example.com/p.png")
    query = """query($test: ID!, $product: ID!) {
      typingTest(id: $test) { title description level durationSeconds passage { title text level language } }
      product(id: $product) { title description author category imageUrl purchaseCount } }"""

    answer = await world.ask(
        query, None, test=global_id("TypingTest", typing.id), product=global_id("Product", product.id)
    )

    assert answer == {
        "data": {
            "typingTest": {
                "title": "Test 2",
                "description": "A test.",
                "level": "beginner",
                "durationSeconds": 60,
                "passage": {
                    "title": "Passage 1",
                    "text": "Sphinx of black quartz",
                    "level": "beginner",
                    "language": "en-GB",
                },
            },
            "product": {
                "title": "Product 3",
                "description": "A product.",
                "author": "Somebody",
                "category": "ebook",
                "imageUrl": "https://example.com/p.png",
                "purchaseCount": 0,
            },
        }
    }


LISTS = """{ courses { nodes { title } totalCount } products { nodes { title } totalCount }
  typingTests { nodes { title } totalCount } passages { nodes { title } totalCount } }"""


async def test_lists_show_what_is_published_to_everybody_and_the_rest_to_admins(world: World) -> None:
    admin, person, analyst = await world.person(Role.ADMIN), await world.person(), await world.person(Role.ANALYST)
    text, hidden_text = await shop.passage(world), await shop.passage(world, is_published=False)
    course, hidden_course = await world.course(admin), await world.course(admin, is_published=False)
    product, hidden_product = await world.product(), await world.product(is_published=False)
    test, hidden_test = await shop.typing_test(world, text), await shop.typing_test(world, text, is_published=False)

    def listed(*rows: Any) -> dict[str, Any]:
        return {"nodes": [{"title": row.title} for row in rows], "totalCount": len(rows)}

    published = {
        "courses": listed(course),
        "products": listed(product),
        "typingTests": listed(test),
        "passages": listed(text),
    }
    for viewer in (None, person, analyst):
        assert await world.ask(LISTS, viewer) == {"data": published}
    assert await world.ask(LISTS, admin) == {
        "data": {
            "courses": listed(hidden_course, course),
            "products": listed(hidden_product, product),
            "typingTests": listed(hidden_test, test),
            "passages": listed(hidden_text, text),
        }
    }


async def test_lists_are_filtered_and_sorted_on_both_databases_alike(world: World) -> None:
    admin = await world.person(Role.ADMIN)
    for title in ("Beta", "alpha", "Alpha", "Gamma"):
        await world.course(admin, title=title, level=CourseLevel.ADVANCED, category="x")
        await world.product(title=title, category=ProductCategory.SOFTWARE)
    await world.course(admin)
    await world.product()
    query = """{
      courses(where: {level: {eq: advanced}, category: {eq: "x"}}, orderBy: [{field: title}]) { nodes { title } }
      products(where: {category: {eq: software}}, orderBy: [{field: title}]) { nodes { title } } }"""

    answer = (await world.ask(query))["data"]

    expected = [{"title": title} for title in ("Alpha", "Beta", "Gamma", "alpha")]
    assert answer == {"courses": {"nodes": expected}, "products": {"nodes": expected}}


OWNED = """{
  courses(first: 100) { nodes { owned purchaseCount } } products(first: 100) { nodes { owned purchaseCount } }
  me { member { purchasedCourses { owned } } } }"""


@pytest.mark.parametrize("items", [3, 90])
async def test_what_is_owned_is_one_look_up_and_how_often_it_was_bought_none(world: World, items: int) -> None:
    admin, person = await world.person(Role.ADMIN), await world.person()
    courses, products = [await world.course(admin) for _ in range(items)], [await world.product() for _ in range(items)]
    await shop.own(world, person, courses[0], products[0])
    for _ in range(3):
        await world.order(person, courses[0], products[0])

    answer = (await world.ask(OWNED, person))["data"]

    rest = [{"owned": False, "purchaseCount": 0}] * (items - 1)
    assert answer["courses"]["nodes"] == [*rest, {"owned": True, "purchaseCount": 3}]
    assert answer["products"] == answer["courses"]
    assert answer["me"]["member"]["purchasedCourses"] == [{"owned": True}]
    # One member is the one that `me` shows, the other the look-up of what is owned.
    assert world.observed.statements == {"courses": 2, "products": 1, "members": 2, "users": 1}
    assert world.observed.rows == {"courses": items + 1, "products": items, "members": 2, "users": 1}


async def test_whether_somebody_owns_an_item_is_one_look_up_for_all_that_is_asked(world: World) -> None:
    admin, person, other = await world.person(Role.ADMIN), await world.person(), await world.person()
    course, product = await world.course(admin), await world.product()
    await shop.own(world, person, course)
    ids = {"course": global_id("Course", course.id), "product": global_id("Product", product.id)}
    query = """query($course: ID!, $product: ID!) {
      course: hasPurchased(itemId: $course) product: hasPurchased(itemId: $product)
      me { course: owns(id: $course) product: owns(id: $product) } }"""
    of_user = "query($user: ID!, $item: ID!) { user(id: $user) { owns(id: $item) } }"
    asked = {"user": global_id("User", person.id), "item": ids["course"]}

    owned = {"course": True, "product": False}
    assert await world.ask(query, person, **ids) == {"data": owned | {"me": owned}}
    assert world.observed.statements == {"members": 1, "users": 1}
    nothing = {"course": False, "product": False}
    assert await world.ask(query, None, **ids) == {"data": nothing | {"me": None}}
    assert world.observed.read == []
    assert await world.ask(of_user, admin, **asked) == {"data": {"user": {"owns": True}}}
    refused = await world.ask(of_user, other, **asked)
    assert refused["data"] == {"user": {"owns": None}}
    assert [error["extensions"]["code"] for error in refused["errors"]] == ["FORBIDDEN"]


@pytest.mark.parametrize("item", ["VXNlcjowMWExZjhlYS02NjZhLTcwNDYtYTU4Mi1hYzE3MjI2N2QwOWY=", "x", ""])
async def test_what_is_not_for_sale_cannot_be_owned(world: World, item: str) -> None:
    answer = await world.ask("query($id: ID!) { hasPurchased(itemId: $id) }", None, id=item)

    assert answer["data"] == {"hasPurchased": None}
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_ID"]


BUYERS = """{{ {field} {{ nodes {{
  purchases(first: 2) {{ nodes {{ buyerKey amount {{ amount }} user {{ username }} }} totalCount }} }} }} }}"""


@pytest.mark.parametrize("orders", [3, 300])
async def test_buyers_of_many_items_are_one_statement_however_popular_one_of_them_is(world: World, orders: int) -> None:
    admin, buyer, person = await world.person(Role.ADMIN), await world.person(), await world.person()
    course, product = await world.course(admin), await world.product()
    await world.course(admin)
    for _ in range(orders):
        await world.order(buyer, course, product)

    for field, rows in (("courses", 2), ("products", 1)):
        nodes = (await world.ask(BUYERS.format(field=field), admin))["data"][field]["nodes"]
        assert [node["purchases"]["totalCount"] for node in nodes] == [0, orders][2 - rows :]
        assert [len(node["purchases"]["nodes"]) for node in nodes] == [0, 2][2 - rows :]
        assert world.observed.statements == {field: 1, "purchases": 2, "users": 1}
        assert world.observed.rows == {field: rows, "purchases": 2 + 1, "users": 1}
    refused = await world.ask("{ courses { nodes { purchases { totalCount } } } }", person)
    assert refused["data"]["courses"]["nodes"] == [{"purchases": None}] * 2
    assert {error["extensions"]["code"] for error in refused["errors"]} == {"FORBIDDEN"}
