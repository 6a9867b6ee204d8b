"""What MongoDB shows of a completed order and of its refunds: purchases, their events, what their buyer may use.

Each is one transaction.  Its events' unique keys are the markers that make the second time do nothing.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from uuid import UUID
from weakref import WeakValueDictionary

from models.catalog import Product, PurchasableKind, TypingTest
from models.documents import Fact
from models.purchases import Purchase, PurchaseEvent, PurchaseEventKind
from models.values import new_id
from resolvers import purchase_documents
from resolvers.context import Handles
from resolvers.document_transactions import Documents, transact_once
from resolvers.member_projection import change_member, ensure_member
from resolvers.messages import Message
from resolvers.purchase_documents import Sold
from resolvers.sold import Refunded, Standing, refunded_by, sold_by, standing_of

ENTITLEMENTS: Mapping[PurchasableKind, str] = {
    PurchasableKind.COURSE: "purchasedCourses",
    PurchasableKind.TYPING_TEST: "purchasedTests",
    PurchasableKind.PRODUCT: "purchasedProducts",
}
"""The array of a member that holds what they may use of each kind."""

COUNTED: Mapping[PurchasableKind, type[Fact]] = {
    PurchasableKind.PRODUCT: Product,
    PurchasableKind.TYPING_TEST: TypingTest,
}
"""Where documents say how often they were bought.  Courses are rows, counted when the order is completed."""

TURNS: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()


async def show_purchases(handles: Handles, message: Message) -> None:
    """A purchase for each item of the order, that it was made, and that the buyer may use it."""
    sold = await sold_by(handles, message.aggregate_id, is_rewarded=message.payload["referralCreditAwarded"])
    await ensure_member(handles, sold[0].user_id)

    async def show(documents: Documents) -> None:
        await add_purchases(documents, sold)

    async def is_shown(documents: Documents) -> bool:
        return await documents.first(PurchaseEvent, event_of(sold[0].order_item_id)) is not None

    async with turn_at(each.item_id for each in sold if each.kind in COUNTED):
        await transact_once(handles, show, is_shown)


@asynccontextmanager
async def turn_at(item_ids: Iterable[UUID]) -> AsyncIterator[None]:
    """Lets orders of the same thing go one after the other in this process.  Its document is counted in each of their
    transactions, and at once they would only have one another begin again: 32 orders took ten times as long.
    """
    async with AsyncExitStack() as turns:
        for item_id in sorted(item_ids):
            await turns.enter_async_context(TURNS.setdefault(item_id, asyncio.Lock()))
        yield


async def show_refund(handles: Handles, message: Message) -> None:
    """What was given back of a purchase so far, that this refund was made, and that the buyer may not use the item any
    more where nothing is left of it.
    """
    refunded = await refunded_by(handles, UUID(message.payload["refundId"]))
    sold = next(
        each for each in await sold_by(handles, refunded.order_id) if each.order_item_id == refunded.order_item_id
    )
    standing = await standing_of(handles, sold.order_item_id)

    async def show(documents: Documents) -> None:
        await add_refund(documents, sold, refunded)
        await end_entitlement(documents, sold, refunded, standing)

    async def is_shown(documents: Documents) -> bool:
        marker = event_of(sold.order_item_id, refunded.this.refund_id)
        return await documents.first(PurchaseEvent, marker) is not None

    await transact_once(handles, show, is_shown)


def event_of(order_item_id: UUID, refund_id: UUID | None = None) -> Mapping[str, Any]:
    """The key of the event that an item was bought, or given back by that refund."""
    kind = PurchaseEventKind.MADE if refund_id is None else PurchaseEventKind.REFUNDED
    return {"orderItemId": order_item_id, "kind": kind.value, "refundId": refund_id}


async def add_purchases(documents: Documents, sold: Sequence[Sold]) -> None:
    ids = [new_id() for _ in sold]
    each = list(zip(ids, sold, strict=True))
    await documents.insert(PurchaseEvent, *(purchase_documents.made(new_id(), *pair) for pair in each))
    await documents.insert(Purchase, *(purchase_documents.purchase(*pair) for pair in each))
    arrays: dict[str, Any] = {}
    for one in sold:
        arrays.setdefault(ENTITLEMENTS[one.kind], {"$each": []})["$each"].append(one.item_id)
    await change_member(documents, sold[0].user_id, {"$addToSet": arrays, "$max": {"updatedAt": sold[0].at}})
    # Last, because everybody who buys the same thing wants to write here.
    for one in sold:
        if one.kind in COUNTED:
            counted = {"$inc": {"purchaseCount": 1}, "$max": {"updatedAt": one.at}}
            await documents.update(COUNTED[one.kind], {"_id": one.item_id}, counted)


async def add_refund(documents: Documents, sold: Sold, refunded: Refunded) -> None:
    bought = await documents.first(Purchase, {"orderItemId": sold.order_item_id})
    if bought is None:
        raise LookupError(f"Bug: a refund is shown before its purchase, that of order item {sold.order_item_id}.")
    latest = await documents.first(PurchaseEvent, {"orderId": sold.order_id}, ["sequence"], [("sequence", -1)])
    sequence = 1 + (latest["sequence"] if latest else 0)
    event = purchase_documents.refunded(new_id(), bought["_id"], sold, refunded.this, sequence)
    await documents.insert(PurchaseEvent, event)
    change = {
        "$set": {"refund": purchase_documents.refund(refunded.all)},
        "$max": {"updatedAt": refunded.all[-1].at},
    }
    await documents.update(Purchase, {"_id": bought["_id"]}, change)


async def end_entitlement(documents: Documents, sold: Sold, refunded: Refunded, standing: Standing) -> None:
    if standing.is_owned:
        return
    # A sale that is not given back whole counts, this one too.  The book was read before this transaction began: a
    # purchase that has come since is seen here, or it writes the same member and one of us begins again.
    others = {"userId": sold.user_id, "itemId": sold.item_id, "orderItemId": {"$nin": list(standing.refunded)}}
    if await documents.first(Purchase, others) is None:
        ending = {"$pull": {ENTITLEMENTS[sold.kind]: sold.item_id}, "$max": {"updatedAt": refunded.this.at}}
        await change_member(documents, sold.user_id, ending)
