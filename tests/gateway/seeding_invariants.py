"""All invariants of MONEY.md that stored data can break, judged on the real databases: the book by its own statements,
the documents against the book.
"""

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from models.words import words
from resolvers.context import Handles
from tests.gateway.seeding_book import BOOK

Violations = dict[str, list[str]]
Facts = dict[Hashable, object]

CREDITS = "7 credits have their value, and come back whole"

_ZERO = Decimal(0)
_MISSING = object()


async def violations(handles: Handles, *, credit_value: Decimal) -> Violations:
    """The ids that break each invariant.  Empty when all hold."""
    found: dict[str, Sequence[Hashable]] = {}
    for name, statement in BOOK.items():
        found[name] = [row[0] for row in await handles.postgres.fetch(statement)]
    found[CREDITS] = await _credits(handles, credit_value)
    for name, (book, documents) in COMPARED.items():
        found[name] = _unlike(await book(handles), await documents(handles))
    for name, offending in ALONE.items():
        found[name] = await offending(handles)
    return {name: [str(offending) for offending in ids] for name, ids in found.items() if ids}


async def _credits(handles: Handles, credit_value: Decimal) -> list[UUID]:
    return [
        row["id"]
        for row in await handles.postgres.fetch(
            """
            SELECT o.id FROM orders o JOIN order_items i ON i.order_id = o.id GROUP BY o.id
            HAVING o.credit_value <> o.credits_used * $1::numeric
                OR o.credits_returned <> floor(sum(i.refunded_credit_value) / $1::numeric)
            """,
            credit_value,
        )
    ]


def _unlike(one: Facts, other: Facts) -> list[Hashable]:
    return [key for key in {**one, **other} if one.get(key, _MISSING) != other.get(key, _MISSING)]


async def _rows(handles: Handles, statement: str) -> Facts:
    """What stands in the first column to what stands in the others."""
    return {row[0]: tuple(row)[1:] for row in await handles.postgres.fetch(statement)}


async def _sold(handles: Handles) -> Facts:
    return await _rows(
        handles,
        """
        SELECT i.id, i.order_id, i.user_id, i.kind::text, i.item_id, i.title, i.price, i.currency, i.discount_share,
            i.credit_share, i.price - i.discount_share - i.credit_share, p.payment_method, p.payment_method_id, c.code,
            o.is_first_purchase AND i.position = 1, o.completed_at, r.id, r.amount, r.credits_returned, r.completed_at
        FROM order_items i JOIN orders o ON o.id = i.order_id
        LEFT JOIN payments p ON p.order_id = o.id AND p.state = 'PAID'
        LEFT JOIN coupons c ON c.id = o.coupon_id LEFT JOIN refunds r ON r.order_item_id = i.id
        WHERE o.status IN ('completed', 'refunded')
        """,
    )


async def _purchased(handles: Handles) -> Facts:
    keys = (
        "orderId", "userId", "kind", "itemId", "productName", "amount", "currency", "discount", "creditAmount",
        "cashAmount", "paymentMethod", "paymentMethodId", "couponCode", "isFirstPurchase", "purchasedAt",
    )  # fmt: skip
    refund = ("refundId", "amount", "creditsReturned", "refundedAt")
    return {
        found["orderItemId"]: (*(found[key] for key in keys), *((found["refund"] or {}).get(key) for key in refund))
        async for found in handles.mongo["purchases"].find()
    }


async def _credits_sold(handles: Handles) -> Facts:
    return await _rows(handles, "SELECT id, credits_used::int FROM orders WHERE status IN ('completed', 'refunded')")


async def _credits_purchased(handles: Handles) -> Facts:
    groups = await _grouped(handles, "purchases", "$orderId", used={"$sum": "$creditsUsed"})
    return {group["_id"]: (group["used"],) async for group in groups}


async def _happened(handles: Handles) -> Facts:
    """What a purchase says happened: that it was made, and that it was refunded."""
    facts: Facts = {}
    async for found in handles.mongo["purchases"].find():
        same = (found["orderId"], found["userId"], found["itemId"], found["kind"], found["paymentMethod"])
        facts[found["_id"], "made"] = (
            *same, None, found["amount"], found["cashAmount"], found["creditAmount"], found["discount"],
            found["creditsUsed"], found["isFirstPurchase"], found["purchasedAt"],
        )  # fmt: skip
        if refund := found["refund"]:
            facts[found["_id"], "refunded"] = (
                *same, refund["refundId"], refund["amount"] + found["creditAmount"], refund["amount"],
                found["creditAmount"], _ZERO, refund["creditsReturned"], False, refund["refundedAt"],
            )  # fmt: skip
    return facts


async def _events(handles: Handles) -> Facts:
    facts: Facts = {}
    async for found in handles.mongo["purchase_events"].find():
        same = (found["orderId"], found["userId"], found["itemId"], found["itemKind"], found["paymentMethod"])
        key = (found["purchaseId"], found["kind"])
        assert key not in facts, f"{key} happened twice"
        facts[key] = (
            *same, found["refundId"], found["amount"], found["cashAmount"], found["creditAmount"], found["discount"],
            found["creditsUsed"], found["isFirstPurchase"], found["occurredAt"],
        )  # fmt: skip
    return facts


async def _owned(handles: Handles) -> Facts:
    return await _rows(handles, "SELECT user_id::text || item_id, kind::text FROM ownerships WHERE state = 'OWNED'")


async def _entitled(handles: Handles) -> Facts:
    arrays = {"purchasedCourses": "COURSE", "purchasedTests": "TYPING_TEST", "purchasedProducts": "PRODUCT"}
    return {
        f"{found['_id']}{item_id}": (kind,)
        async for found in handles.mongo["members"].find()
        for array, kind in arrays.items()
        for item_id in found[array]
    }


async def _kept(handles: Handles) -> Facts:
    """Purchases that are not refunded, and what was granted."""
    granted = await _rows(
        handles,
        "SELECT user_id::text || item_id, kind::text FROM ownerships WHERE state = 'OWNED' AND granted_by IS NOT NULL",
    )
    kept = handles.mongo["purchases"].find({"refund": None})
    return {f"{found['userId']}{found['itemId']}": (found["kind"],) async for found in kept} | granted


async def _people(handles: Handles) -> Facts:
    return await _rows(
        handles,
        """
        SELECT u.id, u.name, u.created_at, a.balance, a.total_earned, a.version, c.referrer_id,
            (SELECT count(*) FROM referral_claims r WHERE r.referrer_id = u.id)
        FROM users u JOIN credit_accounts a ON a.user_id = u.id LEFT JOIN referral_claims c ON c.referred_user_id = u.id
        """,
    )


async def _members(handles: Handles) -> Facts:
    keys = ["name", "createdAt", "credits", "totalCreditsEarned", "ledgerVersion", "referredBy", "totalReferredUsers"]
    return {found["_id"]: tuple(found[key] for key in keys) async for found in handles.mongo["members"].find()}


async def _claims(handles: Handles) -> Facts:
    return await _rows(
        handles,
        """
        SELECT referred_user_id, referrer_id, lower(state::text), converted_at, state = 'CONVERTED', created_at
        FROM referral_claims
        """,
    )


async def _referrals(handles: Handles) -> Facts:
    keys = ("referrerId", "status", "convertedAt", "creditsAwarded", "createdAt")
    return {
        found["referredUserId"]: tuple(found[key] for key in keys) async for found in handles.mongo["referrals"].find()
    }


async def _recomputed(handles: Handles) -> Facts:
    sums: defaultdict[Hashable, Counter[str]] = defaultdict(Counter)
    last: dict[Hashable, UUID] = {}
    async for event in handles.mongo["purchase_events"].find().sort("_id", 1):
        at = event["occurredAt"]
        bucket_at = at.replace(minute=at.minute - at.minute % 15, second=0, microsecond=0)
        key = (bucket_at, event["itemKind"], event["itemId"], event["currency"], event["paymentMethod"])
        last[key] = event["_id"]
        if event["kind"] == "made":
            sums[key].update({name: event[name] for name in ("amount", "discount", "creditAmount", "cashAmount")})
            sums[key].update(purchases=1, firstPurchases=int(event["isFirstPurchase"]))
        else:
            sums[key].update(refunds=1, refundedAmount=event["amount"])
    return {key: (last[key], *(counted[name] for name in _SUMS)) for key, counted in sums.items()}


_SUMS = (
    "purchases", "firstPurchases", "refunds", "amount", "discount", "creditAmount", "cashAmount", "refundedAmount"
)  # fmt: skip


async def _rollups(handles: Handles) -> Facts:
    keys = ("bucketAt", "kind", "itemId", "currency", "paymentMethod")
    return {
        tuple(found[key] for key in keys): (found["watermark"], *(found[name] for name in _SUMS))
        async for found in handles.mongo["purchase_rollups"].find()
    }


async def _grouped(handles: Handles, collection: str, by: object, **sums: Any) -> AsyncIterator[dict[str, Any]]:
    return await handles.mongo[collection].aggregate([{"$group": {"_id": by, **sums}}])


async def _sequences(handles: Handles) -> list[UUID]:
    """Orders whose events, sorted by their numbers, are not 1, 2, 3, … in the order of time, ids included."""
    events: defaultdict[UUID, list[tuple[Any, ...]]] = defaultdict(list)
    async for event in handles.mongo["purchase_events"].find():
        events[event["orderId"]].append((event["sequence"], event["kind"], event["occurredAt"], event["_id"]))
    return [
        order
        for order, told in events.items()
        if [sequence for sequence, *_ in sorted(told)] != list(range(1, len(told) + 1))
        or any(sorted(told, key=lambda event: event[place]) != sorted(told) for place in (1, 2, 3))
    ]


async def _parts(handles: Handles) -> list[UUID]:
    sum_of_parts = {"$add": ["$cashAmount", "$creditAmount", "$discount"]}
    wrong = {"$expr": {"$ne": ["$amount", sum_of_parts]}}
    return [
        found["_id"]
        for collection in ("purchases", "purchase_events")
        async for found in handles.mongo[collection].find(wrong)
    ]


async def _owned_twice(handles: Handles) -> list[UUID]:
    arrays = ("purchasedCourses", "purchasedTests", "purchasedProducts")
    return [
        found["_id"]
        async for found in handles.mongo["members"].find()
        if any(len(found[array]) != len(set(found[array])) for array in arrays)
    ]


async def _bought(handles: Handles) -> Facts:
    """How many purchases there are of each item, refunded or not."""
    return {group["_id"]: group["n"] async for group in await _grouped(handles, "purchases", "$itemId", n={"$sum": 1})}


async def _counted(handles: Handles) -> Facts:
    """What items that were bought at all say of it."""
    courses = await handles.postgres.fetch("SELECT id, purchase_count FROM courses WHERE purchase_count > 0")
    documents = {
        found["_id"]: found["purchaseCount"]
        for collection in ("products", "typing_tests")
        async for found in handles.mongo[collection].find({"purchaseCount": {"$gt": 0}})
    }
    return {row["id"]: row["purchase_count"] for row in courses} | documents


async def _misspelt(handles: Handles) -> list[UUID]:
    courses = await handles.postgres.fetch("SELECT id, title, title_words FROM courses")
    documents = [
        (found["_id"], found["title"], found["titleWords"])
        for collection in ("products", "typing_tests")
        async for found in handles.mongo[collection].find()
    ]
    return [key for key, title, stored in (*map(tuple, courses), *documents) if stored != words(title)]


COMPARED: dict[str, tuple[Callable[[Handles], Awaitable[Facts]], Callable[[Handles], Awaitable[Facts]]]] = {
    "10 one purchase for each item that was sold, with its refund": (_sold, _purchased),
    "10 the credits of an order's purchases are the order's": (_credits_sold, _credits_purchased),
    "10 every purchase has its events": (_happened, _events),
    "11 owned is what the member's arrays say": (_owned, _entitled),
    "11 owned is what was bought and kept, or granted": (_owned, _kept),
    "8 and 15 the member says what the book says": (_people, _members),
    "15 the referral says what the claim says": (_claims, _referrals),
    "10 an item says how often it was bought": (_bought, _counted),
    "19 rollups are what the events add up to": (_recomputed, _rollups),
}

ALONE: dict[str, Callable[[Handles], Awaitable[list[UUID]]]] = {
    "10 the events of an order are numbered from one, what was made first": _sequences,
    "10 cash, credits and discount are the price": _parts,
    "11 nothing is owned twice": _owned_twice,
    "an item has the words of its title": _misspelt,
}

INVARIANTS = (*BOOK, CREDITS, *COMPARED, *ALONE)
