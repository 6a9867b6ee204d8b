"""Makers of what a shop has beside its orders: tests and passages, coupons, payments, refunds, credits, ownership."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from models import catalog, coupons, orders, payments, purchases, referrals
from models import credits as credit_models
from models.catalog import CourseLevel, PurchasableKind
from models.coupons import CouponType, UsageState
from models.credits import EntryKind
from models.payments import PaymentState, RefundState
from models.referrals import ClaimState
from models.values import new_id
from tests.world import KINDS, PRICE, Item, Person, World

ENTITLEMENTS = {
    PurchasableKind.COURSE: "purchasedCourses",
    PurchasableKind.PRODUCT: "purchasedProducts",
    PurchasableKind.TYPING_TEST: "purchasedTests",
}


async def passage(world: World, **changes: Any) -> catalog.Passage:
    number, at = world.next()
    facts: dict[str, Any] = {
        "title": f"Passage {number}",
        "text": "The quick brown fox.",
        "level": CourseLevel.BEGINNER,
        "created_at": at,
        "updated_at": at,
    }
    return await catalog.Passage(**facts | changes).insert()


async def typing_test(world: World, text: catalog.Passage | None = None, **changes: Any) -> catalog.TypingTest:
    number, at = world.next()
    facts: dict[str, Any] = {
        "title": f"Test {number}",
        "description": "A test.",
        "level": CourseLevel.BEGINNER,
        "price": PRICE,
        "currency": "INR",
        "passage_id": text.id if text else new_id(),
        "duration_seconds": 60,
        "is_published": True,
        "created_at": at,
        "updated_at": at,
    }
    return await catalog.TypingTest(**facts | changes).insert()


async def own(world: World, person: Person, *items: Item) -> None:
    for item in items:
        await world.handles.mongo["members"].update_one(
            {"_id": person.id}, {"$push": {ENTITLEMENTS[KINDS[type(item)]]: item.id}}
        )


def coupon_of(world: World, author: Person, **changes: Any) -> coupons.Coupon:
    """A coupon that is not stored yet, so that many can be stored at once."""
    number, at = world.next()
    facts: dict[str, Any] = {
        "code": f"SAVE{number}",
        "type": CouponType.PERCENTAGE,
        "value": Decimal(10),
        "starts_at": at,
        "ends_at": at + timedelta(days=90),
        "created_by": author.id,
        "created_at": at,
    }
    return coupons.Coupon(id=new_id(), **facts | changes)


async def coupon(world: World, author: Person, **changes: Any) -> coupons.Coupon:
    row = coupon_of(world, author, **changes)
    await world.save(row)
    return row


async def use(world: World, used: coupons.Coupon, order: orders.Order, slot: int = 1) -> coupons.CouponUsage:
    """The coupon stands on the order, and its use is consumed."""
    _, at = world.next()
    row = coupons.CouponUsage(
        id=new_id(),
        coupon_id=used.id,
        order_id=order.id,
        user_id=order.user_id,
        state=UsageState.CONSUMED,
        slot=slot,
        discount=Decimal(1),
        created_at=at,
    )
    await world.save(row)
    await world.handles.postgres.execute("UPDATE orders SET coupon_id = $1 WHERE id = $2", used.id, order.id)
    return row


async def payment(world: World, order: orders.Order, **changes: Any) -> payments.Payment:
    number, at = world.next()
    facts: dict[str, Any] = {
        "state": PaymentState.PAID,
        "amount": order.amount,
        "currency": "INR",
        "payment_method": "card",
        "provider_payment_id": f"pi_{number}",
        "created_at": at,
        "settled_at": at,
    }
    row = payments.Payment(id=new_id(), order_id=order.id, user_id=order.user_id, **facts | changes)
    await world.save(row)
    return row


async def refund(world: World, paid: payments.Payment) -> payments.Refund:
    """The first item of the order that was paid, given back; noted on its purchase."""
    number, at = world.next()
    item = await world.handles.postgres.fetchrow(
        "SELECT id, price FROM order_items WHERE order_id = $1 ORDER BY position LIMIT 1", paid.order_id
    )
    assert item is not None
    row = payments.Refund(
        id=new_id(),
        order_id=paid.order_id,
        user_id=paid.user_id,
        order_item_id=item["id"],
        payment_id=paid.id,
        state=RefundState.DONE,
        amount=item["price"],
        currency="INR",
        reason="Not what was hoped for",
        requested_by=paid.user_id,
        provider_refund_id=f"re_{number}",
        created_at=at,
        completed_at=at,
    )
    await world.save(row)
    part = purchases.PurchaseRefund(refund_id=row.id, amount=row.amount, credits_returned=0, refunded_at=at)
    bought = await purchases.Purchase.find_one({"orderItemId": item["id"]})
    assert bought is not None
    await bought.set({"refund": part})
    return row


async def wallet(world: World, person: Person, entries: int, **changes: Any) -> None:
    """A ledger of grants of one credit each."""
    _, at = world.next()
    await world.save(
        credit_models.CreditAccount(user_id=person.id, balance=entries, total_earned=entries, version=entries)
    )
    facts: dict[str, Any] = {"kind": EntryKind.GRANT, "reason": "A gift", "granted_by": person.id} | changes
    rows = [
        credit_models.CreditEntry(
            id=new_id(),
            user_id=person.id,
            key=f"{person.username}:{version}",
            amount=1,
            balance_after=version,
            version=version,
            created_at=at + timedelta(milliseconds=version),
            **facts,
        )
        for version in range(1, entries + 1)
    ]
    await world.save(*rows)


async def claim(world: World, referrer: Person, referred: Person) -> referrals.ReferralClaim:
    """A converted claim, and the referral that shows it."""
    _, at = world.next()
    row = referrals.ReferralClaim(
        id=new_id(),
        referrer_id=referrer.id,
        referred_user_id=referred.id,
        state=ClaimState.CONVERTED,
        reason="By hand",
        created_at=at,
        converted_at=at,
    )
    await world.save(row)
    await world.referral(referrer, referred, referrals.ReferralStatus.CONVERTED)
    return row
