"""Ascendant, midheaven and the twelve houses, from the local sidereal time, the obliquity and the latitude.

The angles are those of Meeus, Astronomical Algorithms, 2nd edition, chapters 13 and 14.  Cusps are Placidus's: the
points of the ecliptic that have gone a third and two thirds of their own way between horizon and meridian (Holden, The
Elements of House Division).  Beyond the polar circles some points never cross the horizon and have no such way; the
houses are whole signs there, from the sign that rises.
"""

from dataclasses import dataclass
from math import asin, atan2, cos, degrees, radians, sin, tan

from models.charts import HouseSystem

SIGN = 30.0
# Halving half a circle so often leaves less than a millionth of a degree.
HALVINGS = 40


@dataclass(frozen=True, slots=True)
class Houses:
    """Where the houses begin, in degrees of longitude."""

    system: HouseSystem
    ascendant: float
    midheaven: float
    cusps: tuple[float, ...]

    def counted_from(self, zero: float) -> "Houses":
        """The same houses in a zodiac that begins at this longitude; whole signs are signs of that zodiac."""
        ascendant = (self.ascendant - zero) % 360
        cusps = tuple((cusp - zero) % 360 for cusp in self.cusps)
        if self.system is HouseSystem.WHOLE_SIGN:
            cusps = whole_signs(ascendant)
        return Houses(self.system, ascendant, (self.midheaven - zero) % 360, cusps)

    def house(self, longitude: float) -> int:
        """The number, from 1, of the house in which a longitude lies."""
        for number, (begins, ends) in enumerate(zip(self.cusps, self.cusps[1:] + self.cusps[:1], strict=True), 1):
            if (longitude - begins) % 360 < (ends - begins) % 360:
                return number
        raise AssertionError("Bug: the houses do not cover the zodiac.")


def houses(sidereal: float, obliquity: float, latitude: float) -> Houses:
    """The houses at a latitude, where `sidereal` is the right ascension of the midheaven.

    The ascendant is where the ecliptic crosses the eastern horizon.  Beyond the polar circles the midheaven, the point
    on the upper meridian, may be below the horizon.
    """
    theta, eps, phi = radians(sidereal), radians(obliquity), radians(latitude)
    midheaven = degrees(atan2(sin(theta), cos(theta) * cos(eps))) % 360
    ascendant = degrees(atan2(cos(theta), -(sin(eps) * tan(phi) + cos(eps) * sin(theta)))) % 360
    if abs(latitude) + obliquity >= 90:
        return Houses(HouseSystem.WHOLE_SIGN, ascendant, midheaven, whole_signs(ascendant))
    eleventh = placidus(1 / 3, sidereal, eps, phi, midheaven, 0, (ascendant - midheaven) % 360)
    twelfth = placidus(2 / 3, sidereal, eps, phi, midheaven, eleventh, (ascendant - midheaven) % 360)
    second = placidus(4 / 3, sidereal, eps, phi, midheaven, (ascendant - midheaven) % 360, 180)
    third = placidus(5 / 3, sidereal, eps, phi, midheaven, second, 180)
    eastern = [0, eleventh, twelfth, (ascendant - midheaven) % 360, second, third]
    from_tenth = [(midheaven + each) % 360 for each in (*eastern, *(each + 180 for each in eastern))]
    return Houses(HouseSystem.PLACIDUS, ascendant, midheaven, tuple(from_tenth[3:] + from_tenth[:3]))


def placidus(share: float, sidereal: float, eps: float, phi: float, midheaven: float, low: float, high: float) -> float:
    """How far behind the midheaven the point is that has this share of its way: 0 on the upper meridian, 1 on the
    eastern horizon, 2 on the lower meridian.  It lies between `low` and `high`.
    """
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if way(radians(midheaven + middle), sidereal, eps, phi) < share:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def way(longitude: float, sidereal: float, eps: float, phi: float) -> float:
    """The share of its way that a point of the ecliptic has before it, as in `placidus`."""
    right_ascension = degrees(atan2(sin(longitude) * cos(eps), cos(longitude)))
    from_meridian = (right_ascension - sidereal) % 360
    declination = asin(sin(eps) * sin(longitude))
    above = 90 + degrees(asin(tan(phi) * tan(declination)))
    if from_meridian <= above:
        return from_meridian / above
    return 1 + (from_meridian - above) / (180 - above)


def sidereal_of(midheaven: float, obliquity: float) -> float:
    """The sidereal time at which this longitude is on the upper meridian."""
    longitude = radians(midheaven)
    return degrees(atan2(sin(longitude) * cos(radians(obliquity)), cos(longitude))) % 360


def whole_signs(ascendant: float) -> tuple[float, ...]:
    first = ascendant // SIGN * SIGN
    return tuple((first + SIGN * number) % 360 for number in range(12))
