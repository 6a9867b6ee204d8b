"""Random refunds of random orders come to exactly what was paid, never to more, and to whole credits."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.settings import Settings
from gateway.verifying import books
from models.values import new_id
from resolvers.discounts import paid_by_credits
from resolvers.invariants import INVARIANTS
from resolvers.invariants.verifying import verify
from resolvers.refund_intents import RefundOrder, chosen
from resolvers.refund_parts import Left, Part
from resolvers.refund_refusals import RefundTooLarge
from resolvers.shares import CENT, NOTHING, amount, credits_back
from schema.ids import parse_global_id
from tests.refunding import admin_of, balance, book, bought, given_back, items_of, refund, returned_by_the_provider
from tests.world import World

CREDIT = Decimal(10)
PRICES = st.lists(st.integers(0, 6_000).map(amount), min_size=1, max_size=4)
STEPS = st.lists(
    st.tuples(st.none() | st.sets(st.integers(0, 3), min_size=1), st.none() | st.integers(1, 7_000).map(amount)),
    max_size=12,
)
CHECKED = {1, 3, 4, 6, 7, 10, 11, 12, 13, 16}
"""The invariants that hold in a world of tests, by their numbers: its people have credits that nobody gave them."""


@dataclass
class Reference:
    """What of each item was given back, added up, and what came back in credits."""

    cash: list[Decimal]
    credit: list[Decimal]
    worth: Decimal
    given_cash: list[Decimal] = field(default_factory=list)
    given_credit: list[Decimal] = field(default_factory=list)
    is_over: list[bool] = field(default_factory=list)
    credits: int = 0

    def __post_init__(self) -> None:
        self.given_cash, self.given_credit = [NOTHING] * len(self.cash), [NOTHING] * len(self.cash)
        self.is_over = [False] * len(self.cash)

    @property
    def left(self) -> list[Decimal]:
        return [cash - given for cash, given in zip(self.cash, self.given_cash, strict=True)]

    def give(self, place: int, cash: Decimal, credit: Decimal) -> None:
        self.given_cash[place] += cash
        self.given_credit[place] += credit
        whole = (self.cash[place], self.credit[place])
        self.is_over[place] = (self.given_cash[place], self.given_credit[place]) == whole
        self.credits = int(sum(self.given_credit, NOTHING) // self.worth)


@given(prices=PRICES, credits=st.integers(0, 30), steps=STEPS)
def test_whatever_is_asked_for_is_given_back_exactly_or_refused(
    prices: list[Decimal], credits: int, steps: list[tuple[set[int] | None, Decimal | None]]
) -> None:
    paid = paid_by_credits(prices, credits, CREDIT, CENT)
    reference = Reference([p - c for p, c in zip(prices, paid.values, strict=True)], paid.values, CREDIT)
    ids = [new_id() for _ in prices]
    credits_given = 0
    for places, wanted in [*steps, (None, None)]:
        named = None if places is None else [place for place in sorted(places) if place < len(prices)]
        if named == []:
            continue
        parts = asked(reference, ids, named, wanted)
        if parts is None:
            continue
        for part in parts:
            reference.give(ids.index(part.order_item_id), part.amount, part.credit_value)
            credits_given += credits_back(sum(reference.given_credit, NOTHING), CREDIT, credits_given)
        if wanted is not None:
            assert sum(part.amount for part in parts) == wanted
        assert min(reference.left) >= 0
        assert credits_given == reference.credits <= paid.credits

    assert (reference.given_cash, reference.given_credit) == (reference.cash, reference.credit)
    assert (all(reference.is_over), credits_given) == (True, paid.credits)


def asked(reference: Reference, ids: list[UUID], named: list[int] | None, wanted: Decimal | None) -> list[Part] | None:
    """What is chosen to be given back; None where it is refused, which must be for a reason."""
    lefts = [
        Left(item_id, left, credit - given, is_over)
        for item_id, left, credit, given, is_over in zip(
            ids, reference.left, reference.credit, reference.given_credit, reference.is_over, strict=True
        )
    ]
    items = None if named is None else tuple(ids[place] for place in named)
    meant = range(len(ids)) if named is None else named
    try:
        return chosen(lefts, "INR", RefundOrder(new_id(), "Why", "key", items, wanted))
    except RefundTooLarge:
        is_over = [reference.is_over[place] for place in meant]
        left = sum((reference.left[place] for place in meant), NOTHING)
        assert all(is_over) or (named is not None and any(is_over)) or (wanted is not None and wanted > left)
        return None


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    prices=st.lists(st.integers(1, 6_000).map(amount), min_size=2, max_size=3),
    credits=st.integers(0, 12),
    steps=st.lists(st.tuples(st.none() | st.integers(0, 2), st.none() | st.integers(1, 3_000).map(amount)), max_size=4),
)
async def test_both_databases_and_the_provider_agree_after_any_refunds(
    world: World,
    settings: Settings,
    prices: list[Decimal],
    credits: int,
    steps: list[tuple[int | None, Decimal | None]],
) -> None:
    world.sandbox.begin_anew()
    admin, buyer = await admin_of(world), await world.person()
    order = await bought(world, buyer, *[await world.product(price=price) for price in prices], credits=credits)
    items = await items_of(world, order)
    before = await balance(world, buyer)
    done: list[Any] = []
    for place, wanted in [*steps, (None, None)]:
        named = None if place is None else [items[place % len(items)]]
        answer = await refund(world, admin, order, items=named, amount=None if wanted is None else str(wanted))
        assert answer["__typename"] in {"OrderRefunded", "RefundTooLarge", "OrderNotRefundable"}
        done += given_back(answer) if answer["__typename"] == "OrderRefunded" else []

    paid = await world.handles.postgres.fetchrow(
        "SELECT amount - credit_value AS cash, credits_used FROM orders WHERE id = $1", parse_global_id(order)[1]
    )
    assert paid is not None
    found = await book(world, order)
    assert (found["status"], found["refunded_amount"], found["credits_returned"]) == ("refunded", *paid)
    assert sum(Decimal(cash) for _, cash, _, _ in done) == paid["cash"] == returned_by_the_provider(world)
    assert await balance(world, buyer) == before + paid["credits_used"] == credits
    assert await broken(world, settings) == {}


async def test_the_books_hold_while_a_refund_is_under_way_and_after_it_has_failed(
    world: World, settings: Settings
) -> None:
    admin, buyer = await admin_of(world), await world.person()
    products = [await world.product(price=Decimal(25)) for _ in range(2)]
    order = await bought(world, buyer, *products, credits=3, method="pm_card_pendingRefund")
    first, second = await items_of(world, order)

    found = []
    for items, outcome in (([first], "fails"), ([second], "succeeds"), ([first], "succeeds")):
        key = str(new_id())
        await refund(world, admin, order, items=items, key=key)
        under_way = await broken(world, settings)
        world.sandbox.settle(world.sandbox.effects("refund_begun")[-1]["id"], outcome)
        await refund(world, admin, order, items=items, key=key)
        found.append((under_way, await broken(world, settings), await balance(world, buyer)))

    assert found == [({}, {}, 0), ({}, {}, 1), ({}, {}, 3)]


async def broken(world: World, settings: Settings) -> dict[str, tuple[str, ...]]:
    invariants = [each for each in INVARIANTS if each.number in CHECKED]
    async with books(settings, world.handles) as both:
        return (await verify(both, invariants, pauses=(0,))).violations
