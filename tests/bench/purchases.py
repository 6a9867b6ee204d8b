"""How fast purchases are made, beside a hand-written endpoint with the same transactions and requests to the provider.

Each has databases of its own, filled alike, since who shows purchases would show those of others too.
"""

import asyncio
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import chain, islice, product
from typing import Any

from gateway.databases import handles
from gateway.sandbox.running import child
from gateway.seeding import Size
from tests.bench.answers import AnswersDiffer
from tests.bench.books import Shown, left, standing
from tests.bench.buyers import Buyer, Wish, buyers, wishes
from tests.bench.contestants import Contestant, gateway, python
from tests.bench.cores import cpu_seconds, family, parent
from tests.bench.load import Outcome
from tests.bench.place import Place, place
from tests.bench.rounds import Say, loaded
from tests.bench.servers import ContestantFailed, Running, on_cores, serving

REFERENCE, BARE, PROVIDER = "engine", "bare", "provider"
OPERATIONS = {REFERENCE: "Purchase", BARE: "Purchase", PROVIDER: "Charge"}
BUYERS = 32
CONNECTIONS = 30
"""To PostgreSQL, for each; of the gateway's, a third is for transactions."""

PER_SECOND = 1_500
"""So many purchases are made ready for each second of a turn, more than anybody can make."""

SETTLE_SECONDS = 0.5
COMPLETED = "SELECT count(*) FROM orders WHERE completed_at IS NOT NULL"
UNSHOWN = "SELECT count(*) FROM orders WHERE fulfilment = 'PENDING'"


@dataclass(frozen=True)
class Turn:
    """One turn of one contestant, per purchase.  CPU is in seconds; what is busy is a part of one core."""

    contestant: str
    purchases: int
    failures: int
    per_second: float
    p50: float
    p99: float
    server_cpu: float
    databases_cpu: float
    sandbox_cpu: float
    server_busy: float
    load_busy: float


@dataclass(frozen=True)
class Plan:
    rounds: int
    seconds: float
    warm_up_seconds: float
    buyers: int = BUYERS


@dataclass
class Field:
    """A contestant at work on its book, who buys there, and what they can still buy."""

    name: str
    running: Running
    place: Place
    sandbox: int
    buyers: list[Buyer]
    wishes: Iterator[Wish]

    @property
    def operation(self) -> str:
        return OPERATIONS[self.name]

    @property
    def is_selling(self) -> bool:
        return self.name != PROVIDER


def contestants(sandbox: str) -> dict[str, Contestant]:
    provided = {
        "STRIPE_API_BASE": sandbox,
        "STRIPE_API_KEY": "sk_test_sandbox",
        "POSTGRES_POOL_SIZE": str(CONNECTIONS),
    }
    engine = gateway(REFERENCE, "the gateway as it is served", "on")
    return {
        REFERENCE: replace(engine, environment={**engine.environment, **provided, "VERIFY_EVERY_MINUTES": "0"}),
        BARE: python(BARE, "the same by hand, bare ASGI", "by_hand.buying_app:app", **provided),
    }


def bench(plan: Plan, size: Size, say: Say) -> list[Turn]:
    """All turns.  Raises AnswersDiffer before anything is timed, and ContestantFailed where a purchase is lost."""
    with ExitStack() as stack:
        engine = stack.enter_context(field(REFERENCE, size))
        bare = stack.enter_context(field(BARE, size))
        asyncio.run(compare(engine, bare))
        say("One purchase by each leaves the same rows and documents.")
        provider = replace(bare, name=PROVIDER, wishes=wishes(bare.buyers))
        fields = (engine, bare, provider)
        for each in fields:
            turn(each, plan, plan.warm_up_seconds)
        turns = []
        for number, each in product(range(plan.rounds), fields):
            one = turn(each, plan, plan.seconds)
            say(
                f"purchases, round {number + 1}: {each.name} {one.per_second:,.0f}/s, p99 {one.p99 * 1000:.1f} ms,"
                f" {one.server_cpu * 1e6:,.0f} µs, server {one.server_busy:.0%} busy"
            )
            turns.append(one)
        return turns


@contextmanager
def field(name: str, size: Size) -> Iterator[Field]:
    with place(size, f"purchases-{size.value}-{name}") as where, provider_of(where) as (address, sandbox):
        told = contestants(address)[name]
        with serving([told], where.settings, where.cores.server) as running:
            there = asyncio.run(drawn(where))
            yield Field(name, running[name], where, sandbox, there, wishes(there))


@contextmanager
def provider_of(where: Place) -> Iterator[tuple[str, int]]:
    """The address of a sandbox away from the server's core, and its process."""
    before = set(family(os.getpid()))
    with on_cores(where.cores.others), child(where.settings.data_dir) as address:
        (process,) = (pid for pid in set(family(os.getpid())) - before if parent(pid) == os.getpid())
        yield address, process


async def drawn(where: Place) -> list[Buyer]:
    async with handles(where.settings) as opened:
        return await buyers(opened, where.settings)


async def compare(engine: Field, bare: Field) -> None:
    """Raises AnswersDiffer unless a purchase of the same thing leaves the same rows and documents in both books.

    Who has bought things in an earlier run is passed over in the other book as well.
    """
    theirs = {each.user_id: set(each.wanted) for each in bare.buyers}
    wish = next(each for each in engine.wishes if each.product_id in theirs.get(each.buyer.user_id, ()))
    same = next(each for each in bare.buyers if each.user_id == wish.buyer.user_id)
    expected = await bought(engine, wish)
    require_same(expected, await bought(bare, Wish(same, wish.product_id)))
    # Neither can buy it again.
    same.wanted.remove(wish.product_id)
    bare.wishes = wishes(bare.buyers)


async def bought(by: Field, wish: Wish) -> dict[str, Any]:
    """What one purchase answers and leaves."""
    who = wish.buyer.user_id
    async with handles(by.place.settings) as opened:
        before = await standing(opened, who, wish.product_id)
        answer = await asyncio.to_thread(by.running.ask, wish.body(), wish.buyer.token)
        order = (answer.get("data") or {}).get("purchase", {}).get("order")
        if order is None:
            raise ContestantFailed(f"{by.name} does not sell: {answer}")
        return {"answer": shape(order), **await left(opened, before, who, wish.product_id)}


def shape(order: Shown) -> Shown:
    """An order as it is answered, but for what names it."""
    return {key: len(each) if key in {"id", "number"} else each for key, each in order.items()}


def require_same(expected: Shown, given: Shown) -> None:
    for name, each in expected.items():
        if given[name] != each:
            raise AnswersDiffer(f"{BARE} leaves other {name}:\n{given[name]}\ninstead of\n{each}")


def turn(by: Field, plan: Plan, seconds: float) -> Turn:
    """Raises ContestantFailed where there are not as many new orders in the book, and shown, as were answered."""
    ready = list(islice(by.wishes, int(PER_SECOND * seconds)))
    sent = [(wish.buyer.token, wish.body(by.operation).decode()) for wish in ready]
    before = counted(by)
    cpu = spent(by)
    outcome = loaded(by.place, by.running.port, sent, plan.buyers, seconds)
    server, databases, sandbox = (after - earlier for after, earlier in zip(spent(by), cpu, strict=True))
    if by.is_selling:
        # What was made ready and not asked for may be asked for the next time.
        by.wishes = chain(ready[outcome.requests :], by.wishes)
        require_kept(by, before, outcome)
    if outcome.failures or outcome.requests > len(ready):
        raise ContestantFailed(f"{by.name}: {outcome.failures} failed of {outcome.requests}: {outcome.failed_with}")
    return Turn(
        contestant=by.name,
        purchases=outcome.requests,
        failures=outcome.failures,
        per_second=outcome.requests / outcome.seconds,
        p50=outcome.p50,
        p99=outcome.p99,
        server_cpu=server / outcome.requests,
        databases_cpu=databases / outcome.requests,
        sandbox_cpu=sandbox / outcome.requests,
        server_busy=server / outcome.seconds,
        load_busy=outcome.cpu_seconds / outcome.seconds,
    )


def spent(by: Field) -> tuple[float, float, float]:
    return cpu_seconds(by.running.pid), cpu_seconds(*by.place.databases), cpu_seconds(by.sandbox)


def counted(by: Field) -> tuple[int, int]:
    """How many orders are completed, and how many of them are not shown."""

    async def count() -> tuple[int, int]:
        async with handles(by.place.settings) as opened:
            await asyncio.sleep(SETTLE_SECONDS)
            return await opened.postgres.fetchval(COMPLETED), await opened.postgres.fetchval(UNSHOWN)

    return asyncio.run(count())


def require_kept(by: Field, before: tuple[int, int], outcome: Outcome) -> None:
    completed, unshown = (after - earlier for after, earlier in zip(counted(by), before, strict=True))
    if (completed, unshown) != (outcome.requests - outcome.failures, 0):
        raise ContestantFailed(
            f"{by.name} answered {outcome.requests} purchases, {outcome.failures} of them failed, but {completed}"
            f" orders were completed and {unshown} are not shown. {outcome.failed_with}"
        )
