"""What the service itself writes breaks no invariant, and the provider's book is compared with ours."""

from collections.abc import Sequence
from decimal import Decimal

from gateway.settings import Settings
from gateway.verifying import books
from models.identity import Role
from models.values import new_id
from resolvers.invariants import INVARIANTS
from resolvers.invariants.verifying import verify
from resolvers.provider import Created, Succeeded
from tests.buying import VISA, cancel, pay, place, purchase
from tests.money.test_verify_documents import PROVIDERS
from tests.money.verify_place import Violations
from tests.world import World

DECLINES = "pm_card_chargeDeclinedInsufficientFunds"
ASKS_BUYER = "pm_card_threeDSecure2Required"
REFUND = """mutation($input: RefundOrderInput!) { refundOrder(input: $input) { __typename } }"""
CONSISTENCY = """{ consistency { isConsistent checked violations { invariant count ids isMore says }
    skipped { invariant reason } } }"""


async def violations(world: World, settings: Settings, names: Sequence[str] = ()) -> Violations:
    """Of these invariants, or of all that are not about the provider, whose book other tests have written in too."""
    chosen = [each for each in INVARIANTS if (each.name in names if names else each.name not in PROVIDERS)]
    async with books(settings, world.handles) as both:
        return (await verify(both, chosen, pauses=(0.05,))).violations


async def test_buying_declining_waiting_cancelling_and_giving_back_break_nothing(
    world: World, settings: Settings
) -> None:
    admin, buyer = await world.person(Role.ADMIN, has_member=False), await world.person(has_member=False)
    course, product = await world.course(admin, price=Decimal("24.99")), await world.product(price=Decimal("9.90"))
    other = await world.product()
    order = (await place(world, buyer, course, product))["order"]["id"]
    assert (await pay(world, buyer, order))["__typename"] == "OrderPaid"
    declined = (await place(world, buyer, other, key="b"))["order"]["id"]
    assert (await pay(world, buyer, declined, method=DECLINES, key="c"))["__typename"] == "PaymentDeclined"
    assert await violations(world, settings) == {}

    await pay(world, buyer, declined, method=ASKS_BUYER, key="d")
    assert await violations(world, settings) == {}
    await cancel(world, buyer, declined)
    assert await violations(world, settings) == {}

    given = {"orderId": order, "reason": "It was not what they wanted.", "idempotencyKey": "e", "amount": "5.00"}
    answer = await world.ask(REFUND, admin, input=given)
    assert answer["data"]["refundOrder"]["__typename"] == "OrderRefunded"
    assert await violations(world, settings) == {}
    whole = {"orderId": order, "reason": "It was not what they wanted.", "idempotencyKey": "f"}
    answer = await world.ask(REFUND, admin, input=whole)
    assert answer["data"]["refundOrder"]["__typename"] == "OrderRefunded"
    assert await violations(world, settings) == {}


async def test_a_first_purchase_that_is_free_and_a_refund_that_takes_long_break_nothing(
    world: World, settings: Settings
) -> None:
    admin, buyer = await world.person(Role.ADMIN, has_member=False), await world.person(has_member=False)
    free, product = await world.product(price=Decimal(0)), await world.product()
    assert (await purchase(world, buyer, free, key="a"))["__typename"] == "OrderPaid"
    assert await violations(world, settings) == {}

    paid = await purchase(world, buyer, product, key="b", method="pm_card_pendingRefund")
    given = {"orderId": paid["order"]["id"], "reason": "It was not what they wanted.", "idempotencyKey": "c"}
    answer = await world.ask(REFUND, admin, input=given)
    assert answer["data"]["refundOrder"]["__typename"] == "RefundUnderWay"
    await world.handles.postgres.execute("UPDATE idempotency_keys SET created_at = now() - interval '1 day'")

    assert await violations(world, settings) == {}


async def test_a_charge_without_payment_and_a_payment_without_charge_are_named(
    world: World, settings: Settings
) -> None:
    def new(name: str, found: Violations) -> set[str]:
        return {*found.get(name, ())} - {*before.get(name, ())}

    charges, payments = PROVIDERS
    before = await violations(world, settings, PROVIDERS)
    buyer, product = await world.person(has_member=False), await world.product()
    assert (await purchase(world, buyer, product))["__typename"] == "OrderPaid"
    bought = await violations(world, settings, PROVIDERS)

    orphan, provider = new_id(), world.handles.payments
    made = await provider.create(orphan, Decimal("5.00"), "INR", {})
    assert isinstance(made, Created)
    assert isinstance(await provider.confirm(made.intent_id, VISA), Succeeded)
    charged = await violations(world, settings, PROVIDERS)
    row = await world.handles.postgres.fetchval("UPDATE payments SET provider_payment_id = 'pi_nobody' RETURNING id")
    lost = await violations(world, settings, PROVIDERS)

    assert (new(charges, bought), new(payments, bought)) == (set(), set())
    assert (new(charges, charged), new(payments, charged)) == ({str(orphan)}, set())
    assert (new(charges, lost), new(payments, lost)) == ({str(orphan), str(row)}, {str(row)})


async def test_administrators_see_what_the_last_check_came_to_and_nobody_else_does(world: World) -> None:
    admin, analyst = await world.person(Role.ADMIN), await world.person(Role.ANALYST)
    nothing = await world.ask(CONSISTENCY, admin)
    skipped = '[{"invariant": "c", "reason": "Away."}]'
    broken = '[{"invariant": "a", "says": "B.", "count": 1, "isMore": false, "ids": ["x"]}]'
    for day, violated in ((1, "[]"), (2, broken)):
        await world.handles.postgres.execute(
            "INSERT INTO consistency_reports (started_at, finished_at, checked, violations, skipped) VALUES "
            f"('2026-01-0{day}', '2026-01-0{day}', 7, '{violated}', '{skipped}')"
        )

    told = await world.ask(CONSISTENCY, admin)
    refused = await world.ask(CONSISTENCY, analyst)
    figures = (await world.client.get("/metrics")).text

    assert nothing == {"data": {"consistency": None}}
    assert told == {
        "data": {
            "consistency": {
                "isConsistent": False,
                "checked": 7,
                "violations": [{"invariant": "a", "count": 1, "ids": ["x"], "isMore": False, "says": "B."}],
                "skipped": [{"invariant": "c", "reason": "Away."}],
            }
        }
    }
    assert refused["data"] == {"consistency": None}
    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert 'gateway_consistency_violations{invariant="payments-are-driven"} 0.0' in figures
