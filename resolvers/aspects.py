"""The angles between bodies that are taken to mean something, and how exact they must be."""

from collections.abc import Iterable
from itertools import combinations, product

from models.charts import Aspect, AspectKind, Position

ANGLES = {
    AspectKind.CONJUNCTION: 0.0,
    AspectKind.SEXTILE: 60.0,
    AspectKind.SQUARE: 90.0,
    AspectKind.TRINE: 120.0,
    AspectKind.OPPOSITION: 180.0,
}
ORBS = {
    AspectKind.CONJUNCTION: 8.0,
    AspectKind.SEXTILE: 4.0,
    AspectKind.SQUARE: 7.0,
    AspectKind.TRINE: 7.0,
    AspectKind.OPPOSITION: 8.0,
}
"""By how many degrees each may miss its angle.  There is no authority for orbs; these are of the customary size, and so
small that no two kinds overlap.
"""
DIGITS = 6


def within(positions: Iterable[Position]) -> tuple[Aspect, ...]:
    """The aspects among the bodies of one chart, each pair once."""
    return tuple(found for pair in combinations(positions, 2) if (found := between(*pair)) is not None)


def across(positions: Iterable[Position], others: Iterable[Position]) -> tuple[Aspect, ...]:
    """The aspects of the bodies of one chart to those of another."""
    return tuple(found for pair in product(positions, others) if (found := between(*pair)) is not None)


def between(first: Position, second: Position) -> Aspect | None:
    apart = separation(first.longitude, second.longitude)
    for kind, angle in ANGLES.items():
        orb = round(abs(apart - angle), DIGITS)
        if orb <= ORBS[kind]:
            return Aspect(first=first.body, second=second.body, kind=kind, orb=orb)
    return None


def separation(first: float, second: float) -> float:
    """The angle between two longitudes, from 0 to 180."""
    apart = abs(first - second) % 360
    return min(apart, 360 - apart)
