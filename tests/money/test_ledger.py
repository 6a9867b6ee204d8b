"""The credit ledger: many at once, twice the same, and rewards that are taken back when they are spent."""

from asyncio import create_task, gather, sleep
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from models.credits import EntryKind
from models.values import new_id
from resolvers import ledger
from resolvers.credit_refusals import NotEnoughCredits
from resolvers.transactions import transaction
from tests.money import wallets
from tests.money.wallets import account, book, entries, grant, order_of, refund_of, reward, shown, spend, void
from tests.world import Person, World

WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"


async def attempted(attempt: Awaitable[None]) -> str:
    try:
        await attempt
    except NotEnoughCredits as refused:
        return f"{refused.available} are free"
    return "done"


async def waited_for(world: World) -> None:
    while not await world.handles.postgres.fetchval(WAITING):  # noqa: ASYNC110  PostgreSQL has no event for it.
        await sleep(0.01)


async def test_of_two_holds_of_one_balance_the_second_waits_and_is_refused(crowded: World) -> None:
    person = await crowded.person()
    await grant(crowded, person, 5)

    async with transaction(crowded.handles) as first:
        await ledger.hold(first, person.id, 3)
        second = create_task(attempted(book(crowded, ledger.hold, person.id, 3)))
        await waited_for(crowded)

    assert await second == "2 are free"
    assert await account(crowded, person) == (5, 3, 5, 0, 1)


async def test_of_many_holds_at_once_as_many_win_as_there_are_credits(crowded: World) -> None:
    person = await crowded.person()
    await grant(crowded, person, 7)

    outcomes = await gather(*(attempted(book(crowded, ledger.hold, person.id, 2)) for _ in range(20)))

    assert sorted(outcomes) == ["1 are free"] * 17 + ["done"] * 3
    assert await account(crowded, person) == (7, 6, 7, 0, 1)


async def test_a_hold_of_somebody_without_an_account_is_refused_and_makes_none(world: World) -> None:
    person = await world.person()

    assert await attempted(book(world, ledger.hold, person.id, 1)) == "0 are free"

    assert await world.handles.postgres.fetchval("SELECT count(*) FROM credit_accounts") == 0


async def test_entries_written_at_once_number_themselves_without_a_gap(crowded: World) -> None:
    person = await crowded.person()

    await gather(*(grant(crowded, person, number, key=str(number)) for number in range(1, 21)))

    rows = await crowded.handles.postgres.fetch("SELECT version, created_at FROM credit_entries ORDER BY created_at")
    balances = [balance for *_, balance in await entries(crowded, person)]
    assert await account(crowded, person) == (210, 0, 210, 0, 20)
    assert [row["version"] for row in rows] == list(range(1, 21))
    assert len({row["created_at"] for row in rows}) == 20
    assert sorted(balances) == balances
    assert balances[-1] == 210
    assert [each["version"] for each in await shown(crowded, person)] == list(range(1, 21))


async def twice_spent(world: World, person: Person) -> list[Callable[[], Awaitable[None]]]:
    order_id = await order_of(world, person)
    await book(world, ledger.hold, person.id, 4)
    return [lambda: book(world, ledger.capture, person.id, 2, order_id=order_id)] * 2


async def twice_returned(world: World, person: Person) -> list[Callable[[], Awaitable[None]]]:
    order_id = await spend(world, person, 2)
    cause = {"order_id": order_id, "refund_id": await refund_of(world, person, order_id, 2)}
    return [lambda: book(world, ledger.give_back, person.id, 2, **cause)] * 2


async def twice_granted(world: World, person: Person) -> list[Callable[[], Awaitable[None]]]:
    return [lambda: grant(world, person, 2, key="one")] * 2


async def twice_rewarded(world: World, person: Person) -> list[Callable[[], Awaitable[None]]]:
    claim_id = await wallets.claim_of(world, person)
    kind = EntryKind.REFERRER_REWARD
    return [lambda: book(world, ledger.reward, person.id, kind, 2, claim_id=claim_id)] * 2


async def twice_reversed(world: World, person: Person) -> list[Callable[[], Awaitable[None]]]:
    claim_id = await reward(world, person, 2)
    return [lambda: void(world, person, claim_id, 2)] * 2


async def twice_reversed_in_vain(world: World, person: Person) -> list[Callable[[], Awaitable[None]]]:
    claim_id = await reward(world, person, 2)
    await book(world, ledger.hold, person.id, 12)
    return [lambda: void(world, person, claim_id, 2)] * 2


async def twice_reversed_and_settled_between(world: World, person: Person) -> list[Callable[[], Awaitable[None]]]:
    claim_id = await reward(world, person, 2)
    await book(world, ledger.hold, person.id, 12)
    await void(world, person, claim_id, 2)
    return [lambda: grant(world, person, 5, key="between"), lambda: void(world, person, claim_id, 2)]


@pytest.mark.parametrize(
    "prepared",
    [
        twice_spent,
        twice_returned,
        twice_granted,
        twice_rewarded,
        twice_reversed,
        twice_reversed_in_vain,
        twice_reversed_and_settled_between,
    ],
)
async def test_what_comes_twice_changes_nothing_the_second_time(
    world: World, prepared: Callable[..., Awaitable[list[Callable[[], Awaitable[None]]]]]
) -> None:
    person = await world.person()
    await grant(world, person, 10)
    first, second = await prepared(world, person)
    before = await account(world, person)

    await first()
    once = await account(world, person), await entries(world, person), await shown(world, person)
    await second()

    assert once[0] != before
    assert (await account(world, person), await entries(world, person), await shown(world, person)) == once


async def test_a_repetition_at_the_same_time_changes_nothing_either(crowded: World) -> None:
    person = await crowded.person()
    claim_id = await wallets.claim_of(crowded, person)
    again = (person.id, EntryKind.REFERRER_REWARD, 2)

    await gather(*(book(crowded, ledger.reward, *again, claim_id=claim_id) for _ in range(20)))

    assert await account(crowded, person) == (2, 0, 2, 0, 1)


async def test_spent_rewards_are_a_shortfall_that_later_earnings_settle_the_oldest_first(world: World) -> None:
    person = await world.person()
    older, newer = await reward(world, person, 4), await reward(world, person, 4)
    await spend(world, person, 7)
    # The one that was brought later is voided earlier, and that is what counts.
    await void(world, person, newer, 4)
    await void(world, person, older, 4)
    assert await account(world, person) == (0, 0, 8, 7, 4)

    await grant(world, person, 5)
    after_grant = await account(world, person)
    await reward(world, person, 4)

    assert after_grant == (0, 0, 13, 2, 7)
    assert await account(world, person) == (2, 0, 17, 0, 9)
    assert (await entries(world, person))[3:] == [
        ("REVERSED", -1, 0),
        ("GRANT", 5, 5),
        ("SETTLED", -3, 2),
        ("SETTLED", -2, 0),
        ("REFERRER_REWARD", 4, 4),
        ("SETTLED", -2, 2),
    ]
    keys = await world.handles.postgres.fetch(
        "SELECT key FROM credit_entries WHERE kind IN ('REVERSED', 'SETTLED') ORDER BY version"
    )
    assert [row["key"] for row in keys] == [
        f"referral:{newer}:REVERSED:{person.id}",
        f"referral:{newer}:SETTLED:{person.id}:6",
        f"referral:{older}:SETTLED:{person.id}:7",
        f"referral:{older}:SETTLED:{person.id}:9",
    ]
    assert [each["version"] for each in await shown(world, person)] == [1, 2, 3, 4, 7, 9]


async def test_what_is_held_is_neither_reversed_nor_taken(world: World) -> None:
    person = await world.person()
    claim_id = await reward(world, person, 6)
    await book(world, ledger.hold, person.id, 5)

    assert await attempted(grant(world, person, -2)) == "1 are free"
    await void(world, person, claim_id, 6)
    await book(world, ledger.capture, person.id, 5, order_id=await order_of(world, person))

    assert await entries(world, person) == [("REFERRER_REWARD", 6, 6), ("REVERSED", -1, 5), ("SPENT", -5, 0)]
    assert await account(world, person) == (0, 0, 6, 5, 3)


async def test_credits_that_come_back_settle_what_is_owed_before_they_are_free(world: World) -> None:
    person = await world.person()
    claim_id = await reward(world, person, 3)
    await grant(world, person, 2)
    order_id = await spend(world, person, 5)
    await void(world, person, claim_id, 3)

    cause = {"order_id": order_id, "refund_id": await refund_of(world, person, order_id, 5)}
    await book(world, ledger.give_back, person.id, 5, **cause)

    assert (await entries(world, person))[3:] == [("RETURNED", 5, 5), ("SETTLED", -3, 2)]
    assert await account(world, person) == (2, 0, 5, 0, 5)
    assert [each["version"] for each in await shown(world, person)] == [1, 2, 3, 5]


async def test_credits_that_were_held_against_a_reversal_settle_it_when_they_are_released(world: World) -> None:
    person = await world.person()
    older, newer = await reward(world, person, 4), await reward(world, person, 4)
    await book(world, ledger.hold, person.id, 5)
    await book(world, ledger.hold, person.id, 3)
    await void(world, person, older, 4)
    await void(world, person, newer, 4)
    assert await account(world, person) == (8, 8, 8, 8, 2)

    await book(world, ledger.release, person.id, 5)
    assert await account(world, person) == (3, 3, 8, 3, 4)
    await book(world, ledger.release, person.id, 3)

    assert (await entries(world, person))[2:] == [("SETTLED", -4, 4), ("SETTLED", -1, 3), ("SETTLED", -3, 0)]
    assert await account(world, person) == (0, 0, 8, 0, 5)
    assert [each["version"] for each in await shown(world, person)] == [1, 2, 4, 5]


async def test_what_an_administrator_takes_away_was_never_earned(world: World) -> None:
    person = await world.person()
    await grant(world, person, 5)

    await grant(world, person, -3)

    assert await account(world, person) == (2, 0, 2, 0, 2)
    assert await shown(world, person) == [
        {"credits": 5, "totalCreditsEarned": 5, "version": 1},
        {"credits": 2, "totalCreditsEarned": 2, "version": 2},
    ]


async def test_holds_are_given_back_and_show_nothing(world: World) -> None:
    person = await world.person()
    await grant(world, person, 5)

    await book(world, ledger.hold, person.id, 5)
    await book(world, ledger.release, person.id, 3)

    assert await account(world, person) == (5, 2, 5, 0, 1)
    assert len(await shown(world, person)) == 1


@pytest.mark.parametrize("step", [ledger.hold, ledger.release, ledger.capture, ledger.give_back, ledger.reverse])
async def test_no_credits_change_nothing_and_a_negative_number_is_a_bug(world: World, step: Any) -> None:
    person = await world.person()
    cause: dict[Any, dict[str, Any]] = {
        ledger.capture: {"order_id": new_id()},
        ledger.give_back: {"order_id": new_id(), "refund_id": new_id()},
        ledger.reverse: {"claim_id": new_id(), "reason": "Given back"},
    }

    await book(world, step, person.id, 0, **cause.get(step, {}))
    with pytest.raises(AssertionError, match="less than none"):
        await book(world, step, person.id, -1, **cause.get(step, {}))

    assert await world.handles.postgres.fetchval("SELECT count(*) FROM credit_accounts") == 0


async def test_more_than_is_held_is_neither_released_nor_spent(world: World) -> None:
    person = await world.person()
    await grant(world, person, 5)
    await book(world, ledger.hold, person.id, 2)

    with pytest.raises(AssertionError, match="fewer are held"):
        await book(world, ledger.release, person.id, 3)
    with pytest.raises(AssertionError, match="fewer are held"):
        await book(world, ledger.capture, person.id, 3, order_id=await order_of(world, person))

    assert await account(world, person) == (5, 2, 5, 0, 1)


async def test_a_claim_is_reversed_by_what_it_brought(world: World) -> None:
    person = await world.person()
    claim_id = await reward(world, person, 5)

    with pytest.raises(AssertionError, match="which brought 5"):
        await void(world, person, claim_id, 4)

    assert await account(world, person) == (5, 0, 5, 0, 1)
