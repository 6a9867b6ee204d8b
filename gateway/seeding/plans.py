"""How much each of a crowd does, before anybody does it: sign-ups, orders and who brought whom, with skew.

Weights fall with the rank as in Zipf's law: most people buy little, a few buy thousands of things.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from gateway.seeding.sizes import PURCHASES_EACH, WORLD_BEGINS, WORLD_ENDS

SKEW = 0.8
"""The exponent of the weights.  With 200 thousand people the first would buy 17 thousand things, were there as many."""

_LAST_SIGN_UP = WORLD_ENDS - timedelta(days=1)
_LAST_ORDER = WORLD_ENDS - timedelta(hours=1)
_SETTLING_IN = timedelta(minutes=30)
_ITEMS_IN_A_CART = ((1, 2, 3, 4), (60, 25, 10, 5))


@dataclass(frozen=True, slots=True)
class PlannedOrder:
    at: datetime
    person: int
    items: int


def sign_ups(random: Random, people: int) -> list[datetime]:
    """Times in order, each later than the one before, more of them towards the end."""
    span = (_LAST_SIGN_UP - WORLD_BEGINS) // timedelta(milliseconds=1)
    moments = sorted(int(span * random.random() ** 0.7) for _ in range(people))
    for place in range(1, people):
        moments[place] = max(moments[place], moments[place - 1] + 1)
    return [WORLD_BEGINS + timedelta(milliseconds=moment) for moment in moments]


def orders(random: Random, signed_up: list[datetime], *, at_most_each: int) -> list[PlannedOrder]:
    """All orders in the order of time.  They come to the purchases that each person is due on average."""
    planned = []
    for person, due in enumerate(_purchases(random, len(signed_up), at_most_each)):
        purchases = due
        begins = signed_up[person] + _SETTLING_IN
        seconds = int((_LAST_ORDER - begins).total_seconds())
        while purchases > 0:
            items = min(purchases, random.choices(*_ITEMS_IN_A_CART)[0])
            purchases -= items
            at = begins + timedelta(seconds=random.randrange(seconds), milliseconds=random.randrange(1000))
            planned.append(PlannedOrder(at, person, items))
    planned.sort(key=lambda order: (order.at, order.person))
    return planned


def _purchases(random: Random, people: int, at_most: int) -> list[int]:
    """How much each buys, by the order of signing up.  The tail is left to chance, and a fifth never buys."""
    weights = [(rank + 1) ** -SKEW for rank in range(people)]
    scale = _scale(weights, at_most, PURCHASES_EACH * people)
    dues = [min(at_most, weight * scale) for weight in weights]
    bought = [
        int(due + random.random()) if due > 50 else int(due * 1.25 + random.random()) * (random.random() > 0.2)
        for due in dues
    ]
    random.shuffle(bought)
    return bought


def _scale(weights: list[float], at_most: int, total: int) -> float:
    """What to multiply the weights with, so that they come to the total although none may be above the most."""
    low, high = 0.0, float(total)
    for _ in range(50):
        middle = (low + high) / 2
        if sum(min(at_most, weight * middle) for weight in weights) < total:
            low = middle
        else:
            high = middle
    return high


def referrer_of(random: Random, person: int) -> int | None:
    """Which of the earlier people brought this one, if any.  The first few bring thousands."""
    if person == 0 or random.random() > 0.6:
        return None
    return int(person * random.random() ** 4)
