"""The shop of a sequence as it is opened in both databases."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from models import identity, referrals
from models.catalog import ProductCategory
from models.coupons import CouponType
from models.identity import Role
from models.values import new_id
from resolvers.identity import start_session
from tests import shop as maker
from tests.money.model.asking import Counter
from tests.money.model.rules import Thing
from tests.money.model.shop import Shop
from tests.world import KINDS, Item, Person, World


async def opened(world: World, shop: Shop) -> Counter:
    """The shop of the reference in both databases."""
    admin = await world.person(Role.ADMIN, has_member=False)
    people = [await person(world, number, shop) for number in range(len(shop.mailboxes))]
    things = [await item(world, admin, thing) for thing in shop.things]
    made = []
    for each in shop.coupons:
        is_percentage, ids = each.percent is not None, sorted(each.things)
        made.append(
            await maker.coupon(
                world,
                admin,
                type=CouponType.PERCENTAGE if is_percentage else CouponType.FIXED,
                value=money(each.percent if is_percentage else each.amount),
                max_discount=money(each.most),
                min_purchase=money(each.least),
                currency=each.currency,
                max_uses=each.limit,
                max_uses_per_user=each.limit_each,
                is_released_by_refund=each.is_released_by_refund,
                items=[things[number].id for number in ids],
                item_kinds=[KINDS[type(things[number])] for number in ids],
                categories=sorted(each.categories),
            )
        )
    return Counter(world, admin, people, things, made)


async def person(world: World, number: int, shop: Shop) -> Person:
    made, at = world.next()
    mailbox = shop.mailboxes[number]
    tag = "" if mailbox == number else "+other"
    name, address = f"person{made}", f"model{made - number + mailbox}{tag}@example.com"
    user = identity.User(id=new_id(), email=address, username=name, role=Role.USER, created_at=at)
    await world.save(user)
    if number in shop.members:
        code = f"C{made:07}"
        await referrals.Member(id=user.id, referral_code=code, name=name, created_at=at).insert()
    token = await start_session(world.handles, user.email, "test", timedelta(hours=1))
    assert token is not None
    return Person(user.id, name, user.email, token)


async def item(world: World, admin: Person, thing: Thing) -> Item:
    facts: dict[str, Any] = {"title": thing.title, "price": money(thing.price), "currency": thing.currency}
    if thing.kind == "course":
        return await world.course(admin, **facts, category=thing.category)
    if thing.kind == "typing_test":
        return await maker.typing_test(world, **facts)
    return await world.product(**facts, category=ProductCategory(thing.category or "other"))


def money(amount: int | None) -> Decimal | None:
    return None if amount is None else Decimal(amount).scaleb(-2)
