"""Completed orders as the book has them: what was sold with which frozen shares, and what was given back."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from models.catalog import PurchasableKind
from resolvers.context import Handles
from resolvers.purchase_documents import GivenBack, Sold
from resolvers.shares import minor, split
from resolvers.stores import fetch

ITEMS = """
    SELECT i.id, i.order_id, i.user_id, i.position, i.kind, i.item_id, i.title, i.price, i.currency, i.discount_share,
        i.credit_share, o.credits_used, c.code, p.payment_method, p.payment_method_id,
        o.is_first_purchase AND i.position = 1 AS is_first, row_number() OVER (ORDER BY i.position) AS place,
        o.completed_at
    FROM orders o JOIN order_items i ON i.order_id = o.id
    LEFT JOIN coupons c ON c.id = o.coupon_id
    LEFT JOIN payments p ON p.order_id = o.id AND p.state = 'PAID'
    WHERE o.id = $1 AND o.completed_at IS NOT NULL
    ORDER BY i.position
"""
REFUNDS = """
    SELECT r.id, r.order_id, r.order_item_id, r.amount, r.credit_value, r.credits_returned, r.completed_at
    FROM refunds told JOIN refunds r ON r.order_item_id = told.order_item_id AND r.state = 'DONE'
    WHERE told.id = $1 ORDER BY r.completed_at, r.id
"""
STANDING = """
    SELECT i.id, i.refunded_at IS NOT NULL AS is_refunded,
        EXISTS (
            SELECT FROM ownerships w WHERE w.user_id = i.user_id AND w.item_id = i.item_id AND w.state = 'OWNED'
        ) AS is_owned
    FROM order_items told JOIN order_items i ON i.user_id = told.user_id AND i.item_id = told.item_id
    WHERE told.id = $1
"""


@dataclass(frozen=True, slots=True)
class Refunded:
    """A refund that is done, and all that are done of its item, oldest first."""

    this: GivenBack
    order_id: UUID
    order_item_id: UUID
    all: Sequence[GivenBack]


@dataclass(frozen=True, slots=True)
class Standing:
    """How something that was sold stands with its buyer: which sales of it to them were given back whole, and whether
    they own it all the same.
    """

    refunded: Sequence[UUID]
    is_owned: bool


async def sold_by(handles: Handles, order_id: UUID, *, is_rewarded: bool = False) -> Sequence[Sold]:
    """The items of a completed order, by their places; `is_rewarded` is whether it converted a referral."""
    rows = await fetch(handles, "order_items", ITEMS, order_id)
    if not rows:
        raise LookupError(f"Bug: order {order_id} is not completed, and is to be shown.")
    # As `paid_by_credits` does when the shares are frozen.
    credits_each = split(rows[0]["credits_used"], [minor(row["credit_share"]) for row in rows])
    return [
        Sold(
            order_item_id=row["id"],
            order_id=row["order_id"],
            user_id=row["user_id"],
            sequence=row["place"],
            kind=PurchasableKind(row["kind"]),
            item_id=row["item_id"],
            title=row["title"],
            price=row["price"],
            currency=row["currency"],
            discount=row["discount_share"],
            credit=row["credit_share"],
            credits=credits,
            coupon_code=row["code"],
            method=row["payment_method"],
            method_id=row["payment_method_id"],
            is_first=row["is_first"],
            is_rewarded=is_rewarded,
            at=row["completed_at"],
        )
        for row, credits in zip(rows, credits_each, strict=True)
    ]


async def refunded_by(handles: Handles, refund_id: UUID) -> Refunded:
    rows = await fetch(handles, "refunds", REFUNDS, refund_id)
    each = [
        GivenBack(row["id"], row["amount"], row["credit_value"], row["credits_returned"], row["completed_at"])
        for row in rows
    ]
    this = next((given_back for given_back in each if given_back.refund_id == refund_id), None)
    if this is None:
        raise LookupError(f"Bug: refund {refund_id} is not done, and is to be shown.")
    return Refunded(this, rows[0]["order_id"], rows[0]["order_item_id"], each)


async def standing_of(handles: Handles, order_item_id: UUID) -> Standing:
    rows = await fetch(handles, "order_items", STANDING, order_item_id)
    refunded = [row["id"] for row in rows if row["is_refunded"]]
    return Standing(refunded, rows[0]["is_owned"])
