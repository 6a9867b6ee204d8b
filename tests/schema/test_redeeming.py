"""Noting coupons on pending orders: what they would take off now, or why not; nothing is reserved."""

from asyncio import gather
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from models import coupons
from models.coupons import CouponType, UsageState
from models.identity import Role
from models.values import new_id, now
from schema.ids import global_id
from tests.buying import cancel, place
from tests.shop import coupon
from tests.world import Person, World

REDEEM = """mutation($input: RedeemCouponInput!) { redeemCoupon(input: $input) { __typename
  ... on CouponRedeemed { order { id status amount { amount } discount { amount } } discount { amount currency } }
  ... on Problem { code path retryable } ... on CouponProblem { couponCode } ... on CouponNeedsMore { least } } }"""
REMOVE = """mutation($input: RemoveCouponInput!) { removeCoupon(input: $input) { __typename
  ... on CouponRemoved { order { id } } ... on Problem { code path } } }"""


async def redeem(world: World, buyer: Person | None, order: str, code: str) -> Any:
    answer = await world.ask(REDEEM, buyer, input={"orderId": order, "code": code})
    assert answer.keys() == {"data"}, answer
    return answer["data"]["redeemCoupon"]


async def remove(world: World, buyer: Person | None, order: str) -> Any:
    answer = await world.ask(REMOVE, buyer, input={"orderId": order})
    assert answer.keys() == {"data"}, answer
    return answer["data"]["removeCoupon"]


async def order_of(world: World, buyer: Person, *prices: str, key: str = "key") -> str:
    items = [await world.product(price=Decimal(price)) for price in prices]
    placed = await place(world, buyer, *items, key=key)
    return str(placed["order"]["id"])


async def wished(world: World) -> Any:
    return await world.handles.postgres.fetchval("SELECT coupon_id FROM orders")


async def used(world: World) -> Any:
    """How many uses were made or counted."""
    return await world.handles.postgres.fetchval(
        "SELECT (SELECT count(*) FROM coupon_usages) + (SELECT sum(uses) FROM coupons)"
    )


async def test_a_coupon_is_noted_with_what_it_would_take_off_and_nothing_is_reserved(world: World) -> None:
    admin, buyer = await world.person(Role.ADMIN), await world.person()
    order = await order_of(world, buyer, "19.99", "10.00")
    good = await coupon(world, admin, code="SAVE10", max_uses=1)

    answer = await redeem(world, buyer, order, "  save10\n")

    assert answer == {
        "__typename": "CouponRedeemed",
        "order": {
            "id": order,
            "status": "pending",
            "amount": {"amount": "29.99"},
            "discount": {"amount": "0.00"},
        },
        "discount": {"amount": "2.99", "currency": "INR"},
    }
    assert await wished(world) == good.id
    assert await used(world) == 0


REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("CouponWithdrawn", {"disabled_at": now()}),
    ("CouponNotStarted", {"starts_at": now() + timedelta(days=1), "ends_at": now() + timedelta(days=2)}),
    ("CouponExpired", {"starts_at": now() - timedelta(days=2), "ends_at": now() - timedelta(days=1)}),
    ("CouponForOtherCurrency", {"currency": "EUR", "type": CouponType.FIXED}),
    ("CouponNeedsMore", {"currency": "INR", "min_purchase": Decimal("30.00")}),
    ("CouponExhausted", {"max_uses": 3, "uses": 3}),
]


@pytest.mark.parametrize(("refused", "changes"), REFUSED, ids=[refused for refused, _ in REFUSED])
async def test_a_coupon_that_does_not_apply_says_why_and_leaves_the_one_that_is_there(
    world: World, refused: str, changes: dict[str, Any]
) -> None:
    admin, buyer = await world.person(Role.ADMIN), await world.person()
    order = await order_of(world, buyer, "29.99")
    good = await coupon(world, admin, code="GOOD")
    await coupon(world, admin, code="BAD", **changes)
    await redeem(world, buyer, order, "GOOD")

    answer = await redeem(world, buyer, order, "bad")

    assert answer.pop("code").replace("_", "") == refused.upper()
    assert answer.pop("least", "30.00") == "30.00"
    assert answer == {
        "__typename": refused,
        "path": ["input", "code"],
        "retryable": False,
        "couponCode": "BAD",
    }
    assert await wished(world) == good.id


async def test_a_coupon_that_the_buyer_has_used_up_is_still_good_for_others(world: World) -> None:
    admin, buyer, other = await world.person(Role.ADMIN), await world.person(), await world.person()
    once = await coupon(world, admin, code="ONCE", max_uses_per_user=1)
    before, order = await order_of(world, buyer, "9.99", key="1"), await order_of(world, buyer, "9.99", key="2")
    others = await order_of(world, other, "9.99")
    usage = coupons.CouponUsage(
        coupon_id=once.id,
        order_id=await world.handles.postgres.fetchval(
            "SELECT min(id::text)::uuid FROM orders WHERE user_id = $1", buyer.id
        ),
        user_id=buyer.id,
        discount=Decimal("0.99"),
    )
    await world.save(usage)

    assert (await redeem(world, buyer, order, "once"))["__typename"] == "CouponUsedByBuyer"
    assert (await redeem(world, other, others, "once"))["__typename"] == "CouponRedeemed"
    await world.handles.postgres.execute("UPDATE coupon_usages SET state = $1", UsageState.RELEASED)
    assert (await redeem(world, buyer, order, "once"))["__typename"] == "CouponRedeemed"
    assert before != order


@pytest.mark.parametrize("code", ["", "NONE", "x" * 65, "A\x00B", "SAVE 10", "ß"])
async def test_a_code_that_no_coupon_has_is_unknown(world: World, code: str) -> None:
    admin, buyer = await world.person(Role.ADMIN), await world.person()
    order = await order_of(world, buyer, "9.99")
    await coupon(world, admin, code="SAVE10")

    answer = await redeem(world, buyer, order, code)

    assert (answer["__typename"], answer["couponCode"]) == ("CouponUnknown", code.upper()[:64])
    assert await wished(world) is None


async def test_a_coupon_is_taken_off_again_and_one_without_stays_so(world: World) -> None:
    admin, buyer = await world.person(Role.ADMIN), await world.person()
    order = await order_of(world, buyer, "9.99")
    await coupon(world, admin, code="SAVE10")
    await redeem(world, buyer, order, "SAVE10")

    for _ in range(2):
        assert await remove(world, buyer, order) == {"__typename": "CouponRemoved", "order": {"id": order}}
    assert await wished(world) is None


async def test_only_the_buyer_wishes_and_only_while_the_order_is_pending(world: World) -> None:
    admin, buyer, other = await world.person(Role.ADMIN), await world.person(), await world.person()
    order = await order_of(world, buyer, "9.99")
    good = await coupon(world, admin, code="SAVE10")
    await redeem(world, buyer, order, "SAVE10")

    for viewer, which in ((other, order), (admin, order), (buyer, global_id("Order", new_id()))):
        assert (await redeem(world, viewer, which, "SAVE10"))["__typename"] == "OrderNotFound"
        assert (await remove(world, viewer, which))["__typename"] == "OrderNotFound"
    assert (await remove(world, buyer, "nothing"))["path"] == ["input", "orderId"]
    await cancel(world, buyer, order)
    assert (await redeem(world, buyer, order, "SAVE10"))["__typename"] == "OrderNotPending"
    assert (await remove(world, buyer, order))["__typename"] == "OrderNotPending"
    assert await wished(world) == good.id


async def test_of_wishes_and_a_cancellation_at_once_the_order_keeps_one_and_none_comes_after(world: World) -> None:
    admin, buyer = await world.person(Role.ADMIN), await world.person()
    order = await order_of(world, buyer, "9.99")
    both = {(await coupon(world, admin, code=code)).id for code in ("ONE", "TWO")}

    answers = await gather(
        redeem(world, buyer, order, "ONE"), redeem(world, buyer, order, "TWO"), redeem(world, buyer, order, "ONE")
    )
    assert {answer["__typename"] for answer in answers} == {"CouponRedeemed"}
    before = await wished(world)
    late = await gather(cancel(world, buyer, order), *(redeem(world, buyer, order, "TWO") for _ in range(5)))

    assert before in both
    assert late[0]["__typename"] == "OrderCancelled"
    assert {answer["__typename"] for answer in late[1:]} <= {"CouponRedeemed", "OrderNotPending"}
