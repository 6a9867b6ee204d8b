"""What seeded data must hold: the invariants that `gateway verify` looks at, and what is true of every seeded shop.

The latter is judged on the real databases too: the book by statements of its own, documents against the book.
"""

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from gateway.verifying import books
from models.words import words
from resolvers.context import Handles
from resolvers.invariants.verifying import verify
from tests.gateway.seeding_book import BOOK
from tests.gateway.seeding_place import Place

Violations = dict[str, list[str]]
Facts = dict[Hashable, object]

CREDITS = "credits have the value of the settings"

_MISSING = object()


async def violations(place: Place, *, credit_value: Decimal) -> Violations:
    """The ids that break each invariant.  Empty when all hold."""
    async with books(place.settings, place.handles) as both:
        found = (await verify(both, pauses=())).violations
    return {name: list(ids) for name, ids in found.items()} | await seeded(place.handles, credit_value=credit_value)


async def seeded(handles: Handles, *, credit_value: Decimal) -> Violations:
    """The ids that break what holds of every seeded shop and not of every shop."""
    found: dict[str, Sequence[Hashable]] = {}
    for name, statement in BOOK.items():
        found[name] = [row[0] for row in await handles.postgres.fetch(statement)]
    found[CREDITS] = await _credits(handles, credit_value)
    for name, (book, documents) in COMPARED.items():
        found[name] = _unlike(await book(handles), await documents(handles))
    found[WORDS] = await _misspelt(handles)
    return {name: [str(offending) for offending in ids] for name, ids in found.items() if ids}


async def _credits(handles: Handles, credit_value: Decimal) -> list[UUID]:
    worth = "SELECT id FROM orders WHERE credit_value <> credits_used * $1::numeric"
    return [row["id"] for row in await handles.postgres.fetch(worth, credit_value)]


def _unlike(one: Facts, other: Facts) -> list[Hashable]:
    return [key for key in {**one, **other} if one.get(key, _MISSING) != other.get(key, _MISSING)]


async def _rows(handles: Handles, statement: str) -> Facts:
    """What stands in the first column to what stands in the others."""
    return {row[0]: tuple(row)[1:] for row in await handles.postgres.fetch(statement)}


async def _people(handles: Handles) -> Facts:
    return await _rows(handles, "SELECT id, name, created_at FROM users")


async def _members(handles: Handles) -> Facts:
    return {found["_id"]: (found["name"], found["createdAt"]) async for found in handles.mongo["members"].find()}


async def _claims(handles: Handles) -> Facts:
    return await _rows(handles, "SELECT referred_user_id, created_at FROM referral_claims")


async def _referrals(handles: Handles) -> Facts:
    return {found["referredUserId"]: (found["createdAt"],) async for found in handles.mongo["referrals"].find()}


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


WORDS = "an item has the words of its title"

COMPARED: dict[str, tuple[Callable[[Handles], Awaitable[Facts]], Callable[[Handles], Awaitable[Facts]]]] = {
    "everybody is a member, under their name": (_people, _members),
    "a referral began with its claim": (_claims, _referrals),
    "an item says how often it was bought": (_bought, _counted),
    "19 rollups are what the events add up to": (_recomputed, _rollups),
}

INVARIANTS = (*BOOK, CREDITS, *COMPARED, WORDS)
