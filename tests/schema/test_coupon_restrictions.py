"""Coupons for some items or categories: as they are made, changed and shown, and what they are good for."""

from decimal import Decimal
from typing import Any

import pytest

from models.catalog import ProductCategory
from models.identity import Role
from models.values import new_id
from schema.ids import global_id
from tests.buying import id_of, place
from tests.schema.test_issuing import CREATE, EDIT, PLAIN, run
from tests.schema.test_redeeming import redeem
from tests.shop import typing_test
from tests.world import Item, Person, World

SHOWN = "{ coupons { nodes { code items categories } } }"


async def made(world: World, admin: Person, **restrictions: Any) -> str:
    answer = await run(world, CREATE, admin, PLAIN | restrictions)
    assert answer["__typename"] == "CouponCreated", answer
    return str(answer["coupon"]["id"])


async def shown(world: World, admin: Person) -> tuple[list[str], list[str]]:
    (coupon,) = (await world.ask(SHOWN, admin))["data"]["coupons"]["nodes"]
    return coupon["items"], coupon["categories"]


async def test_a_coupon_shows_what_it_is_for_each_once_and_in_order(world: World) -> None:
    admin = await world.person(Role.ADMIN)
    items: list[Item] = [await typing_test(world), await world.course(admin), await world.product(is_published=False)]
    ids = [id_of(item) for item in items]

    await made(world, admin, items=[*ids, ids[0]], categories=[" ebook ", "yoga", "ebook"])

    assert await shown(world, admin) == (ids, ["ebook", "yoga"])


async def test_a_coupon_of_no_restriction_is_for_everything_and_shows_nothing(world: World) -> None:
    admin = await world.person(Role.ADMIN)

    await made(world, admin, items=None)

    assert await shown(world, admin) == ([], [])


async def test_an_edit_changes_restrictions_keeps_what_it_does_not_name_and_takes_them_away(world: World) -> None:
    admin = await world.person(Role.ADMIN)
    one, other = id_of(await world.product()), id_of(await world.course(admin))
    coupon = {"couponId": await made(world, admin, items=[one], categories=["ebook"])}

    await run(world, EDIT, admin, coupon | {"value": "5"})
    assert await shown(world, admin) == ([one], ["ebook"])
    await run(world, EDIT, admin, coupon | {"items": [other]})
    assert await shown(world, admin) == ([other], ["ebook"])
    await run(world, EDIT, admin, coupon | {"items": None, "categories": []})
    assert await shown(world, admin) == ([], [])


WRONG: list[tuple[list[str], dict[str, Any]]] = [
    (["items", "0"], {"items": [global_id("Product", new_id())]}),
    (["items", "0"], {"items": [global_id("User", new_id())]}),
    (["items", "0"], {"items": ["nothing"]}),
    (["categories", "1"], {"categories": ["ebook", " "]}),
    (["categories", "0"], {"categories": ["x" * 101]}),
    (["categories", "0"], {"categories": ["a\x00b"]}),
    (["categories"], {"categories": [str(number) for number in range(51)]}),
]


@pytest.mark.parametrize(("path", "changes"), WRONG, ids=[f"{path[0]}-{at}" for at, (path, _) in enumerate(WRONG)])
async def test_what_is_nothing_to_restrict_to_is_named_and_changes_nothing(
    world: World, path: list[str], changes: dict[str, Any]
) -> None:
    admin = await world.person(Role.ADMIN)
    refused = {"__typename": "InvalidInput", "code": "INVALID_INPUT", "path": ["input", *path]}

    assert await run(world, CREATE, admin, PLAIN | changes) == refused
    coupon = await made(world, admin, categories=["yoga"])
    assert await run(world, EDIT, admin, {"couponId": coupon} | changes) == refused

    assert await shown(world, admin) == ([], ["yoga"])


async def test_a_restricted_coupon_takes_something_off_what_it_is_for_alone(world: World) -> None:
    admin, buyer = await world.person(Role.ADMIN), await world.person()
    ebook = await world.product(price=Decimal("10.00"))
    software = await world.product(price=Decimal("100.00"), category=ProductCategory.SOFTWARE)
    yoga = await world.course(admin, price=Decimal("20.00"), category="yoga")
    typing = await world.course(admin, price=Decimal("1.00"), category="Yoga")
    test = await typing_test(world, price=Decimal("30.00"))
    await made(world, admin, items=[id_of(test)], categories=["ebook", "yoga"])
    items: list[Item] = [ebook, software, yoga, typing, test]

    order = (await place(world, buyer, *items))["order"]["id"]
    none = (await place(world, buyer, software, typing, key="other"))["order"]["id"]

    assert (await redeem(world, buyer, order, "save10"))["discount"]["amount"] == "6.00"
    assert (await redeem(world, buyer, none, "save10"))["__typename"] == "CouponForOtherItems"


async def test_an_item_keeps_the_category_that_it_was_ordered_with(world: World) -> None:
    admin, buyer = await world.person(Role.ADMIN), await world.person()
    ebook, course = await world.product(), await world.course(admin, category="yoga")
    order = (await place(world, buyer, ebook, course))["order"]["id"]
    await made(world, admin, categories=["ebook", "yoga"])

    await ebook.set({"category": ProductCategory.OTHER})
    await world.handles.postgres.execute("UPDATE courses SET category = 'other'")

    assert (await redeem(world, buyer, order, "save10"))["discount"]["amount"] == "1.99"
