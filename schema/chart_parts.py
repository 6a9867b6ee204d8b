"""What a chart is made of, as clients see it, and how that is read from the stored chart.

A chart that another system left in a shape of its own has none of it.
"""

from datetime import datetime
from functools import lru_cache

import strawberry

from models.charts import AspectKind, CelestialBody, ChartData, HouseSystem, ZodiacSign
from models.charts import Position as StoredPosition
from resolvers.aspects import ANGLES, ORBS
from schema.values import described

SIGNS = tuple(ZodiacSign)
SIGN_DEGREES = 30

LONGITUDE = "Degrees along the zodiac, from 0 up to but without 360."
SIGN = "The sign of the zodiac in which it lies."
DEGREE = "Degrees within the sign, from 0 up to but without 30."

described(
    CelestialBody,
    "What is placed in a chart.",
    SUN="The Sun.",
    MOON="The Moon.",
    MERCURY="Mercury.",
    VENUS="Venus.",
    MARS="Mars.",
    JUPITER="Jupiter.",
    SATURN="Saturn.",
    URANUS="Uranus.",
    NEPTUNE="Neptune.",
    PLUTO="Pluto.",
    LUNAR_NODE="The mean ascending node of the Moon.",
)
described(
    ZodiacSign,
    "Thirty degrees of the zodiac.",
    **{sign.name: f"From {30 * number} to {30 * number + 30} degrees." for number, sign in enumerate(ZodiacSign)},
)
described(
    AspectKind,
    "An angle between two bodies.",
    **{kind.name: f"{angle:g} degrees, within {ORBS[kind]:g}." for kind, angle in ANGLES.items()},
)
described(
    HouseSystem,
    "How the houses are divided.",
    PLACIDUS="By the time that each point takes from the horizon to the meridian.",
    WHOLE_SIGN="A sign each, from the sign that rises; used beyond the polar circles, where the others have no houses.",
)


@strawberry.type(description="A point of the zodiac.")
class ChartPoint:
    longitude: float = strawberry.field(description=LONGITUDE)
    sign: ZodiacSign = strawberry.field(description=SIGN)
    degree: float = strawberry.field(description=DEGREE)


@strawberry.type(description="Where a body stands, as seen from the centre of the Earth.")
class ChartPosition:
    body: CelestialBody = strawberry.field(description="What stands there.")
    longitude: float = strawberry.field(description=LONGITUDE)
    latitude: float = strawberry.field(description="Degrees north of the ecliptic, negative in the south.")
    sign: ZodiacSign = strawberry.field(description=SIGN)
    degree: float = strawberry.field(description=DEGREE)
    speed: float = strawberry.field(description="Degrees of longitude a day.")
    retrograde: bool = strawberry.field(description="Whether it moves backwards through the zodiac.")
    house: int = strawberry.field(description="The number of the house in which it stands.")


@strawberry.type(description="One of the twelve houses.")
class ChartHouse:
    number: int = strawberry.field(description="Which house it is, from 1 to 12.")
    longitude: float = strawberry.field(description="Where it begins. " + LONGITUDE)
    sign: ZodiacSign = strawberry.field(description="The sign in which it begins.")
    degree: float = strawberry.field(description=DEGREE)


@strawberry.type(description="An angle between two bodies that is taken to mean something.")
class ChartAspect:
    kind: AspectKind = strawberry.field(description="Which angle it is.")
    first: CelestialBody = strawberry.field(description="One of the bodies; in a synastry the first person's.")
    second: CelestialBody = strawberry.field(description="The other body; in a synastry the other person's.")
    orb: float = strawberry.field(description="By how many degrees it is not exact.")


@lru_cache(maxsize=256)
def read(stored: str) -> ChartData | None:
    return ChartData.read(stored)


def moment(stored: str) -> datetime | None:
    data = read(stored)
    return data.moment if data else None


def house_system(stored: str) -> HouseSystem | None:
    data = read(stored)
    return data.house_system if data else None


def ascendant(stored: str) -> ChartPoint | None:
    data = read(stored)
    return point(data.ascendant) if data else None


def midheaven(stored: str) -> ChartPoint | None:
    data = read(stored)
    return point(data.midheaven) if data else None


def positions(stored: str) -> list[ChartPosition]:
    data = read(stored)
    return [position(each) for each in data.positions] if data else []


def other_positions(stored: str) -> list[ChartPosition]:
    data = read(stored)
    return [position(each) for each in data.other_positions] if data else []


def houses(stored: str) -> list[ChartHouse]:
    data = read(stored)
    return [
        ChartHouse(number=number, longitude=cusp, sign=sign_of(cusp), degree=degree_of(cusp))
        for number, cusp in enumerate(data.cusps if data else (), 1)
    ]


def aspects(stored: str) -> list[ChartAspect]:
    data = read(stored)
    return [
        ChartAspect(kind=each.kind, first=each.first, second=each.second, orb=each.orb)
        for each in (data.aspects if data else ())
    ]


def point(longitude: float) -> ChartPoint:
    return ChartPoint(longitude=longitude, sign=sign_of(longitude), degree=degree_of(longitude))


def position(stored: StoredPosition) -> ChartPosition:
    return ChartPosition(
        body=stored.body,
        longitude=stored.longitude,
        latitude=stored.latitude,
        sign=sign_of(stored.longitude),
        degree=degree_of(stored.longitude),
        speed=stored.speed,
        retrograde=stored.speed < 0,
        house=stored.house,
    )


def sign_of(longitude: float) -> ZodiacSign:
    return SIGNS[int(longitude // SIGN_DEGREES)]


def degree_of(longitude: float) -> float:
    return round(longitude % SIGN_DEGREES, 6)
