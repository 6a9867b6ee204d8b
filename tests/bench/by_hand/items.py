"""What is for sale, by hand: courses of PostgreSQL, products and typing tests of MongoDB."""

from asyncio import gather
from binascii import a2b_base64, b2a_base64
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
from bson.decimal128 import Decimal128

from tests.bench.by_hand.stores import DOCUMENTS_AT_ONCE, Stores, Viewer

Answer = dict[str, Any]
Pipeline = list[dict[str, Any]]

COURSE = "id, title, slug, level::text, duration, price::text, currency"
FOR_ALL = "AND is_published"
CURRENCY = "INR"
AUTHORED = {"PRODUCT": "author"}
NAMES = {"COURSE": "Course", "PRODUCT": "Product", "TYPING_TEST": "TypingTest"}
COLLECTIONS = {"PRODUCT": "products", "TYPING_TEST": "typing_tests"}


async def point(stores: Stores, viewer: Viewer, variables: Mapping[str, Any]) -> Answer:
    _, _, given = a2b_base64(variables["id"]).decode().partition(":")
    row = await stores.postgres.fetchrow(
        f"SELECT {COURSE} FROM courses WHERE id = $1 {'' if viewer.is_admin else FOR_ALL}", UUID(given)
    )
    return {"course": None if row is None else course(row)}


async def page(stores: Stores, viewer: Viewer, variables: Mapping[str, Any]) -> Answer:
    first: int = variables["first"]
    rows = await stores.postgres.fetch(
        f"SELECT {COURSE} FROM courses WHERE created_at < $1 {'' if viewer.is_admin else FOR_ALL}"
        " ORDER BY created_at DESC, id DESC LIMIT $2",
        datetime.fromisoformat(variables["before"]),
        first + 1,
    )
    return {"courses": {"nodes": [course(row) for row in rows[:first]], "pageInfo": {"hasNextPage": len(rows) > first}}}


def course(row: asyncpg.Record) -> Answer:
    return {
        "id": global_id("Course", row["id"]),
        "title": row["title"],
        "slug": row["slug"],
        "level": row["level"],
        "duration": row["duration"],
        "price": {"amount": row["price"], "currency": row["currency"]},
    }


def global_id(name: str, key: UUID) -> str:
    return b2a_base64(f"{name}:{key}".encode(), newline=False).decode()


async def catalog(stores: Stores, viewer: Viewer, variables: Mapping[str, Any]) -> Answer:
    first: int = variables["first"]
    least = Decimal(variables["minPrice"])
    rows, documents = await gather(
        stores.postgres.fetch(
            "SELECT id, title, price, currency, slug FROM courses WHERE currency = $1 AND price >= $2"
            f" {'' if viewer.is_admin else FOR_ALL} ORDER BY price, id LIMIT $3",
            CURRENCY,
            least,
            first + 1,
        ),
        from_collections(stores, viewer, least, first + 1),
    )
    found = [(row["price"], row["id"].bytes, "COURSE", row) for row in rows]
    found += [(each["price"].to_decimal(), each["_id"].bytes, each["kind"], each) for each in documents]
    found.sort(key=lambda each: each[:2])
    nodes = [for_sale(kind, price, row) for price, _, kind, row in found[:first]]
    return {"catalog": {"nodes": nodes, "pageInfo": {"hasNextPage": len(found) > first}}}


def for_sale(kind: str, price: Decimal, row: Mapping[str, Any]) -> Answer:
    name = NAMES[kind]
    shown = {
        "__typename": name,
        "id": global_id(name, row["id"] if kind == "COURSE" else row["_id"]),
        "title": row["title"],
        "price": {"amount": str(price), "currency": row["currency"]},
    }
    if kind == "COURSE":
        shown["slug"] = row["slug"]
    elif kind == "PRODUCT":
        shown["author"] = row["author"]
    return shown


async def from_collections(stores: Stores, viewer: Viewer, least: Decimal, limit: int) -> list[dict[str, Any]]:
    where: dict[str, Any] = {"currency": CURRENCY, "price": {"$gte": Decimal128(least)}}
    if not viewer.is_admin:
        where["isPublished"] = True

    def branch(kind: str) -> Pipeline:
        shown = dict.fromkeys(("title", "price", "currency", *((AUTHORED[kind],) if kind in AUTHORED else ())), 1)
        first: Pipeline = [{"$match": where}, {"$sort": {"price": 1, "_id": 1}}, {"$limit": limit}]
        return [*first, {"$project": {**shown, "kind": {"$literal": kind}}}]

    tests = {"$unionWith": {"coll": COLLECTIONS["TYPING_TEST"], "pipeline": branch("TYPING_TEST")}}
    together: Pipeline = [tests, {"$sort": {"price": 1, "_id": 1}}, {"$limit": limit}]
    cursor = await stores.mongo[COLLECTIONS["PRODUCT"]].aggregate(
        [*branch("PRODUCT"), *together], batchSize=DOCUMENTS_AT_ONCE
    )
    return await cursor.to_list()


async def titles(stores: Stores, things: Iterable[tuple[str, UUID]]) -> dict[UUID, Answer]:
    """Title and, of courses, slug of these things, by id: at most one statement for each kind."""
    ids: dict[str, list[UUID]] = {kind: [] for kind in NAMES}
    for kind, key in set(things):
        ids[kind].append(key)
    found: dict[UUID, Answer] = {}

    async def courses() -> None:
        rows = await stores.postgres.fetch(
            "SELECT id, title, slug FROM courses WHERE id = ANY($1::uuid[])", ids["COURSE"]
        )
        found.update((row["id"], {"title": row["title"], "slug": row["slug"]}) for row in rows)

    async def documents(kind: str) -> None:
        rows = await stores.find(COLLECTIONS[kind], {"_id": {"$in": ids[kind]}}, {"title": 1})
        found.update((row["_id"], {"title": row["title"]}) for row in rows)

    await gather(*(courses() if kind == "COURSE" else documents(kind) for kind, keys in ids.items() if keys))
    return found
