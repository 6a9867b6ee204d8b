"""What both databases and the provider say of the people of one sequence, in the reference's numbers."""

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from tests.money.model.asking import Counter, paise
from tests.shop import ENTITLEMENTS

ORDERS = """
    SELECT o.*, o.status::text AS status, o.payment_status::text AS payment_status, o.fulfilment::text AS fulfilment
    FROM orders o WHERE user_id = ANY($1) ORDER BY id
"""
LINES = "SELECT * FROM order_items WHERE user_id = ANY($1) ORDER BY order_id, position"
ATTEMPTS = "SELECT *, state::text AS state FROM payments WHERE user_id = ANY($1) ORDER BY order_id, created_at, id"
REFUNDS = "SELECT *, state::text AS state FROM refunds WHERE user_id = ANY($1) ORDER BY order_id, id"
USAGES = "SELECT *, state::text AS state FROM coupon_usages WHERE user_id = ANY($1)"
COUPONS = "SELECT id, uses FROM coupons WHERE id = ANY($1)"
ACCOUNTS = "SELECT * FROM credit_accounts WHERE user_id = ANY($1)"
ENTRIES = """
    SELECT e.*, e.kind::text AS kind, c.referred_user_id
    FROM credit_entries e LEFT JOIN referral_claims c ON c.id = e.referral_claim_id
    WHERE e.user_id = ANY($1) ORDER BY e.user_id, e.version
"""
OWNERSHIPS = "SELECT *, state::text AS state FROM ownerships WHERE user_id = ANY($1) ORDER BY id"
ENROLMENTS = "SELECT * FROM course_enrollments WHERE user_id = ANY($1)"
CLAIMS = "SELECT *, state::text AS state FROM referral_claims WHERE referred_user_id = ANY($1)"
KEYS = "SELECT * FROM idempotency_keys WHERE user_id = ANY($1)"
COURSES = "SELECT id, purchase_count FROM courses WHERE id = ANY($1)"


class Reader:
    """Reads for one sequence; what is asked of each statement is the ids of its people."""

    def __init__(self, counter: Counter) -> None:
        self.counter, self.world = counter, counter.world
        self.ids = [person.id for person in counter.people]
        self.person = {each.id: number for number, each in enumerate(counter.people)} | {counter.admin.id: -1}
        self.thing = {each.id: number for number, each in enumerate(counter.things)}
        self.coupon = {each.id: number for number, each in enumerate(counter.coupons)}

    async def rows(self, statement: str, ids: Sequence[Any] | None = None) -> Sequence[Any]:
        return await self.world.handles.postgres.fetch(statement, self.ids if ids is None else ids)

    async def documents(self, collection: str, field: str, *order: str) -> list[dict[str, Any]]:
        found = self.world.handles.mongo[collection].find({field: {"$in": self.ids}})
        return await found.sort([(name, 1) for name in order or ("_id",)]).to_list()

    async def everything(self) -> dict[str, Any]:
        orders = await self.rows(ORDERS)
        self.order = {row["id"]: number for number, row in enumerate(orders)}
        lines = await self.rows(LINES)
        self.place = {row["id"]: row["position"] - 1 for row in lines}
        return {
            "orders": [self.told_order(row) for row in orders],
            "lines": self.by_order(lines, self.told_line),
            **await self.payments(),
            **await self.coupons(),
            **await self.credits(),
            **await self.people(),
            **await self.documents_of_purchases(),
            "keys": {
                (self.person[row["user_id"]], row["key"]): (row["mutation"], told_outcome(row["outcome"]))
                for row in await self.rows(KEYS, [*self.ids, self.counter.admin.id])
            },
            "sold": await self.sold(),
        }

    def by_order(self, rows: Sequence[Any], tell: Any) -> dict[int, list[Any]]:
        found = defaultdict(list)
        for row in rows:
            found[self.order[row["order_id"]]].append(tell(row))
        return dict(found)

    def told_order(self, row: Any) -> tuple[Any, ...]:
        amounts = ("original_amount", "amount", "discount", "credit_value", "refunded_amount")
        return (
            self.person[row["user_id"]],
            row["status"],
            row["payment_status"],
            row["fulfilment"],
            *(paise(row[name]) for name in amounts),
            row["credits_wanted"],
            row["credits_used"],
            row["credits_returned"],
            row["currency"],
            self.coupon.get(row["coupon_id"]),
            row["is_first_purchase"],
        )

    def told_line(self, row: Any) -> tuple[Any, ...]:
        amounts = ("price", "discount_share", "credit_share", "refunded_amount", "refunded_credit_value")
        return self.thing[row["item_id"]], *(paise(row[name]) for name in amounts), row["refunded_at"] is not None

    async def payments(self) -> dict[str, Any]:
        """Payments and refunds, and what the provider has of each order's money."""
        attempts = await self.rows(ATTEMPTS)
        order_of = {row["provider_payment_id"]: self.order[row["order_id"]] for row in attempts}
        signs = {"charged": 1, "refunded": -1}
        kept: defaultdict[int, int] = defaultdict(int)
        for effect in self.world.sandbox.effects(*signs):
            kept[order_of[effect["intent"]]] += signs[effect["what"]] * effect["amount"]
        return {
            "attempts": self.by_order(
                attempts,
                lambda row: (
                    row["state"],
                    paise(row["amount"]),
                    paise(row["refunded_amount"]),
                    row["payment_method_id"],
                    row["decline_code"],
                ),
            ),
            "refunds": self.by_order(
                await self.rows(REFUNDS),
                lambda row: (
                    row["state"],
                    self.place[row["order_item_id"]],
                    paise(row["amount"]),
                    paise(row["credit_value"]),
                    row["credits_returned"],
                ),
            ),
            "kept by the provider": dict(kept),
        }

    async def coupons(self) -> dict[str, Any]:
        return {
            "usages": {
                (self.coupon[row["coupon_id"]], self.order[row["order_id"]]): (
                    row["state"],
                    row["slot"],
                    paise(row["discount"]),
                )
                for row in await self.rows(USAGES)
            },
            "uses": {
                self.coupon[row["id"]]: row["uses"]
                for row in await self.rows(COUPONS, [each.id for each in self.counter.coupons])
            },
        }

    async def credits(self) -> dict[str, Any]:
        names = ("balance", "held", "total_earned", "shortfall", "version")
        entries = defaultdict(list)
        for row in await self.rows(ENTRIES):
            order, referred = self.order.get(row["order_id"]), self.person.get(row["referred_user_id"])
            told = row["kind"], row["amount"], row["balance_after"], referred if order is None else order
            entries[self.person[row["user_id"]]].append(told)
        accounts = await self.rows(ACCOUNTS)
        return {
            "entries": dict(entries),
            # An account comes with its first entry or with somebody's looking for it.
            "accounts": {
                self.person[row["user_id"]]: told for row in accounts if any(told := tuple(row[name] for name in names))
            },
        }

    async def people(self) -> dict[str, Any]:
        owned = defaultdict(list)
        for row in await self.rows(OWNERSHIPS):
            name = self.person[row["user_id"]], self.thing[row["item_id"]], self.order[row["order_id"]]
            owned[name].append(row["state"])
        return {
            "ownerships": dict(owned),
            "enrolments": {
                (self.person[row["user_id"]], self.thing[row["course_id"]]): (
                    self.order[row["order_id"]],
                    row["ended_at"] is None,
                )
                for row in await self.rows(ENROLMENTS)
            },
            "claims": {
                self.person[row["referred_user_id"]]: (
                    self.person[row["referrer_id"]],
                    row["state"],
                    self.order.get(row["order_id"]),
                )
                for row in await self.rows(CLAIMS)
            },
            "referrals": {
                self.person[each["referredUserId"]]: (
                    self.person[each["referrerId"]],
                    each["status"],
                    each["creditsAwarded"],
                )
                for each in await self.documents("referrals", "referredUserId")
            },
            "members": {
                self.person[each["_id"]]: self.told_member(each) for each in await self.documents("members", "_id")
            },
        }

    def told_member(self, each: Any) -> tuple[Any, ...]:
        things = [self.thing[thing] for name in ENTITLEMENTS.values() for thing in each[name]]
        return (
            each["credits"],
            each["totalCreditsEarned"],
            each["totalReferredUsers"],
            self.person.get(each.get("referredBy")),
            sorted(things),
        )

    async def documents_of_purchases(self) -> dict[str, Any]:
        purchases = {}
        for each in await self.documents("purchases", "userId"):
            refund, name = each["refund"], (self.order[each["orderId"]], self.place[each["orderItemId"]])
            purchases[name] = (
                self.thing[each["itemId"]],
                *(paise(each[name]) for name in ("amount", "cashAmount", "creditAmount", "discount")),
                each["creditsUsed"],
                each["isFirstPurchase"],
                each["referralCreditAwarded"],
                refund and (paise(refund["amount"]), refund["creditsReturned"]),
            )
        events = defaultdict(list)
        for each in await self.documents("purchase_events", "userId", "orderId", "sequence"):
            amounts = [paise(each[name]) for name in ("cashAmount", "creditAmount")]
            told = each["kind"], self.place[each["orderItemId"]], *amounts, each["creditsUsed"]
            events[self.order[each["orderId"]]].append(told)
        return {"purchases": purchases, "events": dict(events)}

    async def sold(self) -> dict[int, int]:
        """How often each thing was bought."""
        ids = list(self.thing)
        counts = {row["id"]: row["purchase_count"] for row in await self.rows(COURSES, ids)}
        for name in ("products", "typing_tests"):
            async for each in self.world.handles.mongo[name].find({"_id": {"$in": ids}}, {"purchaseCount": 1}):
                counts[each["_id"]] = each["purchaseCount"]
        return {self.thing[thing]: count for thing, count in counts.items()}


def told_outcome(stored: str | None) -> Any:
    """What a key stands for, without ids and words for people."""
    if stored is None:
        return None
    outcome = json.loads(stored)
    return {name: value for name, value in outcome.items() if name not in {"orderId", "message"}}
