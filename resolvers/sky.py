"""Where the bodies stand at a moment, seen from the centre of the Earth, in the tropical zodiac of the date.

Computed by Astronomy Engine, which rests on VSOP87 and NOVAS.  Its authors say that it is right to a minute of arc, and
its positions have been compared with JPL Horizons from 1700 to 2200; after 2100 the Moon may be four minutes off, since
nobody knows how long days will be.
"""

from datetime import UTC, datetime, timedelta
from math import atan2, degrees
from threading import Lock

import astronomy

from models.charts import CelestialBody

FIRST_YEAR, LAST_YEAR = 1700, 2199
NOON_OF_2000 = datetime(2000, 1, 1, 12, tzinfo=UTC)
DAYS_OF_A_CENTURY = 36525
# An hour: long against rounding, short against the days around a station.
STEP_DAYS = 1 / 24

BODIES = {
    CelestialBody.SUN: astronomy.Body.Sun,
    CelestialBody.MOON: astronomy.Body.Moon,
    CelestialBody.MERCURY: astronomy.Body.Mercury,
    CelestialBody.VENUS: astronomy.Body.Venus,
    CelestialBody.MARS: astronomy.Body.Mars,
    CelestialBody.JUPITER: astronomy.Body.Jupiter,
    CelestialBody.SATURN: astronomy.Body.Saturn,
    CelestialBody.URANUS: astronomy.Body.Uranus,
    CelestialBody.NEPTUNE: astronomy.Body.Neptune,
    CelestialBody.PLUTO: astronomy.Body.Pluto,
}

# The library fills its table of Pluto's orbit in place, and a second thread would read it half filled.
_pluto = Lock()


def time_of(moment: datetime) -> astronomy.Time:
    return astronomy.Time((moment - NOON_OF_2000) / timedelta(days=1))


def moment_of(time: astronomy.Time) -> datetime:
    return NOON_OF_2000 + timedelta(days=time.ut)


def ecliptic(body: CelestialBody, time: astronomy.Time) -> tuple[float, float]:
    """Apparent longitude and latitude in degrees, for the true equinox and ecliptic of the date."""
    if body is CelestialBody.LUNAR_NODE:
        return mean_node(time), 0.0
    with _pluto:
        seen = astronomy.GeoVector(BODIES[body], time, aberration=True)
    sphere = astronomy.SphereFromVector(astronomy.RotateVector(astronomy.Rotation_EQJ_ECT(time), seen))
    return sphere.lon % 360, sphere.lat


def speed(body: CelestialBody, time: astronomy.Time) -> float:
    """Degrees of longitude a day, negative where the body is retrograde."""
    before, _ = ecliptic(body, time.AddDays(-STEP_DAYS))
    after, _ = ecliptic(body, time.AddDays(STEP_DAYS))
    return signed(after - before) / (2 * STEP_DAYS)


def mean_node(time: astronomy.Time) -> float:
    """The longitude of the Moon's mean ascending node: Meeus, Astronomical Algorithms, 2nd edition, formula 47.7."""
    t: float = time.tt / DAYS_OF_A_CENTURY
    return (125.0445479 - 1934.1362891 * t + 0.0020754 * t**2 + t**3 / 467441 - t**4 / 60616000) % 360


def obliquity(time: astronomy.Time) -> float:
    """The angle between the true equator and the ecliptic of the date."""
    on_ecliptic = astronomy.Vector(0, 1, 0, time)
    turned = astronomy.RotateVector(astronomy.Rotation_ECT_EQD(time), on_ecliptic)
    return degrees(atan2(turned.z, turned.y))


def right_ascension_of_midheaven(time: astronomy.Time, longitude: float) -> float:
    """The local apparent sidereal time as an angle; `longitude` is degrees east of Greenwich."""
    at_greenwich: float = astronomy.SiderealTime(time) * 15
    return (at_greenwich + longitude) % 360


def signed(angle: float) -> float:
    """The angle from -180 up to but without 180 that is the same direction."""
    return (angle + 180) % 360 - 180


def sun_reaches(longitude: float, since: astronomy.Time) -> astronomy.Time:
    """The first moment since then at which the Sun has this longitude, to a tenth of a second."""
    sun = CelestialBody.SUN

    def missing(_: object, time: astronomy.Time) -> float:
        return signed(ecliptic(sun, time)[0] - longitude)

    # The Sun moves between 0.953 and 1.020 degrees a day, so the guess is late by a few days at most.
    ahead = (longitude - ecliptic(sun, since)[0]) % 360
    earliest, latest = since.AddDays(ahead / 1.021 - 0.01), since.AddDays(ahead / 0.952 + 0.01)
    found = astronomy.Search(missing, None, earliest, latest, 0.1)
    if found is None:
        raise AssertionError("Bug: the Sun passes every longitude within a year.")
    return found
