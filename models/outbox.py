"""What has been decided here and must still happen elsewhere."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from models.columns import MOMENT, choice, defaulted, stamp


class Aggregate(StrEnum):
    """What an effect is about; effects on one thing happen in the order of their `sequence`."""

    ORDER = "ORDER"
    MEMBER = "MEMBER"
    REFERRAL = "REFERRAL"


class OutboxMessage(SQLModel, table=True):
    """One effect on another system, written in the transaction that decided it, delivered at least once."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("aggregate_id", "sequence"),
        Index("ix_outbox_due", "next_attempt_at", "id", postgresql_where=text("delivered_at IS NULL")),
        Index(
            "ix_outbox_undelivered",
            "aggregate_id",
            "sequence",
            postgresql_where=text("delivered_at IS NULL"),
        ),
        CheckConstraint("sequence >= 1 AND attempts >= 0", name="sequence"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    aggregate: Aggregate = Field(sa_type=choice(Aggregate))
    aggregate_id: UUID
    sequence: int
    kind: str
    payload: dict[str, JsonValue] = Field(sa_type=JSONB)
    attempts: int = defaulted(0)
    last_error: str | None = None
    created_at: datetime = stamp()
    next_attempt_at: datetime = stamp()
    delivered_at: datetime | None = Field(default=None, sa_type=MOMENT)
