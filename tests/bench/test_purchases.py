"""Who is measured at selling sells alike: the gateway and the endpoint written by hand leave the same in both books."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from gateway.sandbox.running import child
from resolvers.context import Handles
from tests.bench.answers import AnswersDiffer
from tests.bench.books import left, standing
from tests.bench.buyers import Buyer, Wish, buyers, wishes
from tests.bench.cores import cores, family
from tests.bench.place import Place
from tests.bench.purchase_report import as_markdown
from tests.bench.purchases import BARE, PROVIDER, REFERENCE, Field, Plan, Turn, bought, contestants, require_same, turn
from tests.bench.servers import ContestantFailed, serving
from tests.gateway.seeding_place import new_place

SHORT = Plan(rounds=1, seconds=0.3, warm_up_seconds=0.0, buyers=4)


@dataclass(frozen=True)
class Market:
    """A seeded book with a sandbox; one contestant sells at a time, since each would show what the other sells."""

    handles: Handles
    place: Place
    address: str
    sandbox: int
    buyers: list[Buyer]

    @contextmanager
    def selling(self, name: str) -> Iterator[Field]:
        with serving([contestants(self.address)[name]], self.place.settings) as running:
            yield Field(name, running[name], self.place, self.sandbox, self.buyers, wishes(self.buyers))

    def take(self, count: int) -> list[Wish]:
        """Wishes of so many people for one thing, which nobody else of this module has."""
        shelf = {each for buyer in self.buyers for each in buyer.wanted}
        wanted, who = next(
            (wanted, who)
            for wanted in sorted(shelf)
            if len(who := [each for each in self.buyers if wanted in each.wanted]) >= count
        )
        for buyer in who[:count]:
            buyer.wanted.remove(wanted)
        return [Wish(buyer, wanted) for buyer in who[:count]]


@pytest.fixture(scope="module")
async def market(postgres_url: str, mongo_uri: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Market]:
    directory: Path = tmp_path_factory.mktemp("market")
    async with new_place(postgres_url, mongo_uri) as there:
        await there.seed()
        before = set(family(os.getpid()))
        with child(directory) as address:
            (sandbox,) = set(family(os.getpid())) - before
            place = Place(there.settings, replace(cores(), others=frozenset(os.sched_getaffinity(0))), ())
            yield Market(there.handles, place, address, sandbox, await buyers(there.handles, there.settings))


async def test_what_is_written_by_hand_leaves_what_the_gateway_leaves(market: Market) -> None:
    one, other = market.take(2)
    with market.selling(REFERENCE) as engine:
        expected = await bought(engine, one)
    with market.selling(BARE) as bare:
        given = await bought(bare, other)

    require_same(expected, given)

    assert [len(expected[table]) for table in ("orders", "payments", "outbox", "purchases", "purchase_events")] == [
        1
    ] * 5
    assert (expected["product"]["purchaseCount"], expected["member"].keys()) == (1, {"purchasedProducts", "updatedAt"})


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("orders", "UPDATE orders SET payment_method = 'cash' WHERE user_id = $1"),
        ("payments", "UPDATE payments SET fingerprint = 'a card' WHERE user_id = $1"),
        ("outbox", "DELETE FROM outbox WHERE aggregate_id IN (SELECT id FROM orders WHERE user_id = $1)"),
    ],
)
async def test_a_book_that_says_something_else_is_told(market: Market, table: str, change: str) -> None:
    (wish,) = market.take(1)
    who = wish.buyer.user_id
    before = await standing(market.handles, who, wish.product_id)
    with market.selling(BARE) as bare:
        await bought(bare, wish)
    expected = await left(market.handles, before, who, wish.product_id)

    await market.handles.postgres.execute(change, who)

    with pytest.raises(AnswersDiffer, match=f"bare leaves other {table}"):
        require_same(expected, await left(market.handles, before, who, wish.product_id))


def test_a_turn_counts_purchases_that_are_in_the_book(market: Market) -> None:
    with market.selling(BARE) as bare:
        sold = turn(bare, SHORT, SHORT.seconds)
        alone = turn(replace(bare, name=PROVIDER), SHORT, SHORT.seconds)

    assert sold.purchases >= SHORT.buyers
    assert alone.purchases >= SHORT.buyers
    assert 0 < sold.p50 <= sold.p99


def test_answers_that_are_not_in_the_book_are_no_purchases(market: Market) -> None:
    unknown = Wish(market.buyers[0], market.buyers[0].user_id)

    with market.selling(REFERENCE) as engine, pytest.raises(ContestantFailed, match="but 0 orders were completed"):
        turn(replace(engine, wishes=iter([unknown])), SHORT, 0.1)


def test_the_gateway_is_told_as_a_part_of_what_is_written_by_hand() -> None:
    def of(contestant: str, per_second: float, cpu: float) -> Turn:
        return Turn(contestant, 100, 0, per_second, 0.05, 0.2, cpu, 0.004, 0.001, 0.9, 0.01)

    turns = [of(REFERENCE, speed, 0.010) for speed in (80, 90, 100)]
    turns += [of(BARE, speed, 0.007) for speed in (180, 200, 190)] + [of(PROVIDER, 400, 0.004)]

    lines = as_markdown(turns, Plan(3, 5, 1), "s", are_apart=True).splitlines()

    assert "| the gateway | 90 | 22% | 50.0 | 200.0 | 10,000 | 4,000 | 1,000 | 90% | 1% |" in lines
    assert [line for line in lines if line.startswith("| by ")] == [
        "| by purchases per second | 0.47 |",
        "| by the server's CPU per purchase | 0.70 |",
        "| by that without the requests to the provider | 0.50 |",
    ]
