"""Birth data and computed charts: the tables, and the one shape in which a chart is stored.  Computing them is not done
here.
"""

from datetime import datetime
from enum import StrEnum
from typing import Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, JsonValue, ValidationError
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


class CelestialBody(StrEnum):
    SUN = "SUN"
    MOON = "MOON"
    MERCURY = "MERCURY"
    VENUS = "VENUS"
    MARS = "MARS"
    JUPITER = "JUPITER"
    SATURN = "SATURN"
    URANUS = "URANUS"
    NEPTUNE = "NEPTUNE"
    PLUTO = "PLUTO"
    LUNAR_NODE = "LUNAR_NODE"


class ZodiacSign(StrEnum):
    """In the order of the zodiac, thirty degrees each."""

    ARIES = "ARIES"
    TAURUS = "TAURUS"
    GEMINI = "GEMINI"
    CANCER = "CANCER"
    LEO = "LEO"
    VIRGO = "VIRGO"
    LIBRA = "LIBRA"
    SCORPIO = "SCORPIO"
    SAGITTARIUS = "SAGITTARIUS"
    CAPRICORN = "CAPRICORN"
    AQUARIUS = "AQUARIUS"
    PISCES = "PISCES"


class AspectKind(StrEnum):
    CONJUNCTION = "CONJUNCTION"
    SEXTILE = "SEXTILE"
    SQUARE = "SQUARE"
    TRINE = "TRINE"
    OPPOSITION = "OPPOSITION"


class HouseSystem(StrEnum):
    PLACIDUS = "PLACIDUS"
    WHOLE_SIGN = "WHOLE_SIGN"


class Stored(BaseModel):
    """A part of `chart_data`.  All angles are degrees; longitudes are from 0 up to but without 360."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Position(Stored):
    """Where a body is seen from the centre of the Earth.  `speed` is degrees of longitude a day, negative where the
    body is retrograde; `house` counts from 1.
    """

    body: CelestialBody
    longitude: float
    latitude: float
    speed: float
    house: int


class Aspect(Stored):
    """An angle between two bodies; `orb` is by how much it is not exact.  In a synastry, `second` is the other
    person's.
    """

    first: CelestialBody
    second: CelestialBody
    kind: AspectKind
    orb: float


class ChartData(Stored):
    """What a chart says, as `chart_cache.chart_data` holds it.

    `moment` is that of the sky which is shown; `cusps` are where the twelve houses begin, from the first;
    `other_positions` are those of the other person of a synastry, in the houses of the first.
    """

    version: Literal[1] = 1
    moment: AwareDatetime
    house_system: HouseSystem
    ascendant: float
    midheaven: float
    cusps: tuple[float, ...]
    positions: tuple[Position, ...]
    other_positions: tuple[Position, ...] = ()
    aspects: tuple[Aspect, ...]

    @classmethod
    def read(cls, stored: str) -> Self | None:
        """What the JSON of a row says, or None where it is of a shape that another system left there."""
        try:
            return cls.model_validate_json(stored)
        except ValidationError:
            return None


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
    """A chart that was computed.  `chart_data` has the shape of `ChartData`; `input_key` is a digest of all that it was
    computed from, and empty where another system left the row.

    A chart of two people tells the birth data of both, so it belongs to neither: `user_id` is empty, `first_user_id`
    and `second_user_id` are they, and it goes with either.
    """

    __tablename__ = "chart_cache"
    __table_args__ = (
        Index(None, "user_id", "chart_type"),
        Index(None, "user_id", "created_at", "id"),
        CheckConstraint(
            "(first_user_id IS NULL) = (second_user_id IS NULL) AND (first_user_id IS NULL OR user_id IS NULL)",
            name="people",
        ),
    )

    id: UUID = key()
    user_id: UUID | None = Field(default=None, foreign_key="users.id", ondelete="CASCADE")
    first_user_id: UUID | None = Field(default=None, foreign_key="users.id", ondelete="CASCADE", index=True)
    second_user_id: UUID | None = Field(default=None, foreign_key="users.id", ondelete="CASCADE", index=True)
    chart_type: ChartType = Field(sa_type=choice(ChartType))
    input_key: str | None = Field(default=None, unique=True)
    chart_data: dict[str, JsonValue] = Field(sa_type=JSONB)
    interpretation: str | None = None
    created_at: datetime = stamp()
    expires_at: datetime = Field(sa_type=MOMENT, index=True)
