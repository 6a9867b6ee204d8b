"""Birth data and computed charts.  Computing them is not done here."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import CheckConstraint, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from models.columns import MOMENT, choice, key, stamp


class ChartType(StrEnum):
    TROPICAL = "TROPICAL"
    DRACONIC = "DRACONIC"
    HORARY = "HORARY"
    SYNASTRY = "SYNASTRY"
    PROGRESSED = "PROGRESSED"
    SOLAR_RETURN = "SOLAR_RETURN"


class NatalData(SQLModel, table=True):
    """When and where a person was born.  `birth_date` is the instant; `timezone` the IANA zone that it was told in."""

    __tablename__ = "natal_data"
    __table_args__ = (CheckConstraint("latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180", name="place"),)

    id: UUID = key()
    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE", unique=True)
    birth_date: datetime = Field(sa_type=MOMENT)
    location: str
    latitude: float | None = None
    longitude: float | None = None
    timezone: str | None = None
    created_at: datetime = stamp()
    updated_at: datetime = stamp()


class ChartCache(SQLModel, table=True):
    """A chart that was computed.  Without a user it is one that belongs to nobody, such as the sky of a question."""

    __tablename__ = "chart_cache"
    __table_args__ = (Index(None, "user_id", "chart_type"),)

    id: UUID = key()
    user_id: UUID | None = Field(default=None, foreign_key="users.id", ondelete="CASCADE")
    chart_type: ChartType = Field(sa_type=choice(ChartType))
    chart_data: dict[str, JsonValue] = Field(sa_type=JSONB)
    interpretation: str | None = None
    created_at: datetime = stamp()
    expires_at: datetime = Field(sa_type=MOMENT, index=True)
