"""Purchases that are given back, whole or by item, at once or late, or not at all."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from resolvers.shares import minor
from schema.ids import global_id
from tests.buying import PURCHASE, VISA
from tests.gateway.sandbox_place import ANSWER_SECONDS
from tests.prove.asking import Answer, agreed, final
from tests.prove.buyers import DUE, Buyer, buyer
from tests.prove.service import Service
from tests.prove.stage import Stage
from tests.prove.stories import Story
from tests.refunding import REFUND

LATE = "pm_card_pendingRefund"
OF_ONE = DUE / 2
ITEMS = """SELECT i.id, i.order_id FROM order_items i JOIN orders o ON o.id = i.order_id
    WHERE o.user_id = $1 ORDER BY position"""
LET_GO = "UPDATE refunds SET next_attempt_at = now() WHERE state = 'PENDING'"


@dataclass(frozen=True, eq=False)
class Refund(Story):
    """`outcome` is what becomes of a refund that the provider takes its time for; `is_whole`, that the order is given
    back and not one of its two items, which cost the same.
    """

    is_whole: bool = True
    outcome: str | None = None

    @property
    def method(self) -> str:
        return VISA if self.outcome is None else LATE

    @property
    def comes_alone(self) -> bool:
        return self.outcome is None

    async def begin(self, stage: Stage) -> Buyer:
        who = await buyer(stage.world, stage.author)
        answer = await stage.world.ask(PURCHASE, who.person, input=who.purchase(self.method))
        assert answer["data"]["purchase"]["__typename"] == "OrderPaid", answer
        await stage.show()
        return who

    async def told(self, stage: Stage, service: Service, who: Buyer) -> str:
        rows = await stage.world.handles.postgres.fetch(ITEMS, who.person.id)
        given: dict[str, Any] = {"orderId": global_id("Order", rows[0]["order_id"]), "reason": "Not wanted."}
        if not self.is_whole:
            given["items"] = [global_id("OrderItem", rows[0]["id"])]
        # An administrator's keys are their own for all orders.
        given["idempotencyKey"] = str(rows[0]["order_id"])

        async def asked() -> Answer:
            return await final(service, stage.author.token, REFUND, given)

        answer = await asked()
        while answer["__typename"] == "RefundUnderWay":
            for begun in stage.world.sandbox.effects("refund_begun"):
                stage.world.sandbox.settle(begun["id"], self.outcome or "succeeds")
            await stage.world.handles.postgres.execute(LET_GO)
            answer = await asked()
        return await agreed(asked)

    async def check(self, stage: Stage, who: Buyer, answer: str) -> None:
        parts = [OF_ONE] * (2 if self.is_whole else 1) if answer == "OrderRefunded" else []
        refunds = [effect["amount"] for effect in stage.world.sandbox.effects("refunded")]
        assert refunds == list(map(minor, parts)), f"given back were {refunds}"
        assert await stage.orders_of(who.person.id) == ["refunded" if len(parts) == 2 else "completed"]
        given = await stage.world.handles.postgres.fetchval(
            "SELECT sum(refunded_amount) FROM payments WHERE user_id = $1", who.person.id
        )
        assert given == sum(parts, Decimal(0)), f"the book says that {given} were given back"


REFUNDS: tuple[Story, ...] = (
    Refund("is given back", "OrderRefunded"),
    Refund("is given back in part", "OrderRefunded", is_whole=False),
    Refund("is given back and nobody hears", "OrderRefunded", ({"on": "refund", "do": "fail_after"},), is_whole=False),
    Refund(
        "is given back after the time-out",
        "OrderRefunded",
        ({"on": "refund", "do": "delay_before", "seconds": ANSWER_SECONDS + 0.4},),
        is_whole=False,
    ),
    Refund("is given back late", "OrderRefunded", outcome="succeeds", is_whole=False),
    Refund("is not given back after all", "RefundFailed", outcome="fails", is_whole=False),
)
