"""What one purchase leaves in both databases, so that it can be compared with what another way of buying leaves."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson

from resolvers.context import Handles

ROWS: Mapping[str, str] = {
    "orders": "id",
    "order_items": "order_id",
    "ownerships": "order_id",
    "payments": "order_id",
    "refunds": "order_id",
    "coupon_usages": "order_id",
    "credit_entries": "order_id",
    "course_enrollments": "order_id",
    "referral_claims": "order_id",
    "outbox": "aggregate_id",
    "idempotency_keys": "subject_id",
}
"""Every table that knows an order, and its column that does."""

COLLECTIONS = ("purchase_events", "purchases")
SERIAL = "outbox.id"
NAMED = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-|pi_|ORD-")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
BYTES = re.compile(r"\\x[0-9a-f]{64}")

Shown = Mapping[str, Any]


@dataclass
class Names:
    """Calls ids and numbers by their order, so that what refers to the same thing still does, and times just that."""

    given: dict[str, str] = field(default_factory=dict)

    def of(self, value: Any, path: str) -> Any:
        match value:
            case dict():
                return {key: self.of(each, f"{path}.{key}") for key, each in sorted(value.items())}
            case list():
                return [self.of(each, path) for each in value]
            case str():
                return self.of_text(value)
            case _:
                return "a number" if path == SERIAL else value

    def of_text(self, value: str) -> str:
        if TIME.match(value):
            return "a time"
        if BYTES.fullmatch(value):
            return "a fingerprint"
        return self.given.setdefault(value, f"id {len(self.given)}") if NAMED.match(value) else value


@dataclass(frozen=True)
class Standing:
    """A buyer's document and that of what they buy, as they are."""

    member: Shown
    product: Shown


async def standing(handles: Handles, user_id: UUID, product_id: UUID) -> Standing:
    return Standing(
        plain(await handles.mongo.members.find_one({"_id": user_id})),
        plain(await handles.mongo.products.find_one({"_id": product_id})),
    )


async def left(handles: Handles, before: Standing, user_id: UUID, product_id: UUID) -> Shown:
    """All rows and documents that the latest order of this person has, and how the documents that it changed differ.

    Nothing of it is left out but what ids, numbers, times and fingerprints are.
    """
    order_id = await handles.postgres.fetchval("SELECT id FROM orders WHERE user_id = $1 ORDER BY id DESC", user_id)
    found: dict[str, Any] = {}
    for table, column in ROWS.items():
        rows = await handles.postgres.fetch(
            f"SELECT to_jsonb(each)::text FROM {table} each WHERE {column} = $1 ORDER BY 1",
            order_id,
        )
        found[table] = [orjson.loads(row[0]) for row in rows]
    for name in COLLECTIONS:
        found[name] = [plain(each) async for each in handles.mongo[name].find({"orderId": order_id})]
    after = await standing(handles, user_id, product_id)
    found["member"] = changes(before.member, after.member)
    found["product"] = changes(before.product, after.product)
    names = Names()
    return {name: names.of(each, name) for name, each in found.items()}


def plain(document: Any) -> dict[str, Any]:
    """A document as JSON has it; an amount as its digits, so that 1.0 is not 1.00."""
    shown: dict[str, Any] = orjson.loads(orjson.dumps(document, default=str))
    return shown


def changes(before: Shown, after: Shown) -> Shown:
    """What is new in each field: what a number has grown by, what an array has gained, else the value itself."""
    changed = [key for key in before.keys() | after.keys() if before.get(key) != after.get(key)]
    return {key: gained(before.get(key), after.get(key)) for key in changed}


def gained(before: Any, after: Any) -> Any:
    match before, after:
        case int(), int():
            return after - before
        case list(), list():
            return after[len(before) :] if after[: len(before)] == before else after
        case _:
            return after
