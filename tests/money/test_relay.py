"""Messages are delivered at least once, each aggregate's in their order, whoever dies, waits or meets whom."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from structlog.testing import capture_logs

from models.outbox import Aggregate
from models.values import new_id
from resolvers import relay
from resolvers.messages import CLAIM_SECONDS, claim_due, claim_next, mark, put_off
from resolvers.relay import deliver
from tests.money.book_place import Bought, buy, documents, give_back, tell
from tests.money.relay_place import (
    all_delivered,
    are_fulfilled,
    fulfilment,
    has,
    is_listening,
    is_refused,
    is_waited_for,
    outbox,
    until,
    working,
)
from tests.world import World


async def test_what_one_aggregate_has_is_delivered_in_order_and_then_its_order_is_fulfilled(world: World) -> None:
    bought = await buy(world, await world.person(), await world.product(), await world.product())
    for place in (1, 2):
        await give_back(world, bought, place)
    first = await claim_next(world.handles, bought.id)
    assert first is not None
    assert first.kind == "purchases"
    assert await relay.attempt(world.handles, first) is relay.End.DELIVERED
    assert await fulfilment(world, bought) == "PENDING"

    assert await deliver(world.handles, bought.id)

    assert await fulfilment(world, bought) == "DONE"
    delivered = await world.handles.postgres.fetch("SELECT kind, attempts FROM outbox ORDER BY delivered_at, id")
    assert [tuple(row) for row in delivered] == [("purchases", 1), ("refund", 1), ("refund", 1)]
    assert await deliver(world.handles, bought.id)
    assert await deliver(world.handles, new_id())


async def test_only_the_first_message_of_an_aggregate_can_be_claimed_and_by_one(world: World) -> None:
    orders = [await buy(world, await world.person(), await world.product()) for _ in range(3)]
    for bought in orders:
        await give_back(world, bought, 1)

    claims = await asyncio.gather(
        *(claim_due(world.handles, 2) for _ in range(4)), *(one(world, bought) for bought in orders)
    )

    claimed = [(message.aggregate_id, message.kind) for each in claims for message in each]
    assert Counter(claimed) == Counter((bought.id, "purchases") for bought in orders)


async def one(world: World, bought: Bought) -> Sequence[Any]:
    message = await claim_next(world.handles, bought.id)
    return [message] if message else []


async def test_two_workers_and_their_requests_deliver_all_of_many_orders_once(world: World) -> None:
    product = await world.product()
    orders = [await buy(world, await world.person(), product, await world.product()) for _ in range(20)]
    for bought in orders:
        await give_back(world, bought, 2)

    async with working(world.handles), working(world.handles):
        ends = await asyncio.gather(*(deliver(world.handles, bought.id) for bought in orders[:10]))
        await until(lambda: all_delivered(world))

    assert ends == [True] * 10
    assert {await fulfilment(world, bought) for bought in orders} == {"DONE"}
    found = await world.handles.mongo["products"].find_one({"_id": product.id})
    assert found is not None
    assert found["purchaseCount"] == 20
    for bought in orders:
        events = await documents(world, "purchase_events", orderId=bought.id)
        assert [(event["kind"], event["sequence"]) for event in events] == [("made", 1), ("made", 2), ("refunded", 3)]
        [owner] = await documents(world, "members", _id=bought.order.user_id)
        assert owner["purchasedProducts"] == [product.id]


async def test_a_poisonous_message_stops_nothing_but_its_own_aggregate_and_is_told(world: World) -> None:
    poisoned = await buy(world, await world.person(), await world.product())
    await tell(world.handles, Aggregate.ORDER, poisoned.id, "refund", {"refundId": str(new_id())})
    refund = await give_back(world, poisoned, 1)
    with capture_logs() as logs:
        async with working(world.handles):
            await until(lambda: is_refused(world))
            orders = [await buy(world, await world.person(), await world.product()) for _ in range(3)]
            await until(lambda: are_fulfilled(world, orders), seconds=1.0)

    rows = await world.handles.postgres.fetch(
        """
        SELECT kind, attempts, last_error, delivered_at IS NOT NULL AS is_delivered,
            extract(epoch FROM next_attempt_at - now())::float AS seconds
        FROM outbox WHERE aggregate_id = $1 ORDER BY sequence
        """,
        poisoned.id,
    )
    assert [(row["attempts"], row["is_delivered"]) for row in rows] == [(1, True), (1, False), (0, False)]
    assert rows[1]["last_error"].startswith("LookupError: Bug: refund ")
    assert 0 < rows[1]["seconds"] <= 2
    assert await documents(world, "purchase_events", refundId=refund.id) == []
    assert [(log["log_level"], log["event"]) for log in logs if log["log_level"] == "error"] == [
        ("error", "outbox message failed")
    ]
    assert not await deliver(world.handles, poisoned.id)


@pytest.mark.parametrize(("attempts", "seconds"), [(0, 2), (2, 8), (5, 60), (50, 60)])
async def test_what_fails_is_tried_again_later_and_later_and_at_least_each_minute(
    world: World, attempts: int, seconds: int
) -> None:
    await tell(world.handles, Aggregate.ORDER, new_id(), "fireworks", {})
    await world.handles.postgres.execute("UPDATE outbox SET attempts = $1", attempts)
    [message] = await claim_due(world.handles, 1)

    assert await relay.attempt(world.handles, message) is relay.End.FAILED

    left = await world.handles.postgres.fetchval(
        "SELECT extract(epoch FROM next_attempt_at - now())::float FROM outbox"
    )
    assert seconds - 1 < left <= seconds


async def test_a_delivery_waits_for_whoever_has_the_claim_but_not_for_long(world: World) -> None:
    quick, slow = [await buy(world, await world.person(), await world.product()) for _ in range(2)]
    claimed = await claim_next(world.handles, quick.id)
    assert claimed is not None
    assert await claim_next(world.handles, slow.id) is not None
    began = time.monotonic()

    async def later() -> None:
        await asyncio.sleep(0.3)
        await relay.attempt(world.handles, claimed)

    (done, left, _) = await asyncio.gather(deliver(world.handles, quick.id), deliver(world.handles, slow.id), later())

    assert (done, left) == (True, False)
    assert 1.9 < time.monotonic() - began < 3


async def test_who_is_late_puts_off_nothing_that_another_has_claimed_or_delivered(world: World) -> None:
    bought = await buy(world, await world.person(), await world.product())
    late = await claim_next(world.handles, bought.id)
    assert late is not None
    # Two claims that end in the same millisecond are one, and between two there are seconds.
    await asyncio.sleep(0.01)
    await world.handles.postgres.execute("UPDATE outbox SET next_attempt_at = now()")
    assert await claim_next(world.handles, bought.id) is not None
    claimed = await outbox(world)

    await put_off(world.handles, late, 0.0, "Too late", is_at_fault=True)

    assert await outbox(world) == claimed
    await relay.attempt(world.handles, late)
    delivered = await outbox(world)
    await mark(world.handles, late)
    assert await outbox(world) == delivered
    assert CLAIM_SECONDS > relay.EFFECT_SECONDS


async def test_an_order_to_which_a_refund_is_just_added_is_not_fulfilled(world: World) -> None:
    bought = await buy(world, await world.person(), await world.product())
    message = await claim_next(world.handles, bought.id)
    assert message is not None
    refunding = await world.handles.connect()
    async with refunding.transaction():
        await refunding.execute("UPDATE orders SET fulfilment = 'PENDING'")
        marking = asyncio.create_task(relay.attempt(world.handles, message))
        await until(lambda: is_waited_for(world))
        await refunding.execute(
            """INSERT INTO outbox (aggregate, aggregate_id, sequence, kind, payload)
            SELECT aggregate, aggregate_id, sequence + 1, 'refund', '{}' FROM outbox"""
        )
    await refunding.close()

    assert await marking is relay.End.DELIVERED

    assert await fulfilment(world, bought) == "PENDING"


async def test_a_hint_is_enough_and_not_needed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "POLL_SECONDS", 60.0)
    async with working(world.handles):
        await until(lambda: is_listening(world))
        hinted = await buy(world, await world.person(), await world.product())
        await until(lambda: are_fulfilled(world, [hinted]), seconds=2.0)
    monkeypatch.setattr(relay, "POLL_SECONDS", 0.2)

    async def connect() -> Any:
        raise OSError

    async with working(replace(world.handles, connect=connect)):
        unhinted = await buy(world, await world.person(), await world.product())
        await until(lambda: are_fulfilled(world, [unhinted]), seconds=2.0)


async def test_who_listens_listens_again_when_its_connection_is_cut(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Any] = []

    async def connect() -> Any:
        opened.append(await world.handles.connect())
        return opened[-1]

    monkeypatch.setattr(relay, "POLL_SECONDS", 0.1)
    async with working(replace(world.handles, connect=connect)):
        await until(lambda: is_listening(world))
        await world.handles.postgres.fetchval("SELECT pg_terminate_backend($1)", opened[0].get_server_pid())
        await until(lambda: has(len(opened) == 2))
        await until(lambda: is_listening(world))
