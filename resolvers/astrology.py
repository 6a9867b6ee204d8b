"""What each type of chart shows: which sky, from where its longitudes are counted, and which houses it has.

Plain computation, a tenth of a second of it; whoever serves requests runs it off the event loop.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from models.charts import CelestialBody, ChartData, ChartType, Position
from resolvers import aspects, sky
from resolvers.houses import Houses, houses, sidereal_of

DIGITS = 6
TROPICAL_YEAR = timedelta(days=365.24219)
# The time between two returns of the Sun differs by minutes from the mean year.
AROUND = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Birth:
    """When and where somebody was born, in degrees north and east."""

    at: datetime
    latitude: float
    longitude: float


def compute(kind: ChartType, birth: Birth, at: datetime, other: datetime | None = None) -> ChartData:
    """The chart of a person.  `at` matters to HORARY, PROGRESSED and SOLAR_RETURN; SYNASTRY needs the moment of the
    other's birth.  All moments are in the years that `sky` knows.
    """
    match kind:
        case ChartType.TROPICAL:
            return chart(birth.at, houses_at(birth.at, birth))
        case ChartType.DRACONIC:
            node = sky.mean_node(sky.time_of(birth.at))
            return chart(birth.at, houses_at(birth.at, birth).counted_from(node), zero=node)
        case ChartType.HORARY:
            return chart(at, houses_at(at, birth))
        case ChartType.PROGRESSED:
            moment = progressed(birth.at, at)
            return chart(moment, progressed_houses(birth, moment))
        case ChartType.SOLAR_RETURN:
            moment = solar_return(birth.at, at.year)
            return chart(moment, houses_at(moment, birth))
        case ChartType.SYNASTRY:
            if other is None:
                raise AssertionError("Bug: a synastry is of two people.")
            own = houses_at(birth.at, birth)
            return chart(birth.at, own, others=positions(other, own))


def chart(moment: datetime, own: Houses, *, zero: float = 0, others: Sequence[Position] | None = None) -> ChartData:
    """The sky of a moment in these houses, with longitudes counted from `zero`."""
    bodies = positions(moment, own, zero=zero)
    return ChartData(
        moment=moment,
        house_system=own.system,
        ascendant=rounded(own.ascendant),
        midheaven=rounded(own.midheaven),
        cusps=tuple(map(rounded, own.cusps)),
        positions=tuple(bodies),
        other_positions=tuple(others or ()),
        aspects=aspects.within(bodies) if others is None else aspects.across(bodies, others),
    )


def positions(moment: datetime, own: Houses, *, zero: float = 0) -> list[Position]:
    time = sky.time_of(moment)
    found = []
    for body in CelestialBody:
        longitude, latitude = sky.ecliptic(body, time)
        counted = rounded(longitude - zero)
        found.append(
            Position(
                body=body,
                longitude=counted,
                latitude=round(latitude, DIGITS),
                speed=round(sky.speed(body, time), DIGITS),
                house=own.house(counted),
            )
        )
    return found


def houses_at(moment: datetime, place: Birth) -> Houses:
    time = sky.time_of(moment)
    sidereal = sky.right_ascension_of_midheaven(time, place.longitude)
    return houses(sidereal, sky.obliquity(time), place.latitude)


def progressed(birth: datetime, at: datetime) -> datetime:
    """The moment as many days after birth as tropical years have passed: secondary progression, a day for a year (Leo,
    The Progressed Horoscope).
    """
    return in_milliseconds(birth + timedelta(days=(at - birth) / TROPICAL_YEAR))


def progressed_houses(birth: Birth, moment: datetime) -> Houses:
    """The houses whose midheaven has moved as far as the Sun has: the solar arc in longitude, at the place of birth."""
    born, time = sky.time_of(birth.at), sky.time_of(moment)
    arc = sky.ecliptic(CelestialBody.SUN, time)[0] - sky.ecliptic(CelestialBody.SUN, born)[0]
    obliquity = sky.obliquity(time)
    midheaven = houses_at(birth.at, birth).midheaven + arc
    return houses(sidereal_of(midheaven, obliquity), obliquity, birth.latitude)


def solar_return(birth: datetime, year: int) -> datetime:
    """The moment at which the Sun is at the longitude that it had at birth, of the birthday in a year, both in UTC.

    Each birthday has one, at most some days from it: leap days shift the calendar against the Sun, and so the return of
    a birthday around New Year may lie in the year before or after.
    """
    natal, _ = sky.ecliptic(CelestialBody.SUN, sky.time_of(birth))
    birthday = birth + (year - birth.astimezone(UTC).year) * TROPICAL_YEAR
    return in_milliseconds(sky.moment_of(sky.sun_reaches(natal, sky.time_of(birthday - AROUND))))


def in_milliseconds(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def rounded(longitude: float) -> float:
    """A longitude as it is stored: on the circle also after it was rounded."""
    return round(longitude % 360, DIGITS) % 360
