"""Coupons and their uses: who sees them, and what a page of them costs."""

import pytest

from models.identity import Role
from schema.ids import global_id
from tests import shop
from tests.world import World

PARTS = """query($ids: [ID!]!) { nodes(ids: $ids) { __typename
  ... on Coupon { code createdBy { username } }
  ... on CouponUsage { discount { amount currency } user { username } } } }"""


async def test_coupons_and_their_uses_are_for_analysts_and_admins(world: World) -> None:
    admin, analyst, buyer = await world.person(Role.ADMIN), await world.person(Role.ANALYST), await world.person()
    coupon, order = await shop.coupon(world, admin), await world.order(buyer)
    usage = await shop.use(world, coupon, order)
    ids = [global_id("Coupon", coupon.id), global_id("CouponUsage", usage.id)]
    whole = [
        {"__typename": "Coupon", "code": coupon.code, "createdBy": {"username": "person1"}},
        {
            "__typename": "CouponUsage",
            "discount": {"amount": "1.00", "currency": "INR"},
            "user": {"username": "person3"},
        },
    ]

    for viewer in (None, buyer):
        assert (await world.ask(PARTS, viewer, ids=ids)) == {"data": {"nodes": [None, None]}}
    assert (await world.ask(PARTS, admin, ids=ids)) == {"data": {"nodes": whole}}
    seen = (await world.ask(PARTS, analyst, ids=ids))["data"]["nodes"]
    assert seen == [whole[0] | {"createdBy": None}, whole[1] | {"user": None}]
    own = await world.ask("{ me { orders { nodes { coupon { code } } } } }", buyer)
    assert own["data"]["me"]["orders"]["nodes"] == [{"coupon": None}]


COUPONS = "{ coupons(first: 2) { nodes { code usages(first: 2) { nodes { order { number } } totalCount } } } }"


@pytest.mark.parametrize("uses", [3, 300])
async def test_a_page_of_uses_fetches_what_it_shows(world: World, uses: int) -> None:
    admin, buyer = await world.person(Role.ADMIN), await world.person()
    used, unused = await shop.coupon(world, admin), await shop.coupon(world, admin)
    orders = [await world.order(buyer) for _ in range(uses)]
    for slot, order in enumerate(orders, 1):
        await shop.use(world, used, order, slot)

    answer = await world.ask(COUPONS, admin)

    last = [{"order": {"number": order.number}} for order in orders[:-3:-1]]
    assert answer["data"]["coupons"]["nodes"] == [
        {"code": unused.code, "usages": {"nodes": [], "totalCount": 0}},
        {"code": used.code, "usages": {"nodes": last, "totalCount": uses}},
    ]
    assert world.observed.statements == {"coupons": 1, "coupon_usages": 2, "orders": 1}
    assert world.observed.rows == {"coupons": 2, "coupon_usages": 3, "orders": 2}
