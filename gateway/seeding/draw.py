"""Chance that can be repeated: everything random, ids included, is drawn from one seeded source."""

from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_COUNTER = 0xFFF


class Draw:
    """`random` is for choices; ids, codes and times come from the methods."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 - sample data wants repeatable chance, not secrets
        self._codes: set[str] = set()
        self._last = -1
        self._counter = 0

    def id(self, at: datetime) -> UUID:
        """A UUIDv7 of that time.  Those drawn in a row for the same millisecond sort in the order of drawing."""
        milliseconds = (at - _EPOCH) // _MILLISECOND
        self._counter = (self._counter + 1) & _COUNTER if milliseconds == self._last else 0
        self._last = milliseconds
        bits = milliseconds << 80 | 0x7 << 76 | self._counter << 64 | 0b10 << 62 | self.random.getrandbits(62)
        return UUID(int=bits)

    def provider_id(self, prefix: str) -> str:
        """What a payment provider's id looks like."""
        return f"{prefix}_{self.random.getrandbits(96):024x}"

    def referral_code(self) -> str:
        """Eight capitals and digits that were not drawn before."""
        while True:
            code = "".join(self.random.choices(_LETTERS, k=8))
            if code not in self._codes:
                self._codes.add(code)
                return code

    def between(self, earliest: datetime, latest: datetime) -> datetime:
        """A time in whole milliseconds, evenly spread."""
        return earliest + timedelta(milliseconds=self.random.randrange(max(1, (latest - earliest) // _MILLISECOND)))

    def after(self, at: datetime, *, least: float, most: float) -> datetime:
        """A time that many seconds later."""
        return self.between(at + timedelta(seconds=least), at + timedelta(seconds=most))

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability
