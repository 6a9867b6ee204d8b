"""What MongoDB shows of refunds, and that what was bought again stays whenever they are shown."""

from decimal import Decimal

import pytest

from resolvers.document_transactions import Documents, transact
from resolvers.projections import apply
from resolvers.purchase_projection import add_refund, end_entitlement
from resolvers.relay import deliver
from resolvers.sold import refunded_by, sold_by, standing_of
from tests.money.book_place import (
    buy,
    counts,
    documents,
    give_back,
    grant,
    member,
    purchases_of,
    refund_of,
    without,
)
from tests.world import World

DEAR, CHEAP = Decimal("30.00"), Decimal("10.00")


async def test_a_refund_is_an_event_of_its_own_and_what_it_takes_may_not_be_used(world: World) -> None:
    buyer = await world.person()
    product, kept = await world.product(price=DEAR), await world.product(price=CHEAP)
    bought = await buy(world, buyer, product, kept, credits=(4,))
    refund = await give_back(world, bought, 1)

    assert await deliver(world.handles, bought.id)

    purchase, other = await documents(world, "purchases")
    at = refund.completed_at
    given = {"refundId": refund.id, "amount": Decimal(26), "creditsReturned": 4, "refundedAt": at}
    assert (purchase["refund"], purchase["updatedAt"]) == (given, at)
    assert (other["refund"], other["updatedAt"]) == (None, bought.at)
    events = await documents(world, "purchase_events")
    assert without(events[-1], "_id") == {
        **without(events[0], "_id"),
        "kind": "refunded",
        "sequence": 3,
        "refundId": refund.id,
        "amount": DEAR,
        "creditsUsed": 4,
        "creditAmount": Decimal(4),
        "cashAmount": Decimal(26),
        "occurredAt": at,
    }
    assert (await member(world, buyer))["purchasedProducts"] == [kept.id]
    assert await counts(world) == [1, 1]


async def test_refunds_of_a_part_add_up_and_the_last_one_ends_the_use(world: World) -> None:
    buyer, product = await world.person(), await world.product(price=DEAR)
    bought = await buy(world, buyer, product, credits=(3,))
    part = await give_back(world, bought, 1, amount=Decimal(7), credits=1, is_whole=False)
    await deliver(world.handles, bought.id)
    [purchase] = await documents(world, "purchases")
    first = (purchase["refund"], (await member(world, buyer))["purchasedProducts"])
    rest = await give_back(world, bought, 1, amount=Decimal(20), credits=2)

    await deliver(world.handles, bought.id)

    assert first == (
        {"refundId": part.id, "amount": Decimal(7), "creditsReturned": 1, "refundedAt": part.completed_at},
        [product.id],
    )
    [purchase] = await documents(world, "purchases")
    assert purchase["refund"] == {
        "refundId": rest.id,
        "amount": Decimal(27),
        "creditsReturned": 3,
        "refundedAt": rest.completed_at,
    }
    assert (await member(world, buyer))["purchasedProducts"] == []
    events = await documents(world, "purchase_events")
    assert [(event["sequence"], event["refundId"], event["amount"]) for event in events] == [
        (1, None, DEAR),
        (2, part.id, Decimal(8)),
        (3, rest.id, Decimal(22)),
    ]


async def test_what_was_bought_again_stays_whenever_the_refund_of_the_first_time_is_shown(world: World) -> None:
    buyer, product = await world.person(), await world.product()
    first = await buy(world, buyer, product)
    await give_back(world, first, 1)
    again = await buy(world, buyer, product)

    assert await deliver(world.handles, again.id)
    assert await deliver(world.handles, first.id)

    assert (await member(world, buyer))["purchasedProducts"] == [product.id]


async def test_what_an_administrator_has_given_stays_when_the_refund_is_shown(world: World) -> None:
    buyer, product = await world.person(), await world.product()
    bought = await buy(world, buyer, product)
    await give_back(world, bought, 1)
    await grant(world, buyer, product)

    assert await deliver(world.handles, bought.id)

    assert (await member(world, buyer))["purchasedProducts"] == [product.id]


async def test_what_is_bought_again_while_a_refund_is_being_shown_stays(world: World) -> None:
    buyer, product = await world.person(), await world.product()
    first = await buy(world, buyer, product)
    refund = await give_back(world, first, 1)
    await apply(world.handles, purchases_of(first))
    [sold] = await sold_by(world.handles, first.id)
    refunded, standing = (
        await refunded_by(world.handles, refund.id),
        await standing_of(world.handles, sold.order_item_id),
    )
    await deliver(world.handles, (await buy(world, buyer, product)).id)

    async def show_late(documents: Documents) -> None:
        await add_refund(documents, sold, refunded)
        await end_entitlement(documents, sold, refunded, standing)

    await transact(world.handles, show_late)

    assert (await member(world, buyer))["purchasedProducts"] == [product.id]


async def test_a_refund_that_comes_before_its_purchase_waits(world: World) -> None:
    bought = await buy(world, await world.person(), await world.product())
    refund = await give_back(world, bought, 1)

    with pytest.raises(LookupError, match="before its purchase"):
        await apply(world.handles, refund_of(bought, refund))

    assert await documents(world, "purchase_events") == []
