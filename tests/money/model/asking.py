"""The shop as clients ask it, over the graph: by the reference's numbers, with answers in its form."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from models import coupons
from models.referrals import Referral
from models.values import new_id
from schema.ids import global_id
from tests.buying import id_of, told
from tests.money.model.shop import ADMIN, NOBODYS, Answer, Things
from tests.refunding import items_of
from tests.world import Item, Person, World

KEYS = "... on IdempotencyKeyReused { mutation }"
COUPONS = "... on CouponNeedsMore { least }"
CREDITS = "... on NotEnoughCredits { available }"
STATUS = "... on OrderNotPending { status }"
CLAIMS = "... on AlreadyOwned { title }"
PAID = """... on OrderPaid { order { status amount { amount } discount { amount } creditsUsed } }
  ... on PaymentDeclined { declineCode } ... on PaymentRefused { reason }"""
PAYING = f"{PAID} {KEYS} {COUPONS} {CREDITS} {CLAIMS} ... on ItemBeingBought {{ title }}"
GIVEN = "order { status } refunds { state amount { amount } creditValue { amount } creditsReturned }"
REFERRAL = "referral { status creditsAwarded }"
SAYS = {
    "placeOrder": f"... on OrderPlaced {{ order {{ status amount {{ amount }} }} }} {KEYS} {CLAIMS}",
    "redeemCoupon": f"... on CouponRedeemed {{ discount {{ amount }} }} {STATUS} {COUPONS}",
    "removeCoupon": STATUS,
    "applyCredits": f"... on CreditsApplied {{ available }} {STATUS} {CREDITS}",
    "payOrder": f"{PAYING} {STATUS}",
    "purchase": PAYING,
    "confirmPayment": PAID,
    "cancelOrder": STATUS,
    "refundOrder": f"""... on OrderRefunded {{ {GIVEN} }} ... on RefundUnderWay {{ {GIVEN} }} {KEYS}
      ... on OrderNotRefundable {{ status }} ... on RefundTooLarge {{ left }} ... on RefundFailed {{ reason }}""",
    "grantCredits": f"... on CreditsGranted {{ balance }} {KEYS} {CREDITS}",
    "applyReferralCode": f"... on ReferralCodeApplied {{ {REFERRAL} }}",
    "convertReferral": f"... on ReferralConverted {{ {REFERRAL} }}",
    "voidReferral": f"... on ReferralVoided {{ {REFERRAL} }}",
    "editCoupon": "",
    "disableCoupon": "",
}
"""What is asked of the answer of each mutation, beside its name."""
REASON = "Because."


def paise(amount: Any) -> int:
    return int(Decimal(amount).scaleb(2))


def rupees(amount: int) -> str:
    return str(Decimal(amount).scaleb(-2))


@dataclass
class Counter:
    """Where the people of one sequence ask."""

    world: World
    admin: Person
    people: Sequence[Person]
    things: Sequence[Item]
    coupons: Sequence[coupons.Coupon]
    codes: dict[int, str] = field(default_factory=dict)

    async def ask(self, who: int, mutation: str, **given: Any) -> Answer:
        named = mutation[0].upper() + mutation[1:]
        document = f"mutation($input: {named}Input!) {{ {mutation}(input: $input) {{ __typename {SAYS[mutation]} }} }}"
        person = self.admin if who == ADMIN else self.people[who]
        answer = await told(self.world, document, mutation, person, given)
        return flat(answer)

    def items(self, things: Things) -> list[dict[str, str]]:
        return [{"itemId": id_of(self.things[number])} for number in things]

    async def ids(self) -> list[UUID]:
        """Of the orders, the oldest first."""
        rows = await self.world.handles.postgres.fetch(
            "SELECT id FROM orders WHERE user_id = ANY($1) ORDER BY id", [person.id for person in self.people]
        )
        return [row["id"] for row in rows]

    async def order(self, number: int) -> str:
        return global_id("Order", (await self.ids())[number])

    def code(self, coupon: int) -> str:
        return "NOBODYS" if coupon == NOBODYS else self.coupons[coupon].code

    async def place(self, who: int, key: str, things: Things) -> Answer:
        return await self.ask(who, "placeOrder", items=self.items(things), idempotencyKey=key)

    async def redeem(self, who: int, number: int, coupon: int) -> Answer:
        code = f" {self.code(coupon).lower()}"
        return await self.ask(who, "redeemCoupon", orderId=await self.order(number), code=code)

    async def remove(self, who: int, number: int) -> Answer:
        return await self.ask(who, "removeCoupon", orderId=await self.order(number))

    async def apply_credits(self, who: int, number: int, credits: int) -> Answer:
        return await self.ask(who, "applyCredits", orderId=await self.order(number), credits=credits)

    async def pay(self, who: int, key: str, number: int, method: str | None) -> Answer:
        order = await self.order(number)
        return await self.ask(who, "payOrder", orderId=order, idempotencyKey=key, paymentMethodId=method)

    async def purchase(
        self, who: int, key: str, things: Things, coupon: int | None, credits: int, method: str | None
    ) -> Answer:
        return await self.ask(
            who,
            "purchase",
            items=self.items(things),
            idempotencyKey=key,
            couponCode=None if coupon is None else self.code(coupon),
            credits=credits,
            paymentMethodId=method,
        )

    async def confirm(self, who: int, key: str, number: int) -> Answer:
        return await self.ask(who, "confirmPayment", orderId=await self.order(number), idempotencyKey=key)

    async def cancel(self, who: int, number: int) -> Answer:
        return await self.ask(who, "cancelOrder", orderId=await self.order(number))

    async def refund(self, key: str, number: int, places: Things | None, amount: int | None) -> Answer:
        order = await self.order(number)
        items = None if places is None else [(await items_of(self.world, order))[place] for place in places]
        given = {"items": items, "amount": None if amount is None else rupees(amount)}
        return await self.ask(ADMIN, "refundOrder", orderId=order, reason=REASON, idempotencyKey=key, **given)

    async def grant(self, key: str, who: int, credits: int) -> Answer:
        person = global_id("User", self.people[who].id)
        given = {"credits": credits, "reason": REASON, "idempotencyKey": key}
        return await self.ask(ADMIN, "grantCredits", userId=person, **given)

    async def apply_code(self, who: int, referrer: int) -> Answer:
        member = await self.world.handles.mongo["members"].find_one({"_id": self.people[referrer].id})
        code = "NOBODYS1" if member is None else member["referralCode"].lower()
        return await self.ask(who, "applyReferralCode", code=code)

    async def rule(self, mutation: str, referred: int) -> Answer:
        found = await Referral.find_one({"referredUserId": self.people[referred].id})
        referral = global_id("Referral", new_id() if found is None else found.id)
        return await self.ask(ADMIN, mutation, referralId=referral, reason=REASON)

    async def change_coupon(self, mutation: str, coupon: int, **changes: Any) -> Answer:
        return await self.ask(ADMIN, mutation, couponId=global_id("Coupon", self.coupons[coupon].id), **changes)


def flat(answer: Any) -> Answer:
    """The name of an answer and what it says, in its order: each refund is one, amounts are in paise."""
    said: list[Any] = []
    for name, value in answer.items():
        if name == "refunds":
            said.extend(flat(each) for each in value)
        elif isinstance(value, dict):
            said.extend(flat(value))
        else:
            said.append(paise(value) if name in {"amount", "least", "left"} else value)
    return tuple(said)
