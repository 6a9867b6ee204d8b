"""Money in currencies without decimals: every part of it is an amount that the provider can take and give back."""

from decimal import Decimal

from models.identity import Role
from tests.buying import purchase
from tests.money.books import column
from tests.refunding import refund
from tests.shop import coupon
from tests.world import World


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
