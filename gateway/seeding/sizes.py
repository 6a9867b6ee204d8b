"""How much is seeded, and the stretch of time in which all of it happens."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

WORLD_BEGINS = datetime(2024, 11, 1, tzinfo=UTC)
WORLD_ENDS = datetime(2026, 11, 1, tzinfo=UTC)
"""Fixed dates, and not the day of the run: the same size and seed give the same rows on every day."""


class Size(StrEnum):
    DEMO = "demo"
    S = "s"
    M = "m"
    L = "l"


@dataclass(frozen=True, slots=True)
class Extent:
    """People, and things on sale.  Nobody buys a thing twice, so the busiest person needs a shelf of thousands."""

    people: int
    shelf: int


EXTENTS = {Size.S: Extent(1_000, 400), Size.M: Extent(20_000, 3_000), Size.L: Extent(200_000, 6_000)}

PURCHASES_EACH = 5
