"""Guards that nothing else in the tests depends on alone: each is here because taking it away was not noticed."""

import asyncio
from dataclasses import replace

from models.values import new_id
from resolvers.context import Handles
from resolvers.leases import take
from resolvers.provider import Standing, Succeeded
from resolvers.refund_driving import take_refunds
from schema.ids import parse_global_id
from tests.buying import PURCHASE, VISA, id_of, pay, place, purchase
from tests.money.books import NOTHING, expire_lease, reserved
from tests.prove.buyers import CREDITS, Buyer, buyer
from tests.prove.purchases import bought
from tests.prove.service import Fate
from tests.prove.stage import PATIENCE, Stage
from tests.refunding import admin_of, begun
from tests.refunding import bought as bought_order
from tests.world import World

SHORT = 0.5
DECLINES = "pm_card_chargeDeclinedInsufficientFunds"


async def with_everything(world: World, method: str) -> tuple[Buyer, str]:
    """Somebody who has bought, or tried to, with a coupon and credits; and what they were told."""
    who = await buyer(world, await world.person())
    answer = await world.ask(PURCHASE, who.person, input=who.purchase(method))
    return who, answer["data"]["purchase"]["__typename"]


async def test_a_declined_purchase_gives_back_its_coupon_and_its_credits(world: World) -> None:
    who, answer = await with_everything(world, DECLINES)

    assert answer == "PaymentDeclined"
    assert await reserved(world) == NOTHING
    uses = await world.handles.postgres.fetchval("SELECT uses FROM coupons WHERE id = $1", who.coupon_id)
    assert uses == 0


async def test_a_purchase_spends_its_coupon_and_its_credits(world: World) -> None:
    who, answer = await with_everything(world, VISA)

    assert answer == "OrderPaid"
    assert await reserved(world) == NOTHING
    row = await world.handles.postgres.fetchrow(
        "SELECT (SELECT state::text FROM coupon_usages WHERE coupon_id = $1), balance FROM credit_accounts"
        " WHERE user_id = $2",
        who.coupon_id,
        who.person.id,
    )
    assert row is not None
    # Two come as the reward of whom the referrer brought.
    assert tuple(row) == ("CONSUMED", 2)
    spent = await world.handles.postgres.fetchval("SELECT amount FROM credit_entries WHERE kind = 'SPENT'")
    assert spent == -CREDITS


async def test_only_one_of_a_persons_purchases_is_the_first(world: World) -> None:
    person = await world.person()
    for _ in range(2):
        answer = await purchase(world, person, await world.product(), key=str(new_id()))
        assert answer["__typename"] == "OrderPaid"

    firsts = await world.handles.postgres.fetch("SELECT is_first_purchase FROM orders ORDER BY completed_at")
    assert [row["is_first_purchase"] for row in firsts] == [True, False]


async def test_a_purchase_is_not_completed_while_another_of_the_person_is_decided(crowded: World) -> None:
    person, product = await crowded.person(), await crowded.product()
    # The pool of reads may have no connection left beside the one that the test asks by.
    connection = await crowded.handles.connect()
    deciding = connection.transaction()
    await deciding.start()
    await connection.execute("SELECT FROM users WHERE id = $1 FOR NO KEY UPDATE", person.id)
    buying = asyncio.create_task(purchase(crowded, person, product))
    await payment_is(crowded, "PAID")
    await asyncio.sleep(SHORT)

    status = await crowded.handles.postgres.fetchval("SELECT status::text FROM orders")

    await deciding.rollback()
    await connection.close()
    assert status == "processing"
    assert (await buying)["__typename"] == "OrderPaid"


async def payment_is(world: World, state: str) -> None:
    async with asyncio.timeout(PATIENCE):
        reading = "SELECT state::text FROM payments"
        while await world.handles.postgres.fetchval(reading) != state:  # noqa: ASYNC110  Nobody tells when it is.
            await asyncio.sleep(0.02)


async def test_what_somebody_drives_is_taken_by_nobody_before_its_lease_ends(stage: Stage) -> None:
    world = stage.world
    who = await buyer(world, stage.author)
    async with stage.service(fate=Fate("intent.done")) as service:
        await service.meets_its_fate(bought(service, who, VISA))
    order_id = await world.handles.postgres.fetchval("SELECT id FROM orders WHERE user_id = $1", who.person.id)
    await expire_lease(world)

    first, second = await take(world.handles, order_id), await take(world.handles, order_id)

    assert first is not None
    assert second is None


async def test_a_refund_that_somebody_drives_is_taken_by_nobody(world: World) -> None:
    admin, person = await admin_of(world), await world.person()
    order = await bought_order(world, person, await world.product())

    assert await begun(world, admin, order, key="all") is not None
    assert await take_refunds(world.handles, parse_global_id(order)[1]) is None


async def test_the_providers_id_is_noted_before_anything_is_charged(stage: Stage) -> None:
    who = await buyer(stage.world, stage.author)
    async with stage.service(fate=Fate("charge.confirming")) as service:
        await service.meets_its_fate(bought(service, who, VISA))

    noted = "SELECT provider_payment_id FROM payments WHERE user_id = $1"
    assert await stage.world.handles.postgres.fetchval(noted, who.person.id) is not None


async def test_what_the_provider_turned_away_is_free_at_once(world: World) -> None:
    person, product = await world.person(), await world.product()
    world.sandbox.order(on="create", do="rate_limit", times=4)

    answer = await purchase(world, person, product)

    assert (answer["__typename"], answer["retryable"]) == ("ProviderUnavailable", True)
    assert await reserved(world) == NOTHING
    assert (await purchase(world, person, product))["__typename"] == "OrderPaid"


async def test_an_order_that_is_being_paid_is_not_begun_again_under_another_key(world: World) -> None:
    person = await world.person()
    order = (await place(world, person, await world.product()))["order"]["id"]
    asks = "pm_card_threeDSecure2Required"
    assert (await pay(world, person, order, method=asks))["__typename"] == "PaymentActionNeeded"

    answer = await pay(world, person, order, key="other")

    assert answer["__typename"] == "OrderNotPending"


class Overcharging:
    """A provider that takes more than it was asked to."""

    def __init__(self, handles: Handles) -> None:
        self.provider = handles.payments

    def __getattr__(self, name: str) -> object:
        return getattr(self.provider, name)

    async def confirm(self, intent_id: str, method: str) -> Standing:
        standing = await self.provider.confirm(intent_id, method)
        assert isinstance(standing, Succeeded)
        return replace(standing, amount=standing.amount + 1)


async def test_a_charge_of_another_amount_completes_nothing(world: World) -> None:
    person, product = await world.person(), await world.product()
    handles = replace(world.handles, payments=Overcharging(world.handles))  # type: ignore[arg-type]
    async with World(handles, world.observed, world.sandbox) as overcharged:
        given = {"items": [{"itemId": id_of(product)}], "idempotencyKey": "buy", "paymentMethodId": VISA}

        answer = await overcharged.ask(PURCHASE, person, input=given)

    assert answer["errors"]
    statuses = await world.handles.postgres.fetch("SELECT status::text FROM orders")
    assert [row["status"] for row in statuses] == ["processing"]
