"""Refunds whose driver died are driven to their end by others, once, and a driver that comes late changes nothing."""

from decimal import Decimal

import pytest

from resolvers.context import Handles
from resolvers.leases import Fenced, Lease
from resolvers.recovery import recover
from resolvers.refund_committing import complete
from resolvers.refund_driving import LOOK_AGAIN, advance, asked, next_due, put_off, take_refunds
from resolvers.relay import deliver
from tests.buying import VISA
from tests.money.test_refund_drives import LATE, an_order
from tests.refunding import balance, begun, book, let_go, refund, returned_by_the_provider
from tests.world import World


@pytest.mark.parametrize("died", ["written", "asked", "pending", "one done", "all but shown"])
async def test_a_refund_whose_driver_died_is_driven_to_its_end_once(world: World, died: str) -> None:
    admin, buyer, order = await an_order(world, credits=2, method=LATE if died == "pending" else VISA)
    lease = await begun(world, admin, order, key="all")
    assert lease is not None
    await abandon(world.handles, lease, died)

    assert await take_refunds(world.handles, lease.order_id) is None, "somebody has the lease"
    assert await recover(world.handles) == 0
    await let_go(world)
    for made in world.sandbox.effects("refund_begun"):
        world.sandbox.settle(made["id"], "succeeds")
    await recover(world.handles)
    for made in world.sandbox.effects("refund_begun")[1:]:
        world.sandbox.settle(made["id"], "succeeds")
    await let_go(world)
    await recover(world.handles)

    answer = await refund(world, admin, order, key="all")
    assert answer["order"] == {
        "status": "refunded",
        "paymentStatus": "refunded",
        "fulfilment": "DONE",
        "refundedAmount": {"amount": "30.00"},
        "creditsReturned": 2,
    }
    assert returned_by_the_provider(world) == Decimal(30)
    assert await balance(world, buyer) == 2
    member = await world.handles.mongo["members"].find_one({"_id": buyer.id})
    assert member is not None
    assert (member["purchasedProducts"], member["credits"]) == ([], 2)


async def abandon(handles: Handles, lease: Lease, died: str) -> None:
    """Goes as far as that and no further."""
    first = await next_due(handles, lease, [])
    assert first is not None
    match died:
        case "asked":
            await asked(handles, first)
        case "pending" | "one done":
            await advance(handles, lease, first)
        case "all but shown":
            await advance(handles, lease, first)
            second = await next_due(handles, lease, [first.id])
            assert second is not None
            await advance(handles, lease, second)
            # Nobody asks for its effects: they are delivered by the worker.
            await handles.postgres.execute("UPDATE orders SET lease_until = now()")
            await deliver(handles, lease.order_id)
            await deliver(handles, lease.user_id)
            await handles.postgres.execute("UPDATE orders SET lease_until = now() + interval '45 s'")


async def test_whoever_drove_before_is_fenced_and_changes_nothing(world: World) -> None:
    admin, _, order = await an_order(world)
    late = await begun(world, admin, order, key="all")
    assert late is not None
    due = await next_due(world.handles, late, [])
    assert due is not None
    await let_go(world)
    await recover(world.handles)
    before = await book(world, order)

    with pytest.raises(Fenced):
        await complete(world.handles, late, due, "re_late")
    with pytest.raises(Fenced):
        await put_off(world.handles, late, due, LOOK_AGAIN, "re_late")

    assert await book(world, order) == before
    assert returned_by_the_provider(world) == Decimal(50)
