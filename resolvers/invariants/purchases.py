"""Invariants of what MongoDB shows of purchases: the documents and their events, beside what the book sold."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from resolvers.invariants.books import Books, Documents, money
from resolvers.invariants.checks import Compared, Invariant, keys_of, sorted_out, under_way
from resolvers.invariants.merging import Facts, unlike

SOLD = """
    SELECT i.id, i.order_id, i.user_id, i.kind::text, i.item_id, i.title, i.price::text, i.currency,
        i.discount_share::text, i.credit_share::text, (i.price - i.discount_share - i.credit_share)::text,
        p.payment_method, p.payment_method_id, c.code,
        o.is_first_purchase AND i.position = 1, o.completed_at,
        r.id, r.amount::text, r.credits, r.at
    FROM order_items i JOIN orders o ON o.id = i.order_id
    LEFT JOIN payments p ON p.order_id = i.order_id AND p.state = 'PAID'
    LEFT JOIN coupons c ON c.id = o.coupon_id
    LEFT JOIN (
        SELECT order_item_id, (array_agg(id ORDER BY completed_at DESC, id DESC))[1] AS id, sum(amount) AS amount,
            sum(credits_returned) AS credits, max(completed_at) AS at
        FROM refunds WHERE state = 'DONE' GROUP BY order_item_id
    ) r ON r.order_item_id = i.id
    WHERE o.status IN ('completed', 'refunded') AND ($1::uuid[] IS NULL OR i.id = ANY($1)) ORDER BY i.id"""

BOUGHT = Documents(
    "purchases",
    "orderItemId",
    (
        "$orderId", "$userId", "$kind", "$itemId", "$productName", money("amount"), "$currency", money("discount"),
        money("creditAmount"), money("cashAmount"), "$paymentMethod", "$paymentMethodId", "$couponCode",
        "$isFirstPurchase", "$purchasedAt", "$refund.refundId", money("refund.amount"), "$refund.creditsReturned",
        "$refund.refundedAt",
    ),
)  # fmt: skip

HAPPENED = """
    SELECT order_id, row_number() OVER (PARTITION BY order_id ORDER BY kind, at, position), kind, item_id, user_id,
        item_kind, thing, refund_id, title, amount::text, currency, credit::text, cash::text, discount::text,
        credits, payment_method, is_first, at
    FROM (
        SELECT i.order_id, 'made' AS kind, i.id AS item_id, i.user_id, i.kind::text AS item_kind, i.item_id AS thing,
            NULL::uuid AS refund_id, i.title, i.price AS amount, i.currency, i.credit_share AS credit,
            i.price - i.discount_share - i.credit_share AS cash, i.discount_share AS discount, NULL::int AS credits,
            p.payment_method, o.is_first_purchase AND i.position = 1 AS is_first, o.completed_at AS at,
            lpad(i.position::text, 10, '0') AS position
        FROM order_items i JOIN orders o ON o.id = i.order_id
        LEFT JOIN payments p ON p.order_id = i.order_id AND p.state = 'PAID'
        WHERE o.status IN ('completed', 'refunded') AND ($1::uuid[] IS NULL OR i.order_id = ANY($1))
        UNION ALL
        SELECT i.order_id, 'refunded', i.id, i.user_id, i.kind::text, i.item_id, r.id, i.title,
            r.amount + r.credit_value, i.currency, r.credit_value, r.amount, 0.00, r.credits_returned,
            p.payment_method, false, r.completed_at, r.id::text
        FROM refunds r JOIN order_items i ON i.id = r.order_item_id
        LEFT JOIN payments p ON p.order_id = i.order_id AND p.state = 'PAID'
        WHERE r.state = 'DONE' AND ($1::uuid[] IS NULL OR i.order_id = ANY($1))
    ) happened ORDER BY order_id, 2"""

TOLD = Documents(
    "purchase_events",
    "orderId",
    (
        "$sequence", "$kind", "$orderItemId", "$userId", "$itemKind", "$itemId", "$refundId", "$productName",
        money("amount"), "$currency", money("creditAmount"), money("cashAmount"), money("discount"),
        {"$cond": [{"$eq": ["$kind", "made"]}, None, "$creditsUsed"]}, "$paymentMethod", "$isFirstPurchase",
        "$occurredAt",
    ),
    then=("sequence",),
)  # fmt: skip
AMOUNTS_TOLD = (9, 11, 12, 13)


def happened_alike(ours: Facts, theirs: Facts) -> bool:
    """Whether the same happened, and is numbered from one in the order of time, what was made first.

    Which of several things that happened at once comes first is not said.
    """
    told = [(sequence, kind, fact[-1]) for fact in theirs for sequence, kind in [fact[1:3]]]
    is_numbered = [sequence for sequence, _, _ in told] == list(range(1, len(told) + 1))
    is_in_order = told == sorted(told, key=lambda each: each[1:])
    return is_numbered and is_in_order and by_cause(ours) == by_cause(theirs)


def by_cause(events: Facts) -> list[list[Any]]:
    """What happened but for when in the order it did, by kind, item and refund."""
    told = sorted_out([event[2:] for event in events], tuple(place - 2 for place in AMOUNTS_TOLD))
    return sorted(told, key=lambda event: (event[0], event[1], event[5] or b""))


USED = """
    SELECT o.id, o.credits_used::bigint FROM orders o
    WHERE o.credits_used > 0 AND o.status IN ('completed', 'refunded') AND ($1::uuid[] IS NULL OR o.id = ANY($1))
    ORDER BY o.id"""


def add_up(ours: Facts, theirs: Facts) -> bool:
    return [sum(used for _, used in ours)] == [sum(used for _, used in theirs)]


OF_PURCHASES = Documents("purchases", "orderItemId", ("$_id", "$creditsUsed"))
OF_EVENTS = Documents(
    "purchase_events",
    "orderItemId",
    ("$purchaseId", {"$cond": [{"$eq": ["$kind", "made"]}, "$creditsUsed", None]}),
    then=("kind",),
)


@dataclass(frozen=True, slots=True)
class EventsOfPurchases:
    """The events of one collection beside the purchases of the other."""

    async def offending(self, books: Books, only: Sequence[str] | None) -> AsyncGenerator[str, None]:
        keys = None if only is None else keys_of(only)
        async with books.snapshot() as connection:
            travelling = await under_way(connection)
        found = unlike(OF_PURCHASES.read(books, keys), OF_EVENTS.read(books, keys), of_one_purchase, books.rest)
        async with aclosing(found):
            async for key in found:
                if key not in travelling:
                    yield str(UUID(bytes=key))


def of_one_purchase(purchases: Facts, events: Facts) -> bool:
    """Whether one purchase has one event of being made, and all of its events are of it."""
    return list(purchases) == list(events[:1]) and all(event[1] == events[0][1] for event in events)


INVARIANTS = (
    Invariant(
        "purchases-are-what-was-sold",
        10,
        "There is one purchase for each item of a completed order, with its amounts and its refund, and no other.",
        Compared(SOLD, BOUGHT, amounts=(6, 8, 9, 10, 17)),
    ),
    Invariant(
        "purchases-share-the-credits",
        10,
        "The credits of an order's purchases are those that the order used.",
        Compared(USED, Documents("purchases", "orderId", ("$creditsUsed",), where={"creditsUsed": {"$gt": 0}}), add_up),
    ),
    Invariant(
        "events-tell-what-happened",
        10,
        "The events of an order tell that each item was bought and what was given back, each once and in order.",
        Compared(HAPPENED, TOLD, happened_alike),
    ),
    Invariant(
        "events-are-of-their-purchases",
        10,
        "The events of an item are those of its purchase, and tell its credits.",
        EventsOfPurchases(),
    ),
)
