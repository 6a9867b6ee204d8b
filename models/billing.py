"""Subscriptions, and the provider's events that decide their status."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from models.columns import MOMENT, defaulted, key, stamp


class SubscriptionStatus(StrEnum):
    INACTIVE = "INACTIVE"
    ACTIVE = "ACTIVE"
    CANCELLED = "CANCELLED"
    PAST_DUE = "PAST_DUE"
    TRIALING = "TRIALING"


class Subscription(SQLModel, table=True):
    __tablename__ = "subscriptions"
    __table_args__ = (Index(None, "created_at", "id"),)

    id: UUID = key()
    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE", unique=True)
    stripe_customer_id: str | None = Field(default=None, unique=True)
    stripe_subscription_id: str | None = Field(default=None, unique=True)
    stripe_price_id: str | None = None
    status: SubscriptionStatus = defaulted(SubscriptionStatus.INACTIVE)
    current_period_end: datetime | None = Field(default=None, sa_type=MOMENT)
    cancel_at_period_end: bool = defaulted(value=False)
    created_at: datetime = stamp()
    updated_at: datetime = stamp()


class StripeEvent(SQLModel, table=True):
    """A provider's event, kept by the provider's id so that it is processed once, however often it is delivered."""

    __tablename__ = "stripe_events"
    __table_args__ = (
        Index("ix_stripe_events_unprocessed", "received_at", postgresql_where=text("processed_at IS NULL")),
    )

    id: str = Field(primary_key=True)
    type: str
    payload: dict[str, JsonValue] = Field(sa_type=JSONB)
    created_at: datetime = Field(sa_type=MOMENT)
    received_at: datetime = stamp()
    processed_at: datetime | None = Field(default=None, sa_type=MOMENT)
