"""Purchases that are paid, declined, waited for, given up, or never heard of again."""

from dataclasses import dataclass
from typing import Any

from resolvers.shares import minor
from schema.ids import global_id
from tests.buying import CANCEL, CONFIRM, PURCHASE, VISA
from tests.gateway.sandbox_place import ANSWER_SECONDS
from tests.prove.asking import Answer, agreed, final
from tests.prove.buyers import DUE, Buyer, buyer
from tests.prove.service import Fate, Service
from tests.prove.stage import Stage
from tests.prove.stories import Story

ASKS = "pm_card_threeDSecure2Required"
IN_PAYMENT = """SELECT o.id, p.provider_payment_id FROM orders o JOIN payments p ON p.order_id = o.id
    WHERE o.user_id = $1 AND o.status = 'processing'"""


async def bought(service: Service, who: Buyer, method: str) -> Answer:
    return await final(service, who.person.token, PURCHASE, who.purchase(method))


async def check_charges(stage: Stage, who: Buyer, answer: str) -> None:
    """The provider's own ledger says that the money was taken once, or never."""
    charges = [effect["amount"] for effect in stage.world.sandbox.effects("charged")]
    assert charges == ([minor(DUE)] if answer == "OrderPaid" else []), f"charged {charges}"
    statuses = await stage.orders_of(who.person.id)
    assert statuses.count("completed") == len(charges), f"orders are {statuses}"
    assert len(statuses) == 1, f"orders are {statuses}"


@dataclass(frozen=True, eq=False)
class Purchase(Story):
    """`outcome` is what the buyer does at their bank once they are asked to; `is_cancelled`, that they give the
    payment up instead.
    """

    method: str = VISA
    outcome: str | None = None
    is_cancelled: bool = False

    @property
    def comes_alone(self) -> bool:
        return self.method != ASKS

    async def told(self, stage: Stage, service: Service, who: Buyer) -> str:
        first = await bought(service, who, self.method)
        if first["__typename"] == "PaymentActionNeeded":
            await self.act(stage, service, who)
        return await agreed(lambda: bought(service, who, self.method))

    async def act(self, stage: Stage, service: Service, who: Buyer) -> None:
        order = await stage.world.handles.postgres.fetchrow(IN_PAYMENT, who.person.id)
        if order is None:
            return
        named: dict[str, Any] = {"orderId": global_id("Order", order["id"])}
        if self.is_cancelled:
            await final(service, who.person.token, CANCEL, named)
            return
        if self.outcome is not None:
            stage.world.sandbox.authenticate(order["provider_payment_id"], self.outcome)
        await final(service, who.person.token, CONFIRM, {**named, "idempotencyKey": "buy"})

    async def check(self, stage: Stage, who: Buyer, answer: str) -> None:
        await check_charges(stage, who, answer)


@dataclass(frozen=True, eq=False)
class NeverCame(Story):
    """A payment that waits for a buyer who never comes back: it is taken back when its time is over."""

    async def begin(self, stage: Stage) -> Buyer:
        who = await buyer(stage.world, stage.author)
        answer = await stage.world.ask(PURCHASE, who.person, input=who.purchase(ASKS))
        assert answer["data"]["purchase"]["__typename"] == "PaymentActionNeeded", answer
        await stage.world.handles.postgres.execute(
            "UPDATE orders SET waits_until = now() WHERE user_id = $1", who.person.id
        )
        return who

    async def told(self, stage: Stage, service: Service, who: Buyer) -> str:
        await stage.rest()
        return await agreed(lambda: bought(service, who, ASKS))

    async def check(self, stage: Stage, who: Buyer, answer: str) -> None:
        await check_charges(stage, who, answer)


@dataclass(frozen=True, eq=False)
class NeverHeardOf(Story):
    """A payment that the provider never heard of, because its process died, until nobody expects it any more."""

    async def begin(self, stage: Stage) -> Buyer:
        who = await buyer(stage.world, stage.author)
        await died(stage, who, Fate("intent.done"))
        await stage.world.handles.postgres.execute(
            "UPDATE payments SET created_at = now() - interval '1 day' WHERE user_id = $1", who.person.id
        )
        return who

    async def told(self, stage: Stage, service: Service, who: Buyer) -> str:
        await stage.rest()
        return await agreed(lambda: bought(service, who, VISA))

    async def check(self, stage: Stage, who: Buyer, answer: str) -> None:
        await check_charges(stage, who, answer)


async def died(stage: Stage, who: Buyer, fate: Fate) -> None:
    """Has a process die over this purchase."""
    async with stage.service(fate=fate) as service:
        await service.meets_its_fate(bought(service, who, VISA))


LATE = ANSWER_SECONDS + 0.4

PURCHASES: tuple[Story, ...] = (
    Purchase("success", "OrderPaid"),
    Purchase("decline", "PaymentDeclined", method="pm_card_chargeDeclined"),
    Purchase("fails after applying", "OrderPaid", ({"on": "confirm", "do": "fail_after"},)),
    Purchase(
        "applies after the time-out",
        "OrderPaid",
        (
            {"on": "create", "do": "delay_before", "seconds": LATE},
            {"on": "confirm", "do": "delay_before", "seconds": LATE},
        ),
    ),
    Purchase("waits for its buyer", "OrderPaid", method=ASKS, outcome="succeeds"),
    Purchase("waits for its buyer in vain", "PaymentDeclined", method=ASKS, outcome="fails"),
    Purchase("is given up", "PaymentAbandoned", method=ASKS, is_cancelled=True),
    Purchase("is turned away", "OrderPaid", ({"on": "create", "do": "rate_limit", "times": 4},)),
    NeverCame("is never come back to", "PaymentAbandoned"),
    NeverHeardOf("is never heard of by the provider", "PaymentAbandoned"),
)
