"""How a sequence runs: a step is taken in the shop and in the reference, and then both have to be the same."""

from collections import Counter as Count
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import note

from resolvers.relay import deliver
from tests.money.model import expecting
from tests.money.model.asking import Counter
from tests.money.model.reading import Reader
from tests.money.model.rules import Refused
from tests.money.model.shop import Answer, Order, Shop

Step = tuple[str, int, int, int, int]
"""A name and four numbers, which say who, which and how much among what there is when the step is taken."""

UNDELIVERED = "SELECT DISTINCT aggregate_id FROM outbox WHERE delivered_at IS NULL"
TAKEN: Count[tuple[str, str]] = Count()
"""How often each step was answered by what, over all sequences."""


def differences(found: Any, expected: Any) -> str:
    """Where the books and the rules differ, and how."""
    if isinstance(found, list) and isinstance(expected, list):
        found, expected = dict(enumerate(found)), dict(enumerate(expected))
    names = [name for name in {**found, **expected} if found.get(name) != expected.get(name)]
    said = (f"{name} is {found.get(name)}, and {expected.get(name)} by the rules" for name in names)
    return "; ".join(said)


@dataclass
class Running:
    """One sequence, in the shop and in the reference."""

    shop: Shop
    counter: Counter
    made: int = 0
    asked: list[Callable[[], Awaitable[None]]] = field(default_factory=list)

    async def step(self, step: Step) -> None:
        name, *numbers = step
        note(f"-- {name} {numbers}")
        await getattr(self, name)(*numbers)
        await self.compare()

    async def compare(self) -> None:
        """Whether both databases and the provider say what the reference says, once all of it is shown."""
        for row in await self.counter.world.handles.postgres.fetch(UNDELIVERED):
            assert await deliver(self.counter.world.handles, row["aggregate_id"])
        found, wanted = await Reader(self.counter).everything(), expecting.everything(self.shop)
        for name, expected in wanted.items():
            assert found[name] == expected, f"{name} differ: {differences(found[name], expected)}"

    async def same(self, name: str, asking: Awaitable[Answer], rule: Callable[[], Answer]) -> None:
        """Asks both, and compares what they answer."""
        answer = await asking
        try:
            expected = rule()
        except Refused as refused:
            expected = refused.answer
        TAKEN[name, answer[0]] += 1
        note(f"{name}: {answer}")
        assert answer == expected, f"{name} answers {answer}, and {expected} by the rules"

    async def keyed(self, ask: Callable[[], Awaitable[None]]) -> None:
        """The same, of a request that may be sent again."""
        self.asked.append(ask)
        await ask()

    def key(self) -> str:
        self.made += 1
        return f"key-{self.made}"

    def order_of(self, who: int, which: int, *statuses: str) -> Order | None:
        """An order of a person with one of these statuses, now and then just any; none where there is none."""
        own = [order for order in self.shop.orders if order.buyer == who and order.status in statuses]
        some = own if which % 10 else self.shop.orders
        return some[which % len(some)] if some else None

    async def nothing(self, *_: int) -> None:
        """Leaves a sequence shorter."""
