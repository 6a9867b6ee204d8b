"""Who buys what: signed-in people who have bought before, and products that cost something and that they do not own."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from uuid import UUID, uuid4

import orjson

from gateway.settings import Settings
from resolvers.context import Handles
from schema.ids import global_id
from tests.bench.samples import tokens

MOST = 500
LEAST_PRICE = 1
CARD = "pm_card_visa"

PURCHASE = """mutation Purchase($input: PurchaseInput!) { purchase(input: $input) { __typename
  ... on OrderPaid { order { id number status fulfilment amount { amount currency } } }
  ... on Problem { code message } } }"""

BUYERS = """SELECT u.id, u.email, coalesce(array_agg(w.item_id) FILTER (WHERE w.item_id IS NOT NULL), '{}') AS owned
FROM users u LEFT JOIN ownerships w ON w.user_id = u.id AND w.state IN ('CLAIMED', 'OWNED')
WHERE u.disabled_at IS NULL AND u.erased_at IS NULL AND u.role = 'USER' AND EXISTS (
    SELECT FROM orders o WHERE o.user_id = u.id AND o.completed_at IS NOT NULL AND o.amount > 0)
GROUP BY u.id ORDER BY u.id LIMIT $1"""


@dataclass(frozen=True)
class Buyer:
    """`wanted` are products that they do not own."""

    user_id: UUID
    token: str
    wanted: list[UUID]


@dataclass(frozen=True)
class Wish:
    """One purchase that can be asked for, once."""

    buyer: Buyer
    product_id: UUID

    def body(self, operation: str = "Purchase") -> bytes:
        given = {
            "items": [{"itemId": global_id("Product", self.product_id)}],
            "idempotencyKey": str(uuid4()),
            "paymentMethodId": CARD,
        }
        return orjson.dumps({"query": PURCHASE, "operationName": operation, "variables": {"input": given}})


async def buyers(handles: Handles, settings: Settings, most: int = MOST) -> list[Buyer]:
    """People with sessions that begin now; the same ones, in the same order, in books that began alike."""
    sold = await handles.mongo.products.find({"isPublished": True}, ["price", "currency"]).sort("_id", 1).to_list()
    ids = [each["_id"] for each in sold if each["price"] >= LEAST_PRICE and each["currency"] == "INR"]
    rows = await handles.postgres.fetch(BUYERS, most)
    opened = await tokens(handles, [row["email"] for row in rows])
    chance = random.Random("buyers")
    found = []
    for row, token in zip(rows, opened, strict=True):
        shelf = chance.sample(ids, len(ids))
        owned = set(row["owned"])
        found.append(Buyer(row["id"], token, [each for each in shelf if each not in owned]))
    return found


def wishes(of: list[Buyer]) -> Iterator[Wish]:
    """One of each in turn, so that nobody buys two things at the same time."""
    left = [(buyer, iter(buyer.wanted)) for buyer in of]
    while left:
        still = []
        for buyer, shelf in left:
            for product_id in islice(shelf, 1):
                still.append((buyer, shelf))
                yield Wish(buyer, product_id)
        left = still
