"""What MongoDB shows of the book: whole documents, once however often an effect comes, and never back to what was."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from models.outbox import Aggregate
from models.purchases import Purchase
from models.values import new_id
from resolvers.document_transactions import Documents, transact
from resolvers.projections import UnknownKind, apply
from resolvers.purchase_projection import add_purchases, add_refund, end_entitlement
from resolvers.referral_projection import begin, claim_of
from resolvers.relay import deliver
from resolvers.sold import refunded_by, sold_by, standing_of
from tests import shop
from tests.money.book_place import (
    all_documents,
    buy,
    claim,
    counts,
    documents,
    give_back,
    member,
    message,
    purchases_of,
    refund_of,
    without,
)
from tests.world import World

DEAR, CHEAP = Decimal("30.00"), Decimal("10.00")


class Stopped(Exception):
    """What a transaction is stopped by in these tests."""


async def test_an_order_is_shown_as_purchases_with_their_events_and_its_buyer_may_use_them(world: World) -> None:
    author, buyer = await world.person(), await world.person()
    course, product = await world.course(author, price=DEAR), await world.product(price=CHEAP)
    test = await shop.typing_test(world, price=CHEAP)
    coupon = await shop.coupon(world, author)
    bought = await buy(
        world,
        buyer,
        course,
        product,
        test,
        coupon=coupon,
        discount=Decimal("5.00"),
        credits=(2, 0, 1),
        is_first=True,
        is_rewarded=True,
    )

    assert await deliver(world.handles, bought.id)

    purchases = await documents(world, "purchases")
    money = [("30.00", "5.00", "2.00", "23.00", 2), ("10.00", "0.00", "0.00", "10.00", 0), ("10.00", "0", "1", "9", 1)]
    assert [without(purchase, "_id") for purchase in purchases] == [
        {
            "userId": buyer.id,
            "orderId": bought.id,
            "orderItemId": item.id,
            "kind": item.kind.value,
            "itemId": item.item_id,
            "productName": item.title,
            "amount": Decimal(amount),
            "currency": "INR",
            "creditsUsed": credits,
            "creditAmount": Decimal(credit),
            "cashAmount": Decimal(cash),
            "discount": Decimal(discount),
            "couponCode": coupon.code,
            "paymentMethod": "card",
            "paymentMethodId": await method_of(world, bought.id),
            "isFirstPurchase": item.position == 1,
            "referralCreditAwarded": item.position == 1,
            "refund": None,
            "purchasedAt": bought.at,
            "createdAt": bought.at,
            "updatedAt": bought.at,
        }
        for item, (amount, discount, credit, cash, credits) in zip(bought.items, money, strict=True)
    ]
    assert [without(event, "_id") for event in await documents(world, "purchase_events")] == [
        {
            "kind": "made",
            "purchaseId": purchase["_id"],
            "orderId": bought.id,
            "sequence": sequence,
            "refundId": None,
            "itemKind": purchase["kind"],
            "occurredAt": bought.at,
            **{name: purchase[name] for name in SHARED},
        }
        for sequence, purchase in enumerate(purchases, start=1)
    ]
    shown = await member(world, buyer)
    arrays = (shown["purchasedCourses"], shown["purchasedProducts"], shown["purchasedTests"])
    assert arrays == ([course.id], [product.id], [test.id])
    assert await counts(world) == [1, 1]
    assert await world.handles.postgres.fetchval("SELECT purchase_count FROM courses") == 0


SHARED = (
    "orderItemId", "userId", "itemId", "productName", "amount", "currency", "creditsUsed", "creditAmount",
    "cashAmount", "discount", "paymentMethod", "isFirstPurchase",
)  # fmt: skip


async def test_what_is_free_has_no_payment_and_a_second_order_is_no_first_purchase(world: World) -> None:
    buyer, product = await world.person(has_member=False), await world.product(price=Decimal(0))
    bought = await buy(world, buyer, product, is_rewarded=True)

    await deliver(world.handles, bought.id)

    [purchase] = await documents(world, "purchases")
    assert [purchase[name] for name in ("paymentMethod", "paymentMethodId", "couponCode", "cashAmount")] == [
        None,
        None,
        None,
        Decimal(0),
    ]
    assert (purchase["isFirstPurchase"], purchase["referralCreditAwarded"]) == (False, False)
    assert (await member(world, buyer))["purchasedProducts"] == [product.id]


@pytest.mark.parametrize("at_once", [1, 10])
async def test_an_order_and_its_refund_are_shown_once_however_often_and_late_they_come(
    world: World, at_once: int
) -> None:
    buyer = await world.person()
    bought = await buy(world, buyer, await world.product(), await shop.typing_test(world))
    refund = await give_back(world, bought, 1)
    effects = [purchases_of(bought), refund_of(bought, refund)]
    for effect in effects:
        await asyncio.gather(*(apply(world.handles, effect) for _ in range(at_once)))
    once = await all_documents(world)

    for effect in effects:
        await asyncio.gather(*(apply(world.handles, effect) for _ in range(at_once)))

    assert await all_documents(world) == once
    assert [event["sequence"] for event in await documents(world, "purchase_events")] == [1, 2, 3]
    assert await counts(world) == [1, 1]


async def test_an_effect_that_is_stopped_anywhere_leaves_no_part_of_it(world: World) -> None:
    buyer, product = await world.person(), await world.product()
    bought = await buy(world, buyer, product)
    refunded = await buy(world, buyer, await world.product())
    refund = await give_back(world, refunded, 1)
    await apply(world.handles, purchases_of(refunded))
    row = await claim_of(world.handles, (await claim(world, await world.person(), buyer)).id)
    sold, back = await sold_by(world.handles, bought.id), await sold_by(world.handles, refunded.id)
    told, standing = (
        await refunded_by(world.handles, refund.id),
        await standing_of(world.handles, back[0].order_item_id),
    )
    before = await all_documents(world)

    async def buying(documents: Documents) -> None:
        await add_purchases(documents, sold)

    async def giving_back(documents: Documents) -> None:
        await add_refund(documents, back[0], told)
        await end_entitlement(documents, back[0], told, standing)

    async def bringing(documents: Documents) -> None:
        await begin(documents, row)

    for work in (buying, giving_back, bringing):

        async def stopped(documents: Documents, work: Any = work) -> None:
            await work(documents)
            raise Stopped

        with pytest.raises(Stopped):
            await transact(world.handles, stopped)
        assert await all_documents(world) == before


async def test_a_transaction_reads_what_it_has_written_and_nobody_else_does(world: World) -> None:
    sold = await sold_by(world.handles, (await buy(world, await world.person(), await world.product())).id)

    async def read(documents_: Documents) -> tuple[bool, int, int]:
        await add_purchases(documents_, sold)
        mine = {"orderId": sold[0].order_id}
        found = await documents_.first(Purchase, mine), await documents_.all(Purchase, mine)
        return found[0] is not None, len(found[1]), len(await documents(world, "purchases"))

    assert await transact(world.handles, read) == (True, 1, 0)


async def test_an_effect_that_nobody_knows_and_one_without_its_rows_are_errors(world: World) -> None:
    with pytest.raises(UnknownKind):
        await apply(world.handles, message(Aggregate.ORDER, new_id(), "fireworks", {}))
    for aggregate, kind, payload in (
        (Aggregate.ORDER, "purchases", {"referralCreditAwarded": False}),
        (Aggregate.ORDER, "refund", {"refundId": str(new_id())}),
        (Aggregate.MEMBER, "member", {}),
        (Aggregate.REFERRAL, "claim", {}),
    ):
        with pytest.raises(LookupError):
            await apply(world.handles, message(aggregate, new_id(), kind, payload))


async def method_of(world: World, order_id: Any) -> Any:
    return await world.handles.postgres.fetchval("SELECT payment_method_id FROM payments WHERE order_id = $1", order_id)
