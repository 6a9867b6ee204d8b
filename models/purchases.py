"""What clients see of a purchase: a projection of the book, one document per order item, and its events."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field
from pymongo import ASCENDING, DESCENDING, IndexModel

from models.catalog import PurchasableKind
from models.documents import Amount, Count, Currency, Fact, Part, Record


class PurchaseEventKind(StrEnum):
    MADE = "made"
    REFUNDED = "refunded"


class PurchaseRefund(Part):
    """What was given back so far: cash in `amount`, and whole credits.  The id and the time are the latest refund's."""

    refund_id: UUID
    amount: Amount
    credits_returned: Count
    refunded_at: datetime


class Purchase(Record):
    """One item bought.  `amount` is its price; cash + credit value + discount = amount.  It is never deleted: it
    carries its refund.
    """

    user_id: UUID
    order_id: UUID
    order_item_id: UUID
    kind: PurchasableKind
    item_id: UUID
    product_name: str
    amount: Amount
    currency: Currency
    credits_used: Count = 0
    credit_amount: Amount
    cash_amount: Amount
    discount: Amount
    coupon_code: str | None = None
    payment_method: str | None = None
    payment_method_id: str | None = None
    is_first_purchase: bool = False
    referral_credit_awarded: bool = False
    refund: PurchaseRefund | None = None
    purchased_at: datetime

    class Settings:
        name = "purchases"
        indexes = (
            IndexModel([("orderItemId", ASCENDING)], unique=True),
            IndexModel([("orderId", ASCENDING), ("_id", ASCENDING)]),
            IndexModel([("userId", ASCENDING), ("createdAt", DESCENDING), ("_id", DESCENDING)]),
            IndexModel([("itemId", ASCENDING), ("createdAt", DESCENDING), ("_id", DESCENDING)]),
            IndexModel([("kind", ASCENDING), ("createdAt", DESCENDING), ("_id", DESCENDING)]),
            IndexModel([("createdAt", DESCENDING), ("_id", DESCENDING)]),
            IndexModel([("isFirstPurchase", ASCENDING), ("createdAt", DESCENDING), ("_id", DESCENDING)]),
        )


class PurchaseEvent(Fact):
    """Something that happened to a purchase, as it was then.  Insert-only: streams and rollups read nothing else.

    Its unique keys are the markers that make projecting twice harmless.  `amount`, `credits_used` and the rest are
    those of the purchase for `made`, and what was given back for `refunded`.
    """

    kind: PurchaseEventKind
    purchase_id: UUID
    order_id: UUID
    sequence: int = Field(ge=1)
    order_item_id: UUID
    refund_id: UUID | None = None
    user_id: UUID
    item_kind: PurchasableKind
    item_id: UUID
    product_name: str
    amount: Amount
    currency: Currency
    credits_used: Count = 0
    credit_amount: Amount
    cash_amount: Amount
    discount: Amount
    payment_method: str | None = None
    is_first_purchase: bool = False
    occurred_at: datetime

    class Settings:
        name = "purchase_events"
        indexes = (
            IndexModel([("orderId", ASCENDING), ("sequence", ASCENDING)], unique=True),
            IndexModel([("orderItemId", ASCENDING), ("kind", ASCENDING), ("refundId", ASCENDING)], unique=True),
            IndexModel([("occurredAt", ASCENDING), ("_id", ASCENDING)]),
            IndexModel([("itemId", ASCENDING), ("occurredAt", ASCENDING)]),
            IndexModel([("purchaseId", ASCENDING), ("_id", ASCENDING)]),
        )
