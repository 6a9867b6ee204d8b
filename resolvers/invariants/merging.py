"""The ordered merge of two streams, in windows: what is the same on both sides costs one comparison of two lists."""

from asyncio import gather, sleep
from bisect import bisect_left
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from operator import itemgetter

from resolvers.invariants.books import Batches, Fact, Key

Facts = Sequence[Fact]
Agree = Callable[[Facts, Facts], bool]

_KEY = itemgetter(0)


class Stream:
    """What has been read of one side and not yet been compared."""

    def __init__(self, batches: Batches) -> None:
        self.batches, self.waiting, self.is_ended = batches, list[Fact](), False

    async def fill(self) -> None:
        """Reads on until all facts of one key are there, which is known when another key follows."""
        while not self.is_ended and not (self.waiting and self.waiting[0][0] != self.waiting[-1][0]):
            batch = await anext(self.batches, None)
            if batch is None:
                self.is_ended = True
            else:
                self.waiting += batch

    def take(self, bound: Key | None) -> list[Fact]:
        """What comes before the bound, or without one all that there is."""
        end = len(self.waiting) if bound is None else bisect_left(self.waiting, bound, key=_KEY)
        taken, self.waiting = self.waiting[:end], self.waiting[end:]
        return taken


async def unlike(book: Batches, documents: Batches, agree: Agree, rest: float) -> AsyncGenerator[Key, None]:
    """The keys whose facts do not agree, or that only one side has.  Both sides come in the order of their keys.

    After each window nothing is done for `rest` seconds; others share the event loop.
    """
    ours, theirs = Stream(book), Stream(documents)
    while True:
        await gather(ours.fill(), theirs.fill())
        bounds = [side.waiting[-1][0] for side in (ours, theirs) if not side.is_ended]
        bound = min(bounds) if bounds else None
        one, other = ours.take(bound), theirs.take(bound)
        if one != other:
            for key in differing(one, other, agree):
                yield key
        if bound is None:
            return
        await sleep(rest)


def differing(one: list[Fact], other: list[Fact], agree: Agree) -> Iterator[Key]:
    ours, theirs = by_key(one), by_key(other)
    for key in ours | theirs:
        if ours.get(key) != theirs.get(key) and not agree(ours.get(key, ()), theirs.get(key, ())):
            yield key


def by_key(facts: list[Fact]) -> dict[Key, list[Fact]]:
    found: dict[Key, list[Fact]] = {}
    for fact in facts:
        found.setdefault(fact[0], []).append(fact)
    return found
