"""What many clients want at the same moment and only some can have."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from models.coupons import CouponType
from models.values import new_id, now
from resolvers import ledger, referring
from resolvers.shares import minor
from resolvers.transactions import transaction
from tests.buying import PAY, PLACE, PURCHASE, VISA, id_of
from tests.prove.asking import Answer, final, said
from tests.prove.report import Report, say
from tests.prove.service import Service
from tests.prove.stage import Stage
from tests.schema.test_redeeming import REDEEM
from tests.shop import coupon_of
from tests.world import Item, Person

PRICE, OFF = Decimal("100.00"), Decimal("30.00")
PAIRS = 8

Proof = Callable[[Stage, Service], Awaitable[None]]


async def prove(stage: Stage) -> Report:
    report = Report("contention")
    async with stage.service() as service:
        for claim, proof in PROOFS.items():
            report.cases += 1
            stage.world.sandbox.begin_anew()
            with report.trying(claim):
                await proof(stage, service)
                await stage.rest()
                await stage.check(claim)
                say(f"  {claim}")
    return report


async def coupon_of_many(stage: Stage, service: Service, buyers: int = 50, uses: int = 10) -> None:
    world = stage.world
    code = f"MANY{new_id().hex[-12:].upper()}"
    times = {"starts_at": now() - timedelta(days=1), "ends_at": now() + timedelta(days=1)}
    terms = {"type": CouponType.FIXED, "value": OFF, "currency": "INR", "max_uses": uses, "code": code, **times}
    await world.save(coupon := coupon_of(world, stage.author, **terms))
    product = await world.product(price=PRICE)
    orders = []
    for person in [await world.person(has_member=False) for _ in range(buyers)]:
        items = {"items": [{"itemId": id_of(product)}], "idempotencyKey": "place"}
        order = (await final(service, person.token, PLACE, items))["order"]["id"]
        redeemed = await final(service, person.token, REDEEM, {"orderId": order, "code": code})
        assert redeemed["__typename"] == "CouponRedeemed", redeemed
        orders.append((person, order))

    answers = await asyncio.gather(*(paid(service, person, order) for person, order in orders))

    counted = Counter(answer["__typename"] for answer in answers)
    assert counted == {"OrderPaid": uses, "CouponExhausted": buyers - uses}, counted
    assert charges(stage) == [minor(PRICE - OFF)] * uses
    found = "SELECT count(*) FROM coupon_usages WHERE coupon_id = $1 AND state = 'CONSUMED'"
    assert await stage.value(found, coupon.id) == uses


async def wallet_in_two_tabs(stage: Stage, service: Service) -> None:
    products = [await stage.world.product(price=PRICE) for _ in range(2)]
    for _ in range(PAIRS):
        person = await stage.world.person(has_member=False)
        async with transaction(stage.world.handles) as session:
            await ledger.grant(session, person.id, 5, key=str(new_id()), by=stage.author.id, reason="To be spent.")

        answers = await asyncio.gather(*(bought(service, person, item, credits=5) for item in products))

        counted = Counter(answer["__typename"] for answer in answers)
        assert counted == {"OrderPaid": 1, "NotEnoughCredits": 1}, counted
        assert await stage.value("SELECT balance FROM credit_accounts WHERE user_id = $1", person.id) == 0
    assert charges(stage) == [minor(PRICE - 50)] * PAIRS


async def item_in_two_tabs(stage: Stage, service: Service) -> None:
    product = await stage.world.product(price=PRICE)
    for _ in range(PAIRS):
        person = await stage.world.person(has_member=False)

        answers = await asyncio.gather(*(bought(service, person, product, key=key) for key in ("one", "other")))

        counted = Counter(answer["__typename"] for answer in answers)
        assert counted["OrderPaid"] == 1, counted
        assert {*counted} - {"OrderPaid"} <= {"AlreadyOwned", "ItemBeingBought"}, counted
    assert charges(stage) == [minor(PRICE)] * PAIRS


async def first_purchases(stage: Stage, service: Service, number: int = 64) -> None:
    referrer, person = await stage.world.person(has_member=False), await stage.world.person(has_member=False)
    async with transaction(stage.world.handles) as session:
        await referring.apply(session, user_id=person.id, referrer_id=referrer.id)
    products = [await stage.world.product(price=PRICE) for _ in range(number)]

    answers = await asyncio.gather(*(bought(service, person, item) for item in products))

    assert Counter(answer["__typename"] for answer in answers) == {"OrderPaid": number}
    first = "SELECT count(*) FROM orders WHERE user_id = $1 AND is_first_purchase"
    assert await stage.value(first, person.id) == 1
    rewards = "SELECT count(*) FROM credit_entries WHERE user_id = ANY($1) AND kind::text LIKE '%REWARD'"
    assert await stage.value(rewards, [person.id, referrer.id]) == 2
    assert charges(stage) == [minor(PRICE)] * number


async def same_key(stage: Stage, service: Service, times: int = 50) -> None:
    person, product = await stage.world.person(has_member=False), await stage.world.product(price=PRICE)

    answers = await asyncio.gather(*(bought(service, person, product, key="one") for _ in range(times)))

    assert all(said(answer) == said(answers[0]) for answer in answers), answers
    assert answers[0]["__typename"] == "OrderPaid"
    assert await stage.orders_of(person.id) == ["completed"]
    assert charges(stage) == [minor(PRICE)]


async def bought(service: Service, person: Person, item: Item, key: str | None = None, credits: int = 0) -> Answer:
    given: dict[str, Any] = {"items": [{"itemId": id_of(item)}], "credits": credits, "paymentMethodId": VISA}
    return await final(service, person.token, PURCHASE, given | {"idempotencyKey": key or str(new_id())})


async def paid(service: Service, person: Person, order: str) -> Answer:
    given = {"orderId": order, "idempotencyKey": "pay", "paymentMethodId": VISA}
    return await final(service, person.token, PAY, given)


def charges(stage: Stage) -> list[int]:
    return [effect["amount"] for effect in stage.world.sandbox.effects("charged")]


PROOFS: dict[str, Proof] = {
    "a coupon with 10 uses and 50 buyers: 10 discounts, 10 payments": coupon_of_many,
    "one wallet in two tabs: spent once": wallet_in_two_tabs,
    "one item in two tabs with two keys: charged once": item_in_two_tabs,
    "64 purchases at once of somebody who was brought: one is the first, one conversion": first_purchases,
    "50 times the same key: one order, equal answers": same_key,
}
