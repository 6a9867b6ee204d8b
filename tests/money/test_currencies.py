"""Money in currencies without decimals: every part of it is an amount that the provider can take and give back."""

from decimal import Decimal

import pytest
from structlog.testing import capture_logs

from models.coupons import Coupon, CouponType
from models.identity import Role
from resolvers.issuing import EditCoupon, edit_coupon
from resolvers.refusals import InvalidInput
from tests.buying import place, purchase
from tests.money.books import column
from tests.refunding import refund
from tests.shop import coupon
from tests.world import Person, World


async def test_shares_and_discounts_in_yen_are_whole(world: World) -> None:
    admin, buyer = await world.person(Role.ADMIN), await world.person()
    items = [await world.product(price=Decimal(price), currency="JPY") for price in ("1000.00", "333.00")]
    await coupon(world, admin, code="THIRD", value=Decimal("33.33"), currency=None)

    bought = await purchase(world, buyer, *items, couponCode="THIRD")

    assert bought["order"]["amount"] == {"amount": "889.00", "currency": "JPY"}
    assert [effect["amount"] for effect in world.sandbox.effects("charged")] == [889]
    shares = await column(world, "SELECT discount_share FROM order_items ORDER BY position")
    assert shares == [Decimal("333.00"), Decimal("111.00")]

    odd = await refund(world, admin, bought["order"]["id"], amount="0.50", key="odd")
    assert (odd["code"], odd["path"]) == ("INVALID_INPUT", ["input", "amount"])
    part = await refund(world, admin, bought["order"]["id"], amount="100", key="part")
    assert part["__typename"] == "OrderRefunded"
    rest = await refund(world, admin, bought["order"]["id"], key="rest")
    assert rest["__typename"] == "OrderRefunded"
    assert sum(effect["amount"] for effect in world.sandbox.effects("refunded")) == 889


async def test_what_has_a_price_that_its_currency_has_not_is_not_sold_and_operators_hear_of_it_once(
    world: World,
) -> None:
    buyer, odd = await world.person(), await world.product(price=Decimal("100.50"), currency="JPY")

    with capture_logs() as logged:
        answers = [await place(world, buyer, odd), await purchase(world, buyer, odd), await place(world, buyer, odd)]

    assert [answer["__typename"] for answer in answers] == ["ItemUnavailable"] * 3
    assert [line["item"] for line in logged if line["log_level"] == "error"] == [str(odd.id)]
    assert await column(world, "SELECT id FROM orders") == []


async def test_prices_and_sums_that_no_order_holds_are_refused(world: World) -> None:
    buyer = await world.person()
    odd, huge = await world.product(price=Decimal("1.235")), await world.product(price=Decimal("99999999999999999.99"))
    dear = [await world.product(price=Decimal("999999999999.99")) for _ in range(2)]

    for item in (odd, huge):
        assert (await purchase(world, buyer, item))["code"] == "ITEM_UNAVAILABLE"
    both = await purchase(world, buyer, *dear)
    assert (both["code"], both["path"]) == ("INVALID_INPUT", ["input", "items"])


async def test_a_coupon_that_is_used_keeps_its_currency_and_amounts_have_units(world: World) -> None:
    admin, buyer = await world.person(Role.ADMIN), await world.person()
    used = await coupon(world, admin, code="TENTH", value=Decimal(10), currency=None)
    await edit_coupon(world.handles, EditCoupon(used.id, currency="USD"))
    await edit_coupon(world.handles, EditCoupon(used.id, currency=None))
    assert (await purchase(world, buyer, await world.product(), couponCode="TENTH"))["__typename"] == "OrderPaid"

    with pytest.raises(InvalidInput, match="keeps its currency"):
        await edit_coupon(world.handles, EditCoupon(used.id, currency="USD"))
    with pytest.raises(InvalidInput, match="multiples of 1"):
        await edit_coupon(world.handles, EditCoupon((await yen(world, admin)).id, value=Decimal("0.50")))


async def yen(world: World, admin: Person) -> Coupon:
    return await coupon(world, admin, code="YEN", type=CouponType.FIXED, value=Decimal(5), currency="JPY")
