"""Experiments, and sums of purchases that are kept up to date."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import JsonValue
from pymongo import ASCENDING, IndexModel
from sqlalchemy import CheckConstraint, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from models.catalog import PurchasableKind
from models.columns import MOMENT, defaulted, key, stamp
from models.documents import Amount, Count, Currency, Record


class ExperimentStatus(StrEnum):
    DRAFT = "DRAFT"
    RUNNING = "RUNNING"
    STOPPED = "STOPPED"


class Experiment(SQLModel, table=True):
    """An A/B test of the way people buy.  `variants` maps a variant's name to its weight."""

    __tablename__ = "experiments"
    __table_args__ = (
        Index(None, "created_at", "id"),
        CheckConstraint("(started_at IS NULL) = (status = 'DRAFT')", name="started_at"),
        CheckConstraint("(stopped_at IS NOT NULL) = (status = 'STOPPED')", name="stopped_at"),
    )

    id: UUID = key()
    key: str = Field(unique=True)
    name: str
    description: str | None = None
    status: ExperimentStatus = defaulted(ExperimentStatus.DRAFT)
    variants: dict[str, JsonValue] = Field(sa_type=JSONB)
    created_by: UUID = Field(foreign_key="users.id", ondelete="RESTRICT", index=True)
    created_at: datetime = stamp()
    updated_at: datetime = stamp()
    started_at: datetime | None = Field(default=None, sa_type=MOMENT)
    stopped_at: datetime | None = Field(default=None, sa_type=MOMENT)


class PurchaseRollup(Record):
    """Sums of the purchase events of one item in one bucket of time.

    `bucket_at` is the start of a quarter of an hour in UTC, so that the days of every time zone can be put together;
    `watermark` is the id of the last event that is counted.
    """

    bucket_at: datetime
    kind: PurchasableKind
    item_id: UUID
    currency: Currency
    payment_method: str | None = None
    purchases: Count = 0
    first_purchases: Count = 0
    refunds: Count = 0
    amount: Amount
    discount: Amount
    credit_amount: Amount
    cash_amount: Amount
    refunded_amount: Amount
    watermark: UUID

    class Settings:
        name = "purchase_rollups"
        indexes = (
            IndexModel(
                [
                    ("bucketAt", ASCENDING),
                    ("kind", ASCENDING),
                    ("itemId", ASCENDING),
                    ("currency", ASCENDING),
                    ("paymentMethod", ASCENDING),
                ],
                unique=True,
            ),
            IndexModel([("itemId", ASCENDING), ("bucketAt", ASCENDING)]),
        )
