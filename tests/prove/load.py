"""Buyers who buy without a pause through several processes, ask again what is not answered, and write down what they
are told.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import httpx

from models.values import new_id
from tests.buying import PURCHASE, VISA, id_of
from tests.prove.asking import Answer, once
from tests.prove.service import Service
from tests.prove.stage import Stage
from tests.world import Item, Person

BUYERS = 16
PEOPLE, THINGS = 25, 20
PAUSE = 0.2
GIVES_UP = 120.0


@dataclass
class Wish:
    """One purchase as its buyer knows it: when it was asked for first, and when and what was answered for good."""

    person: Person
    item: Item
    asked_at: float
    key: str = field(default_factory=lambda: str(new_id()))
    answered_at: float | None = None
    answer: Answer | None = None

    @property
    def is_paid(self) -> bool:
        return self.answer is not None and self.answer["__typename"] == "OrderPaid"

    @property
    def place(self) -> tuple[UUID, UUID]:
        return self.person.id, self.item.id


class Load:
    """The clients' own log is `wishes`."""

    def __init__(self, services: Sequence[Service], people: Sequence[Person], items: Sequence[Item]) -> None:
        self.services, self.items = services, items
        self.people = [people[number::BUYERS] for number in range(BUYERS)]
        self.wishes: list[Wish] = []
        self.is_over = False

    async def run(self) -> None:
        await asyncio.gather(*(self.buy(number) for number in range(BUYERS)))

    async def buy(self, number: int) -> None:
        for person, item in self.wanted(number):
            if self.is_over:
                return
            wish = Wish(person, item, time.monotonic())
            self.wishes.append(wish)
            await self.fulfil(wish, number)

    def wanted(self, number: int) -> Iterator[tuple[Person, Item]]:
        for person in self.people[number]:
            for item in self.items:
                yield person, item

    async def fulfil(self, wish: Wish, turn: int) -> None:
        named = [{"itemId": id_of(wish.item)}]
        given = {"items": named, "idempotencyKey": wish.key, "paymentMethodId": VISA}
        while time.monotonic() < wish.asked_at + GIVES_UP:
            service = self.services[turn % len(self.services)]
            turn += 1
            try:
                answer = await once(service, wish.person.token, PURCHASE, given)
            except httpx.HTTPError:
                answer = None
            if answer is not None and not answer.get("retryable"):
                wish.answer, wish.answered_at = answer, time.monotonic()
                return
            await asyncio.sleep(PAUSE)

    def recovered_after(self, moment: float) -> float | None:
        """How long after a moment somebody was first told that what they asked for since then is paid."""
        told = [wish.answered_at for wish in self.wishes if wish.is_paid and wish.asked_at >= moment]
        return min((at - moment for at in told if at is not None), default=None)


async def load_of(stage: Stage, services: Sequence[Service]) -> Load:
    people = [await stage.world.person(has_member=False) for _ in range(BUYERS * PEOPLE)]
    items = [
        await (stage.world.course(stage.author) if number % 2 else stage.world.product()) for number in range(THINGS)
    ]
    return Load(services, people, items)
