"""What the documents of a purchase say, as pure functions of the book: what seeding writes and what a sale projects are
the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from models.catalog import PurchasableKind
from models.purchases import PurchaseEventKind, PurchaseRefund
from models.raw_documents import raw
from resolvers.shares import NOTHING

Values = Mapping[str, object]
"""What a document says, by the attributes of its class."""


@dataclass(frozen=True, slots=True)
class Sold:
    """An item of a completed order with its frozen shares.  `sequence` is its place in the order, from 1.

    A first purchase is the first item of its order, so that a person has one of them in either store.
    """

    order_item_id: UUID
    order_id: UUID
    user_id: UUID
    sequence: int
    kind: PurchasableKind
    item_id: UUID
    title: str
    price: Decimal
    currency: str
    discount: Decimal
    credit: Decimal
    credits: int
    coupon_code: str | None
    method: str | None
    method_id: str | None
    is_first: bool
    is_rewarded: bool
    at: datetime

    @property
    def cash(self) -> Decimal:
        return self.price - self.discount - self.credit


@dataclass(frozen=True, slots=True)
class GivenBack:
    """One refund of an item: its cash, the value of its credits, and the whole credits that came back."""

    refund_id: UUID
    amount: Decimal
    credit_value: Decimal
    credits: int
    at: datetime


def purchase(purchase_id: UUID, sold: Sold, given_back: Sequence[GivenBack] = ()) -> Values:
    """The purchase, with all that was given back of it, oldest first."""
    return {
        "id": purchase_id,
        "user_id": sold.user_id,
        "order_id": sold.order_id,
        "order_item_id": sold.order_item_id,
        "kind": sold.kind.value,
        "item_id": sold.item_id,
        "product_name": sold.title,
        "amount": sold.price,
        "currency": sold.currency,
        "credits_used": sold.credits,
        "credit_amount": sold.credit,
        "cash_amount": sold.cash,
        "discount": sold.discount,
        "coupon_code": sold.coupon_code,
        "payment_method": sold.method,
        "payment_method_id": sold.method_id,
        "is_first_purchase": sold.is_first,
        "referral_credit_awarded": sold.is_first and sold.is_rewarded,
        "refund": refund(given_back) if given_back else None,
        "purchased_at": sold.at,
        "created_at": sold.at,
        "updated_at": given_back[-1].at if given_back else sold.at,
    }


def refund(given_back: Sequence[GivenBack]) -> Mapping[str, object]:
    """What a purchase shows of its refunds: their sums, and the latest one's id and time."""
    return raw(
        PurchaseRefund,
        {
            "refund_id": given_back[-1].refund_id,
            "amount": sum((each.amount for each in given_back), NOTHING),
            "credits_returned": sum(each.credits for each in given_back),
            "refunded_at": given_back[-1].at,
        },
    )


def made(event_id: UUID, purchase_id: UUID, sold: Sold) -> Values:
    """That it was bought."""
    return {
        "id": event_id,
        "kind": PurchaseEventKind.MADE.value,
        "purchase_id": purchase_id,
        "order_id": sold.order_id,
        "sequence": sold.sequence,
        "order_item_id": sold.order_item_id,
        "user_id": sold.user_id,
        "item_kind": sold.kind.value,
        "item_id": sold.item_id,
        "product_name": sold.title,
        "amount": sold.price,
        "currency": sold.currency,
        "credits_used": sold.credits,
        "credit_amount": sold.credit,
        "cash_amount": sold.cash,
        "discount": sold.discount,
        "payment_method": sold.method,
        "is_first_purchase": sold.is_first,
        "occurred_at": sold.at,
    }


def refunded(event_id: UUID, purchase_id: UUID, sold: Sold, given_back: GivenBack, sequence: int) -> Values:
    """That so much of it was given back: an amount is its cash and the value of its credits."""
    return {
        "id": event_id,
        "kind": PurchaseEventKind.REFUNDED.value,
        "purchase_id": purchase_id,
        "order_id": sold.order_id,
        "sequence": sequence,
        "order_item_id": sold.order_item_id,
        "refund_id": given_back.refund_id,
        "user_id": sold.user_id,
        "item_kind": sold.kind.value,
        "item_id": sold.item_id,
        "product_name": sold.title,
        "amount": given_back.amount + given_back.credit_value,
        "currency": sold.currency,
        "credits_used": given_back.credits,
        "credit_amount": given_back.credit_value,
        "cash_amount": given_back.amount,
        "discount": NOTHING,
        "payment_method": sold.method,
        "occurred_at": given_back.at,
    }
