"""Somebody about to buy, with everything that a purchase can move: a coupon, credits, somebody who brought them."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from models.coupons import CouponType
from models.values import new_id, now
from resolvers import ledger, referring
from resolvers.transactions import transaction
from schema.ids import global_id
from tests.shop import coupon_of
from tests.world import Item, Person, World

CREDITS = 3
DUE = Decimal("140.00")
"""What two things of 100.00 cost with a coupon of 30.00 and 3 credits of 10.00."""


@dataclass(frozen=True)
class Buyer:
    person: Person
    referrer: Person
    items: tuple[Item, ...]
    coupon: str
    coupon_id: UUID

    def purchase(self, method: str, key: str = "buy") -> dict[str, Any]:
        """The input of `purchase`."""
        named = [{"itemId": global_id(type(item).__name__, item.id)} for item in self.items]
        given = {"items": named, "couponCode": self.coupon, "credits": CREDITS}
        return given | {"idempotencyKey": key, "paymentMethodId": method}


async def buyer(world: World, author: Person, *, is_brought: bool = True) -> Buyer:
    """Both people have no member documents yet; the one who is about to buy was brought by the other, unless told."""
    referrer, person = await world.person(has_member=False), await world.person(has_member=False)
    items = (
        await world.course(author, price=Decimal("100.00")),
        await world.product(price=Decimal("100.00")),
    )
    code = f"PROVE{new_id().hex[-12:].upper()}"
    coupon = coupon_of(
        world,
        author,
        code=code,
        type=CouponType.FIXED,
        value=Decimal("30.00"),
        currency="INR",
        starts_at=now() - timedelta(days=1),
        ends_at=now() + timedelta(days=1),
        max_uses=1,
    )
    await world.save(coupon)
    async with transaction(world.handles) as session:
        if is_brought:
            await referring.apply(session, user_id=person.id, referrer_id=referrer.id)
        await ledger.grant(session, person.id, CREDITS, key=str(new_id()), by=author.id, reason="To be spent.")
    return Buyer(person, referrer, items, code, coupon.id)
