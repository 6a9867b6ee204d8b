"""Random steps of the ledger, against a plain reference of its rules and against the books that the seeding keeps."""

from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gateway.seeding.draw import Draw
from gateway.seeding.ledger import Ledger, Wallet
from gateway.seeding.shapes import columns
from models.credits import CreditEntry, EntryKind
from models.values import now
from resolvers import ledger
from resolvers.credit_refusals import NotEnoughCredits
from tests.money import wallets
from tests.money.wallets import account, book, entries, grant, order_of, refund_of, shown, void
from tests.world import Person, World

NAMES = ("grant", "grant", "take", "reward", "reward", "void", "hold", "release", "capture", "give_back", "again")
KEYS = "SELECT key FROM credit_entries WHERE user_id = $1 ORDER BY version"
STEPS = st.lists(st.tuples(st.sampled_from(NAMES), st.integers(1, 9), st.integers(0, 99)), max_size=24)


@dataclass
class Reference:
    """The rules in the fewest words: entries in a row, what is held, and what is owed, the oldest first."""

    entries: list[tuple[str, int, int]] = field(default_factory=list)
    held: int = 0
    earned: int = 0
    owed: list[int] = field(default_factory=list)

    @property
    def balance(self) -> int:
        return sum(amount for _, amount, _ in self.entries)

    @property
    def account(self) -> tuple[int, ...]:
        return self.balance, self.held, self.earned, sum(self.owed), len(self.entries)

    def enter(self, kind: str, amount: int) -> None:
        self.entries.append((kind, amount, self.balance + amount))

    def earn(self, kind: str, amount: int) -> None:
        self.enter(kind, amount)
        self.earned += amount
        self.settle()

    def settle(self) -> None:
        while self.owed and self.balance > self.held:
            one = min(self.balance - self.held, self.owed[0])
            self.owed[0] -= one
            self.owed = [each for each in self.owed if each]
            self.enter("SETTLED", -one)

    def reverse(self, amount: int) -> None:
        taken = max(0, min(amount, self.balance - self.held))
        if taken:
            self.enter("REVERSED", -taken)
        if amount > taken:
            self.owed.append(amount - taken)


@dataclass
class Run:
    """One person's ledger, told the same in three books.  The seeding takes nothing away, so it stops being asked."""

    world: World
    person: Person
    reference: Reference = field(default_factory=Reference)
    seeding: Ledger = field(default_factory=lambda: Ledger(Draw(1)))
    is_seeded: bool = True
    rewarded: list[tuple[UUID, int]] = field(default_factory=list)
    holds: list[int] = field(default_factory=list)
    spent: list[tuple[UUID, int]] = field(default_factory=list)
    done: list[tuple[Any, tuple[Any, ...], dict[str, Any]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.at = now()
        self.wallet = Wallet(self.person.id, self.at, self.at)

    async def tell(self, step: Any, *given: Any, **cause: Any) -> None:
        await book(self.world, step, self.person.id, *given, **cause)
        self.done.append((step, given, cause))

    async def step(self, name: str, credits: int, which: int) -> None:
        await getattr(self, name)(credits, which)
        assert await account(self.world, self.person) == self.reference.account
        if self.is_seeded:
            wallet, owed = self.wallet, sum(lacking for _, lacking in self.wallet.owed)
            seeded = wallet.balance, wallet.held, wallet.total_earned, owed, wallet.version
            assert seeded == self.reference.account

    async def grant(self, credits: int, which: int) -> None:
        by, key = self.person.id, f"{which}:{len(self.done)}:{self.person.id}"
        await self.tell(ledger.grant, credits, key=key, by=by, reason="A gift")
        self.reference.earn("GRANT", credits)
        self.seeding.grant(self.wallet, credits, self.at, by=by, reason="A gift")

    async def take(self, credits: int, _: int) -> None:
        if await self.is_free(credits, grant(self.world, self.person, -credits)):
            self.reference.earn("GRANT", -credits)
            self.is_seeded = False

    async def reward(self, credits: int, _: int) -> None:
        claim_id, kind = await wallets.claim_of(self.world, self.person), EntryKind.REFERRER_REWARD
        await self.tell(ledger.reward, kind, credits, claim_id=claim_id)
        self.reference.earn(kind, credits)
        self.seeding.reward(self.wallet, kind, credits, self.at, claim_id=claim_id)
        self.rewarded.append((claim_id, credits))

    async def void(self, _: int, which: int) -> None:
        if self.rewarded:
            claim_id, credits = self.rewarded.pop(which % len(self.rewarded))
            await void(self.world, self.person, claim_id, credits)
            self.done.append((ledger.reverse, (credits,), {"claim_id": claim_id, "reason": "Given back"}))
            self.reference.reverse(credits)
            self.seeding.reverse(self.wallet, credits, self.at, claim_id=claim_id, reason="Given back")

    async def hold(self, credits: int, _: int) -> None:
        if await self.is_free(credits, book(self.world, ledger.hold, self.person.id, credits)):
            self.keep(credits)
            self.holds.append(credits)

    async def is_free(self, credits: int, attempt: Awaitable[None]) -> bool:
        """Makes an attempt that needs free credits, and says whether there were as many."""
        free = self.reference.balance - self.reference.held
        if credits <= free:
            await attempt
            return True
        with pytest.raises(NotEnoughCredits) as refused:
            await attempt
        assert refused.value.available == free
        return False

    def keep(self, credits: int) -> None:
        self.reference.held += credits
        self.wallet.held += credits

    async def release(self, _: int, which: int) -> None:
        if self.holds:
            credits = self.holds.pop(which % len(self.holds))
            await book(self.world, ledger.release, self.person.id, credits)
            self.keep(-credits)
            self.reference.settle()
            self.seeding.settle(self.wallet, self.at)

    async def capture(self, _: int, which: int) -> None:
        if self.holds:
            credits, order_id = self.holds.pop(which % len(self.holds)), await order_of(self.world, self.person)
            await self.tell(ledger.capture, credits, order_id=order_id)
            self.keep(-credits)
            self.reference.enter("SPENT", -credits)
            self.seeding.spend(self.wallet, credits, self.at, order_id=order_id)
            self.spent.append((order_id, credits))

    async def give_back(self, _: int, which: int) -> None:
        if self.spent:
            order_id, credits = self.spent.pop(which % len(self.spent))
            refund_id = await refund_of(self.world, self.person, order_id, credits)
            await self.tell(ledger.give_back, credits, order_id=order_id, refund_id=refund_id)
            self.reference.enter("RETURNED", credits)
            self.reference.settle()
            self.seeding.give_back(self.wallet, credits, self.at, order_id=order_id, refund_id=refund_id)

    async def again(self, _: int, which: int) -> None:
        """What was told before, word for word: nothing may come of it."""
        if self.done:
            step, given, cause = self.done[which % len(self.done)]
            await book(self.world, step, self.person.id, *given, **cause)


def nameless(key: str) -> str:
    """The key without what a grant is called, which is drawn."""
    return "grant" if key.startswith("grant:") else key


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
@example(steps=[("reward", 4, 0), ("hold", 3, 0), ("void", 1, 0), ("release", 1, 0)])
@example(steps=[("reward", 4, 0), ("hold", 3, 0), ("capture", 1, 0), ("void", 1, 0), ("give_back", 1, 0)])
async def test_the_ledger_says_what_its_rules_and_the_seeding_say(
    world: World, steps: list[tuple[str, int, int]]
) -> None:
    run = Run(world, await world.person(has_member=False))

    for step in steps:
        await run.step(*step)

    written = await entries(world, run.person)
    assert written == run.reference.entries
    if run.is_seeded:
        seeded = [dict(zip(columns(CreditEntry), row, strict=True)) for row in run.seeding.entries()]
        assert [(row["kind"], row["amount"], row["balance_after"]) for row in seeded] == written
        rows = await world.handles.postgres.fetch(KEYS, run.person.id)
        assert [nameless(row["key"]) for row in rows] == [nameless(str(row["key"])) for row in seeded]
    last = (await shown(world, run.person))[-1:]
    balance, _, earned, _, version = run.reference.account
    assert last == [{"credits": balance, "totalCreditsEarned": earned, "version": version}] * bool(version)
