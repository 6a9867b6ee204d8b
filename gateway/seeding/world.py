"""A shop as it grows: people sign up and order in the order of time, and what follows from it happens when it is due.

What is made collects in a batch, to be taken whenever it is large enough; what is known only at the end comes last.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from heapq import heappop, heappush

from gateway.seeding.coupons import OpenCoupon, close_coupons
from gateway.seeding.draw import Draw
from gateway.seeding.ledger import Ledger, account
from gateway.seeding.people import Newcomer, Person, become_member, sign_up
from gateway.seeding.referrals import Referrals
from gateway.seeding.rollups import BUCKET, Rollups
from gateway.seeding.sales import Sales
from gateway.seeding.shapes import Batch
from gateway.seeding.sizes import WORLD_BEGINS, WORLD_ENDS
from models.credits import CreditAccount, CreditEntry
from resolvers.order_numbers import NUMBERS, order_number

BATCH = 20_000

# A factor that shares no divisor with the numbers of a day reaches all of them before it comes to one again.
SPREAD = 405_071_320_877


@dataclass(frozen=True, slots=True)
class Terms:
    """What the settings say about money."""

    currency: str
    credit_value: Decimal
    referral_credits: int


class World:
    def __init__(self, draw: Draw, terms: Terms) -> None:
        self.draw = draw
        self.terms = terms
        self.batch = Batch()
        self.people: list[Person] = []
        self.coupons: dict[str, OpenCoupon] = {}
        self.ledger = Ledger(draw)
        self.referrals = Referrals(draw, self.ledger, terms.referral_credits)
        self.rollups = Rollups(draw, terms.currency)
        self.sales = Sales()
        self._numbers = 0
        self._due: list[tuple[datetime, int, Callable[[], None]]] = []
        self._planned = 0
        self._swept_at = WORLD_BEGINS

    def sign_up(self, newcomer: Newcomer, at: datetime, referrer: Person | None = None) -> Person:
        person = sign_up(self.batch, self.draw, newcomer, at, referrer)
        self.people.append(person)
        if referrer is not None:
            self.referrals.claim(person, referrer)
        return person

    def order_number(self, at: datetime) -> str:
        self._numbers += 1
        return order_number(at, self._numbers * SPREAD % NUMBERS)

    def later(self, at: datetime, action: Callable[[], None]) -> None:
        """Do it when that time has come, before whatever happens afterwards."""
        self._planned += 1
        heappush(self._due, (at, self._planned, action))

    def pass_until(self, at: datetime) -> None:
        """Let what is due by then happen.  To be called before each happening, with its time."""
        while self._due and self._due[0][0] <= at:
            heappop(self._due)[2]()
        if at - self._swept_at > BUCKET:
            self._swept_at = at
            self.rollups.close(self.batch, at)

    def is_full(self) -> bool:
        return self.batch.size >= BATCH

    def take(self) -> Batch:
        """The batch so far; a new one begins."""
        taken, self.batch = self.batch, Batch()
        return taken

    def close(self) -> Iterator[tuple[Batch, int]]:
        """End the world and hand out what was known only now, each batch with how many people are done with."""
        self.pass_until(WORLD_ENDS)
        self.rollups.close(self.batch, datetime.max.replace(tzinfo=WORLD_ENDS.tzinfo) - BUCKET)
        self.referrals.close(self.batch)
        close_coupons(self.batch, self.coupons.values())
        self.sales.close(self.batch)
        for done, person in enumerate(self.people, start=1):
            self.batch.put(CreditAccount, account(person.wallet))
            become_member(self.batch, person)
            if self.is_full():
                yield self.take(), done
        for entry in self.ledger.entries():
            self.batch.put(CreditEntry, entry)
            if self.is_full():
                yield self.take(), len(self.people)
        yield self.take(), len(self.people)
