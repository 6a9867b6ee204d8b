"""Orders with all that hangs on them, and one's own affairs, by hand."""

from asyncio import gather
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from tests.bench.by_hand.items import Answer, titles
from tests.bench.by_hand.stores import DOCUMENTS_AT_ONCE, Stores, Viewer

ORDERS = """SELECT id, user_id, number, status::text, amount::text, currency FROM orders
WHERE created_at < $1 ORDER BY created_at DESC, id DESC LIMIT $2"""
USERS = "SELECT id, username FROM users WHERE id = ANY($1::uuid[])"
ITEMS = """SELECT order_id, kind::text, item_id, price::text FROM order_items
WHERE order_id = ANY($1::uuid[]) ORDER BY order_id, position"""
ME = """SELECT username, email, user_profiles.user_id, first_name, last_name, bio FROM users
LEFT JOIN user_profiles ON user_profiles.user_id = users.id WHERE users.id = $1"""
MY_ORDERS = """SELECT number, status::text, created_at, amount::text, currency FROM orders
WHERE user_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2"""
BOUGHT = {"_id": 0, "orderId": 1, "amount": 1, "creditsUsed": 1, "kind": 1, "itemId": 1}
MINE = {"_id": 0, "productName": 1, "purchasedAt": 1, "amount": 1, "currency": 1}
NEWEST_FIRST = {"createdAt": -1, "_id": -1}


async def joined(stores: Stores, viewer: Viewer, variables: Mapping[str, Any]) -> Answer:
    if not viewer.is_admin:
        return {"orders": None}
    first: int = variables["first"]
    orders = await stores.postgres.fetch(ORDERS, datetime.fromisoformat(variables["before"]), first + 1)
    has_more, orders = len(orders) > first, orders[:first]
    order_ids = [order["id"] for order in orders]
    user_ids = list({order["user_id"] for order in orders})
    names, members, referrals, (items, purchases) = await gather(
        usernames(stores, user_ids),
        stores.find("members", {"_id": {"$in": user_ids}}, {"credits": 1, "referralCode": 1}),
        referrals_of(stores, user_ids, variables["referrals"]),
        bought(stores, order_ids),
    )
    people = {user_id: {"username": name, "member": None} for user_id, name in names.items()}
    for member in members:
        people[member["_id"]]["member"] = {
            "credits": member["credits"],
            "referralCode": member["referralCode"],
            "referrals": {"edges": referrals.get(member["_id"], [])},
        }
    edges = [
        {
            "node": {
                "number": order["number"],
                "status": order["status"],
                "amount": {"amount": order["amount"], "currency": order["currency"]},
                "user": people.get(order["user_id"]),
                "items": items.get(order["id"], []),
                "purchases": purchases.get(order["id"], []),
            }
        }
        for order in orders
    ]
    return {"orders": {"edges": edges, "pageInfo": {"hasNextPage": has_more}}}


async def usernames(stores: Stores, ids: Sequence[UUID]) -> dict[UUID, str]:
    return {row["id"]: row["username"] for row in await stores.postgres.fetch(USERS, ids)} if ids else {}


async def referrals_of(stores: Stores, ids: Sequence[UUID], first: int) -> dict[UUID, list[Answer]]:
    """The first referrals of each of these people, limited in the database."""
    cursor = await stores.mongo.aggregate(
        [
            {"$documents": [{"parent": {"$literal": each}} for each in ids]},
            {
                "$lookup": {
                    "from": "referrals",
                    "localField": "parent",
                    "foreignField": "referrerId",
                    "as": "rows",
                    "pipeline": [
                        {"$sort": NEWEST_FIRST},
                        {"$limit": first},
                        {"$project": {"_id": 0, "status": 1, "referredUserId": 1}},
                    ],
                }
            },
        ],
        batchSize=DOCUMENTS_AT_ONCE,
    )
    parents = await cursor.to_list()
    names = await usernames(stores, list({row["referredUserId"] for parent in parents for row in parent["rows"]}))
    return {
        parent["parent"]: [
            {"node": {"status": row["status"], "referredUser": {"username": names[row["referredUserId"]]}}}
            for row in parent["rows"]
        ]
        for parent in parents
    }


async def bought(
    stores: Stores, order_ids: Sequence[UUID]
) -> tuple[dict[UUID, list[Answer]], dict[UUID, list[Answer]]]:
    """Items and purchases by order, with what was bought, which is looked up once for both."""
    items, purchases = await gather(
        stores.postgres.fetch(ITEMS, order_ids),
        stores.find("purchases", {"orderId": {"$in": order_ids}}, BOUGHT, sort=[("orderId", 1), ("_id", 1)]),
    )
    wanted = [(row["kind"], row["item_id"]) for row in items]
    things = await titles(stores, [*wanted, *((row["kind"], row["itemId"]) for row in purchases)])
    shown_items: dict[UUID, list[Answer]] = {}
    for row in items:
        shown = {"price": {"amount": row["price"]}, "item": things.get(row["item_id"])}
        shown_items.setdefault(row["order_id"], []).append(shown)
    shown_purchases: dict[UUID, list[Answer]] = {}
    for row in purchases:
        thing = things.get(row["itemId"])
        shown = {
            "amount": {"amount": str(row["amount"])},
            "creditsUsed": row["creditsUsed"],
            "item": None if thing is None else {"title": thing["title"]},
        }
        shown_purchases.setdefault(row["orderId"], []).append(shown)
    return shown_items, shown_purchases


async def mine(stores: Stores, viewer: Viewer, variables: Mapping[str, Any]) -> Answer:
    first: int = variables["first"]
    me, orders, purchases = await gather(
        stores.postgres.fetchrow(ME, viewer.id),
        stores.postgres.fetch(MY_ORDERS, viewer.id, first),
        stores.find("purchases", {"userId": viewer.id}, MINE, sort=list(NEWEST_FIRST.items()), limit=first),
    )
    if me is None:
        return {"me": None}
    profile = {"firstName": me["first_name"], "lastName": me["last_name"], "bio": me["bio"]}
    return {
        "me": {
            "username": me["username"],
            "email": me["email"],
            "profile": profile if me["user_id"] else None,
            "orders": {"nodes": [my_order(row) for row in orders]},
            "purchases": {"nodes": [my_purchase(row) for row in purchases]},
        }
    }


def my_order(row: Mapping[str, Any]) -> Answer:
    return {
        "number": row["number"],
        "status": row["status"],
        "createdAt": row["created_at"],
        "amount": {"amount": row["amount"], "currency": row["currency"]},
    }


def my_purchase(row: Mapping[str, Any]) -> Answer:
    return {
        "productName": row["productName"],
        "purchasedAt": row["purchasedAt"],
        "amount": {"amount": str(row["amount"]), "currency": row["currency"]},
    }
