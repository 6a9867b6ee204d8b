"""Projecting again what MongoDB shows of the book, where `verify` has found that it shows something else.

The book is only read.  A document is changed to what the book says if it still says what was read before the book was,
so that an effect that comes meanwhile is not undone.  Nothing is deleted: what the book does not know stays and is
reported again.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from bson.decimal128 import Decimal128

from models.documents import Fact
from models.purchases import Purchase, PurchaseEvent
from models.raw_documents import raw
from models.referrals import Referral
from models.validators import collection_name
from models.values import new_id
from resolvers import purchase_documents
from resolvers.context import Handles
from resolvers.document_transactions import MAJORITY, Documents, transact_once
from resolvers.member_projection import MEMBERS, ensure_member
from resolvers.purchase_documents import GivenBack, Sold, Values
from resolvers.purchase_projection import add_purchases
from resolvers.referral_projection import begin, standing
from resolvers.sold import sold_by
from resolvers.stores import Row, fetch, find, mongo_turn

REFERRALS = collection_name(Referral)
OUT_OF_THE_WAY = 1_000_000
"""What is added to the numbers of events while they get others, since no two may have one."""

REFUNDS = """
    SELECT id, order_item_id, amount, credit_value, credits_returned, completed_at FROM refunds
    WHERE order_id = $1 AND state = 'DONE' ORDER BY completed_at, id"""
REWARDED = """
    SELECT EXISTS (SELECT FROM referral_claims WHERE order_id = $1 AND state <> 'PENDING') AS is_rewarded"""
PERSON = """
    SELECT coalesce(a.balance, 0)::bigint AS credits, coalesce(a.total_earned, 0)::bigint AS "totalCreditsEarned",
        coalesce(a.version, 0) AS "ledgerVersion", c.referrer_id AS "referredBy",
        (SELECT count(*) FROM referral_claims r WHERE r.referrer_id = u.id) AS "totalReferredUsers",
        ARRAY(SELECT item_id FROM ownerships WHERE user_id = u.id AND state = 'OWNED' AND kind = 'COURSE'
            ORDER BY owned_at, id) AS "purchasedCourses",
        ARRAY(SELECT item_id FROM ownerships WHERE user_id = u.id AND state = 'OWNED' AND kind = 'TYPING_TEST'
            ORDER BY owned_at, id) AS "purchasedTests",
        ARRAY(SELECT item_id FROM ownerships WHERE user_id = u.id AND state = 'OWNED' AND kind = 'PRODUCT'
            ORDER BY owned_at, id) AS "purchasedProducts",
        EXISTS (SELECT FROM outbox m JOIN referral_claims w ON w.id = m.aggregate_id
            WHERE m.delivered_at IS NULL AND u.id IN (w.referrer_id, w.referred_user_id)) AS is_counted_later
    FROM users u LEFT JOIN credit_accounts a ON a.user_id = u.id
    LEFT JOIN referral_claims c ON c.referred_user_id = u.id WHERE u.id = $1"""
CLAIM = """
    SELECT id, referrer_id, referred_user_id, state, created_at, converted_at, voided_at FROM referral_claims
    WHERE referred_user_id = $1"""

CREDITS = ("credits", "totalCreditsEarned", "ledgerVersion")
ARRAYS = ("purchasedCourses", "purchasedTests", "purchasedProducts")
Refunds = Sequence[tuple[UUID, GivenBack]]
"""What was given back of which order item, oldest first."""

COUNTED = ("referredBy", "totalReferredUsers")


def stored(kind: type[Fact]) -> tuple[str, ...]:
    """The names of all that a document holds."""
    return tuple(field.alias or name for name, field in kind.model_fields.items() if not field.exclude)


OF_PURCHASE, OF_EVENT, OF_REFERRAL = map(stored, (Purchase, PurchaseEvent, Referral))


async def reproject_order(handles: Handles, order_id: UUID) -> None:
    """Has the purchases and events of a completed order say what the book says of it."""
    rows = await fetch(handles, "referral_claims", REWARDED, order_id)
    sold = await sold_by(handles, order_id, is_rewarded=rows[0]["is_rewarded"])
    refunds = [(row["order_item_id"], given_back(row)) for row in await fetch(handles, "refunds", REFUNDS, order_id)]
    await ensure_member(handles, sold[0].user_id)

    async def show(documents: Documents) -> None:
        told = await documents.all(PurchaseEvent, {"orderId": order_id}, OF_EVENT, [("sequence", 1)])
        bought = await documents.all(Purchase, {"orderId": order_id}, OF_PURCHASE)
        if not told and not bought:
            await add_purchases(documents, sold)
            return
        ids = await show_purchases(documents, sold, refunds, told)
        await show_events(documents, events(sold, refunds, ids), told)

    await transact_once(handles, show, never)


async def never(_: Documents) -> bool:
    """There is no marker to look for: what is right already is not written."""
    return False


async def show_purchases(
    documents: Documents, sold: Sequence[Sold], refunds: Refunds, told: Sequence[Mapping[str, Any]]
) -> Mapping[UUID, UUID]:
    """The ids of the purchases by order item.  One that is missing is made under the id that its event tells."""
    ids: dict[UUID, UUID] = {event["orderItemId"]: event["purchaseId"] for event in told}
    for each in sold:
        shown = await documents.first(Purchase, {"orderItemId": each.order_item_id}, OF_PURCHASE)
        purchase_id = ids.get(each.order_item_id, new_id()) if shown is None else shown["_id"]
        ids[each.order_item_id] = purchase_id
        given = [refund for item_id, refund in refunds if item_id == each.order_item_id]
        wanted = purchase_documents.purchase(purchase_id, each, given)
        if shown is None:
            await documents.insert(Purchase, wanted)
        else:
            # Whether it converted a referral was said when it was made; the claim may have been decided since.
            await correct(documents, Purchase, shown, wanted, but=("referralCreditAwarded", "createdAt", "updatedAt"))
    return ids


def events(sold: Sequence[Sold], refunds: Refunds, purchases: Mapping[UUID, UUID]) -> list[Values]:
    """What the events of an order should be, in order."""
    of = {each.order_item_id: each for each in sold}
    made = [purchase_documents.made(new_id(), purchases[each.order_item_id], each) for each in sold]
    return made + [
        purchase_documents.refunded(new_id(), purchases[item_id], of[item_id], refund, sequence)
        for sequence, (item_id, refund) in enumerate(refunds, start=len(sold) + 1)
    ]


async def show_events(documents: Documents, wanted: Sequence[Values], told: Sequence[dict[str, Any]]) -> None:
    """Corrects, adds, and moves behind all others what the book does not know."""
    left = list(told)
    pairs = [(each, taken(left, each)) for each in wanted]
    numbers = [(event, place) for place, (_, event) in enumerate(pairs, start=1) if event is not None]
    numbers += [(event, max(event["sequence"], len(wanted) + place)) for place, event in enumerate(left, start=1)]
    if any(event["sequence"] != number for event, number in numbers):
        for offset in (OUT_OF_THE_WAY, 0):
            for event, number in numbers:
                event["sequence"] = number + offset
                change = {"$set": {"sequence": event["sequence"]}}
                await documents.update(PurchaseEvent, {"_id": event["_id"]}, change)
    for each, shown in pairs:
        if shown is None:
            await documents.insert(PurchaseEvent, each)
        else:
            await correct(documents, PurchaseEvent, shown, each)


def taken(left: list[dict[str, Any]], wanted: Values) -> dict[str, Any] | None:
    """The event that tells this, or of the same kind of the same item, which is then no longer left."""
    of_item = [
        event for event in left if (event["orderItemId"], event["kind"]) == (wanted["order_item_id"], wanted["kind"])
    ]
    exact = [event for event in of_item if event.get("refundId") == wanted.get("refund_id")]
    for found in (*exact, *of_item)[:1]:
        left.remove(found)
        return found
    return None


async def correct(
    documents: Documents, kind: type[Fact], shown: Mapping[str, Any], wanted: Values, but: tuple[str, ...] = ()
) -> None:
    """Sets what is said otherwise, and nothing where all is right."""
    should_be = {name: value for name, value in raw(kind, wanted).items() if name not in ("_id", *but)}
    wrong = {name: value for name, value in should_be.items() if name not in shown or shown[name] != plain(value)}
    if wrong:
        await documents.update(kind, {"_id": shown["_id"]}, {"$set": wrong})


def plain(value: Any) -> Any:
    """A value as it is read."""
    if isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items()}
    return value.to_decimal() if isinstance(value, Decimal128) else value


def given_back(row: Row) -> GivenBack:
    return GivenBack(row["id"], row["amount"], row["credit_value"], row["credits_returned"], row["completed_at"])


async def reproject_member(handles: Handles, user_id: UUID) -> None:
    """Has a member show the credits, the things and the referrals that the book knows of the person."""
    await ensure_member(handles, user_id)
    (shown,) = await find(handles, MEMBERS, {"_id": user_id}, dict.fromkeys((*CREDITS, *ARRAYS, *COUNTED), 1))
    (person,) = await fetch(handles, "users", PERSON, user_id)
    # Who counts a referral adds one to what is there, so that must not have been counted before.
    groups = (CREDITS, ARRAYS) if person["is_counted_later"] else (CREDITS, ARRAYS, COUNTED)
    for names in groups:
        is_, should_be = {name: shown[name] for name in names}, {name: person[name] for name in names}
        if [as_set(each) for each in is_.values()] == [as_set(each) for each in should_be.values()]:
            continue
        async with mongo_turn(handles):
            members = handles.mongo.get_collection(MEMBERS, write_concern=MAJORITY)
            await members.update_one({"_id": user_id, **is_}, {"$set": should_be})


def as_set(value: Any) -> Any:
    """An array without its order, which nobody minds; what stands twice in it counts twice."""
    return sorted(value) if isinstance(value, list) else value


async def reproject_referral(handles: Handles, referred_user_id: UUID) -> None:
    """Has a referral say what its claim says; one that is missing is made, and counted as it was when it was new."""
    claims = await fetch(handles, "referral_claims", CLAIM, referred_user_id)
    if not claims:
        return
    (claim,) = claims
    for user_id in (claim["referrer_id"], claim["referred_user_id"]):
        await ensure_member(handles, user_id)

    async def show(documents: Documents) -> None:
        shown = await documents.first(Referral, {"referredUserId": referred_user_id}, OF_REFERRAL)
        if shown is None:
            await begin(documents, claim)
            return
        said = {**standing(claim), "referrerId": claim["referrer_id"]}
        wrong = {name: value for name, value in said.items() if name != "updatedAt" and shown.get(name) != value}
        if wrong:
            await documents.update(Referral, {"_id": shown["_id"]}, {"$set": wrong})

    await transact_once(handles, show, never)
