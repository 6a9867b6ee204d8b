"""A purchase by hand: the same transactions and the same two requests to the provider as the gateway's, for one product
that costs money, by somebody who has bought before and uses neither coupon nor credits.
"""

import asyncio
import hashlib
import secrets
from binascii import a2b_base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from weakref import WeakValueDictionary

import orjson
import stripe
import uuid_utils.compat
from bson.decimal128 import Decimal128
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from tests.bench.by_hand import buying_statements as sql
from tests.bench.by_hand.items import Answer, global_id
from tests.bench.by_hand.stores import Stores, Viewer

LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
LEASE = timedelta(seconds=60)
CLAIM_SECONDS = 15.0
CENTS = 100
NOTHING = Decimal128("0.00")
PAID = {"is": "paid"}
UNREWARDED = {"referralCreditAwarded": False}
SNAPSHOT = ReadConcern("snapshot")
MAJORITY = WriteConcern("majority")


class NotBought(Exception):
    """What this endpoint is not written for, or what must not happen."""


@dataclass(frozen=True, slots=True)
class Shop:
    """`turns` let the purchases of one product go one after the other, since each counts in its document."""

    stores: Stores
    intents: stripe.PaymentIntentService
    turns: WeakValueDictionary[UUID, asyncio.Lock]


@dataclass(frozen=True, slots=True)
class Sale:
    """One purchase, whose ids are drawn before it begins."""

    user_id: UUID
    key: str
    method: str
    item_id: UUID
    title: str
    category: str
    price: Decimal
    currency: str
    number: str
    at: datetime
    order_id: UUID
    order_item_id: UUID
    payment_id: UUID


async def purchase(shop: Shop, viewer: Viewer, variables: Mapping[str, Any]) -> Answer:
    given = variables["input"]
    (wanted,) = given["items"]
    _, _, item_id = a2b_base64(wanted["itemId"]).decode().partition(":")
    if await shop.stores.postgres.fetchrow(sql.EARLIER, viewer.id, given["idempotencyKey"]) is not None:
        raise NotBought(f"The key {given['idempotencyKey']} was used before.")
    product = await shop.stores.mongo.products.find_one(
        {"_id": UUID(item_id), "isPublished": True}, ["title", "category", "price", "currency"]
    )
    if product is None:
        raise NotBought(f"Nobody sells {item_id}.")
    at = moment()
    sale = Sale(
        user_id=viewer.id,
        key=given["idempotencyKey"],
        method=given["paymentMethodId"],
        item_id=product["_id"],
        title=product["title"],
        category=product["category"],
        price=product["price"].to_decimal(),
        currency=product["currency"],
        number=drawn_number(at),
        at=at,
        order_id=new_id(),
        order_item_id=new_id(),
        payment_id=new_id(),
    )
    await begin(shop, sale, hashlib.sha256(orjson.dumps(given)).digest())
    intent_id = await create(shop, sale)
    await note(shop, sale, "INTENT", sql.MADE, intent_id)
    fingerprint = await confirm(shop, intent_id, sale)
    await note(shop, sale, "CHARGED", sql.CHARGED, intent_id, fingerprint)
    completed_at = await commit(shop, sale)
    await show(shop, sale, completed_at)
    order = {
        "id": global_id("Order", sale.order_id),
        "number": sale.number,
        "status": "completed",
        "fulfilment": "DONE",
        "amount": {"amount": str(sale.price), "currency": sale.currency},
    }
    return {"purchase": {"__typename": "OrderPaid", "order": order}}


async def charge(shop: Shop, _: Viewer, variables: Mapping[str, Any]) -> Answer:
    """The two requests to the provider, alone."""
    nobody, key = UUID(int=0), variables["input"]["idempotencyKey"]
    sale = Sale(
        nobody, key, "pm_card_visa", nobody, "", "", Decimal(499), "INR", "", moment(), nobody, nobody, new_id()
    )
    await confirm(shop, await create(shop, sale), sale)
    return {"purchase": {"__typename": "OrderPaid"}}


async def begin(shop: Shop, sale: Sale, fingerprint: bytes) -> None:
    async with shop.stores.postgres.acquire() as connection, connection.transaction():
        await connection.execute(sql.WAIT)
        if await connection.fetchrow(sql.TAKE, sale.user_id, sale.key, fingerprint, sale.order_id) is None:
            raise NotBought("The same request is being worked on.")
        made = await connection.fetchrow(
            sql.ORDER, sale.order_id, sale.number, sale.user_id, sale.price, sale.currency, sale.key, LEASE, sale.at
        )
        if made is None:
            raise NotBought("The number of the order was taken.")
        await connection.fetch(
            sql.ITEM,
            sale.order_item_id,
            sale.order_id,
            sale.user_id,
            sale.item_id,
            sale.title,
            sale.category,
            sale.price,
            sale.currency,
            sale.at,
        )
        claimed = await connection.fetchrow(
            sql.CLAIM, new_id(), sale.user_id, sale.item_id, sale.order_id, sale.order_item_id
        )
        if claimed is None:
            raise NotBought("It is owned or being bought.")
        await connection.fetch(
            sql.PAYMENT, sale.payment_id, sale.order_id, sale.user_id, sale.price, sale.currency, sale.method, sale.at
        )


async def create(shop: Shop, sale: Sale) -> str:
    intent = await shop.intents.create_async(
        {
            "amount": int(sale.price * CENTS),
            "currency": sale.currency.lower(),
            "metadata": {
                "order_id": str(sale.order_id),
                "user_id": str(sale.user_id),
                "payment_id": str(sale.payment_id),
            },
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
        },
        {"idempotency_key": str(sale.payment_id)},
    )
    return intent.id


async def confirm(shop: Shop, intent_id: str, sale: Sale) -> str | None:
    intent = await shop.intents.confirm_async(
        intent_id,
        {"payment_method": sale.method, "expand": ["latest_charge"]},
        {"idempotency_key": f"{intent_id}:confirm"},
    )
    if intent.status != "succeeded" or intent.amount_received != int(sale.price * CENTS):
        raise NotBought(f"The payment is {intent.status}.")
    paid = intent.latest_charge
    details = paid.payment_method_details if isinstance(paid, stripe.Charge) else None
    return details.card.fingerprint if details and details.card and "fingerprint" in details.card else None


async def note(shop: Shop, sale: Sale, point: str, statement: str, *values: str | None) -> None:
    async with shop.stores.postgres.acquire() as connection, connection.transaction():
        if await connection.fetchrow(sql.MOVE, sale.order_id, 1, point, LEASE) is None:
            raise NotBought("Somebody else drives the order.")
        await connection.fetch(statement, sale.payment_id, *values)


async def commit(shop: Shop, sale: Sale) -> datetime:
    async with shop.stores.postgres.acquire() as connection, connection.transaction():
        moved = await connection.fetchrow(sql.COMMIT, sale.order_id, 1)
        if moved is None:
            raise NotBought("Somebody else drives the order.")
        await connection.fetch(sql.BUYER, sale.user_id)
        if await connection.fetchrow(sql.FIRST, sale.order_id, sale.user_id) is not None:
            raise NotBought("First purchases decide referrals, which is not written here.")
        await connection.fetch(sql.OWN, sale.order_id)
        await connection.fetch(sql.ENQUEUE, sale.order_id, orjson.dumps(UNREWARDED).decode())
        await connection.fetch(sql.NOTIFY, str(sale.order_id))
        if await connection.fetchrow(sql.FINISH, sale.user_id, sale.key, orjson.dumps(PAID).decode()) is None:
            raise NotBought("The key was finished before.")
        completed_at: datetime = moved["completed_at"]
        return completed_at


async def show(shop: Shop, sale: Sale, at: datetime) -> None:
    claimed = await shop.stores.postgres.fetchrow(sql.CLAIM_EFFECT, sale.order_id, CLAIM_SECONDS)
    if claimed is None:
        raise NotBought("Somebody else shows the order.")

    async def within(session: AsyncClientSession) -> None:
        await write(shop, session, sale, at)

    turn = shop.turns.setdefault(sale.item_id, asyncio.Lock())
    async with turn, shop.stores.mongo.client.start_session() as session:
        await session.with_transaction(within, read_concern=SNAPSHOT, write_concern=MAJORITY)
    async with shop.stores.postgres.acquire() as connection, connection.transaction():
        await connection.fetch(sql.LOCK_ORDER, sale.order_id)
        await connection.fetch(sql.MARK, sale.order_id, claimed["id"])


async def write(shop: Shop, session: AsyncClientSession, sale: Sale, at: datetime) -> None:
    mongo, purchase_id, price = shop.stores.mongo, new_id(), Decimal128(sale.price)
    told = {
        "userId": sale.user_id,
        "orderId": sale.order_id,
        "orderItemId": sale.order_item_id,
        "itemId": sale.item_id,
        "productName": sale.title,
        "amount": price,
        "currency": sale.currency,
        "creditsUsed": 0,
        "creditAmount": NOTHING,
        "cashAmount": price,
        "discount": NOTHING,
        "paymentMethod": "card",
        "isFirstPurchase": False,
    }
    event = {"_id": new_id(), "kind": "made", "purchaseId": purchase_id, "sequence": 1, "refundId": None}
    await mongo.purchase_events.insert_one({**event, **told, "itemKind": "PRODUCT", "occurredAt": at}, session=session)
    times = {"purchasedAt": at, "createdAt": at, "updatedAt": at}
    others = {"couponCode": None, "paymentMethodId": sale.method, "referralCreditAwarded": False, "refund": None}
    await mongo.purchases.insert_one(
        {"_id": purchase_id, "kind": "PRODUCT", **told, **others, **times}, session=session
    )
    entitled = await mongo.members.update_one(
        {"_id": sale.user_id},
        {"$addToSet": {"purchasedProducts": sale.item_id}, "$max": {"updatedAt": at}},
        session=session,
    )
    if not entitled.matched_count:
        raise NotBought("The buyer is no member.")
    await mongo.products.update_one(
        {"_id": sale.item_id}, {"$inc": {"purchaseCount": 1}, "$max": {"updatedAt": at}}, session=session
    )


def new_id() -> UUID:
    return uuid_utils.compat.uuid7()


def moment() -> datetime:
    at = datetime.now(UTC)
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def drawn_number(at: datetime) -> str:
    drawn = "".join(secrets.choice(LETTERS) for _ in range(8))
    return f"ORD-{at:%y%m%d}-{drawn[:4]}-{drawn[4:]}"
