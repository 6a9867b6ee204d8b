"""Loads that requests share: one statement for all who ask in the same turn, and to each what they asked for."""

import gc
from asyncio import create_task, gather, sleep, wait_for
from typing import Any

import asyncpg
import pytest

from models.values import new_id
from resolvers.identity import HOLDERS, SESSION_PREFIX, UserById, hash_of, viewer_of
from resolvers.lanes import Lanes
from resolvers.refusals import InvalidToken, StoreUnavailable
from resolvers.sharing import MOST_KEYS
from tests.world import World

HOLDER = HOLDERS[SESSION_PREFIX]


async def test_tokens_that_come_in_the_same_turn_are_looked_up_together_and_stand_for_their_own_people(
    world: World,
) -> None:
    ada, ben = await world.person(), await world.person()
    world.observed.clear()

    found = await gather(
        *(viewer_of(world.handles, token) for token in (ada.token, ben.token, "gws_unknown", ada.token)),
        return_exceptions=True,
    )

    assert [getattr(viewer, "user_id", None) for viewer in found] == [ada.id, ben.id, None, ada.id]
    assert isinstance(found[2], InvalidToken)
    assert world.observed.statements == {"users": 1}
    assert world.observed.rows == {"users": 2}


async def test_nobody_is_given_the_rows_that_others_asked_for(world: World) -> None:
    ada, ben = await world.person(), await world.person()
    load = world.handles.loads.load

    own, others, nobodys = await gather(
        load(world.handles, UserById, (ada.id,), ("username",)),
        load(world.handles, UserById, (ada.id, ben.id), ("username",)),
        load(world.handles, UserById, (new_id(),), ("username",)),
    )

    assert [set(each) for each in (own, others, nobodys)] == [{ada.id}, {ada.id, ben.id}, set()]
    assert own[ada.id]["username"] == ada.username


async def test_loads_of_other_columns_and_of_later_turns_are_statements_of_their_own(world: World) -> None:
    ada = await world.person()
    load = world.handles.loads.load
    world.observed.clear()

    for turn in ([("username",), ("email",)], [("username",)]):
        await wait_for(gather(*(load(world.handles, UserById, (ada.id,), columns) for columns in turn)), 5)

    assert world.observed.statements == {"users": 3}


async def test_keys_that_are_too_many_for_one_statement_leave_in_several(world: World) -> None:
    ada, load = await world.person(), world.handles.loads.load
    world.observed.clear()

    found = await gather(
        *(load(world.handles, UserById, [ada.id, *(new_id() for _ in range(MOST_KEYS // 2))]) for _ in range(3))
    )

    assert [set(each) for each in found] == [{ada.id}] * 3
    assert world.observed.statements == {"users": 3}


@pytest.mark.parametrize("is_sent", [False, True])
async def test_who_gives_up_cancels_nothing_that_others_wait_for(
    world: World, monkeypatch: pytest.MonkeyPatch, *, is_sent: bool
) -> None:
    ada, ben = await world.person(), await world.person()
    fetch = Lanes.fetch
    world.observed.clear()

    async def given_up(pool: Any, text: str, *arguments: Any) -> Any:
        impatient.cancel()
        await sleep(0)
        return await fetch(pool, text, *arguments)

    impatient = create_task(viewer_of(world.handles, ada.token))
    patient = create_task(viewer_of(world.handles, ben.token))
    if is_sent:
        monkeypatch.setattr(Lanes, "fetch", given_up)
    else:
        await sleep(0)
        impatient.cancel()

    assert (await wait_for(patient, 5)).user_id == ben.id
    assert impatient.cancelled()
    assert world.observed.statements == {"users": 1}


async def test_what_one_asks_for_wrongly_fails_them_alone(world: World) -> None:
    ada, load = await world.person(), world.handles.loads.load
    good, bad = hash_of(ada.token), "no hash"

    answers: list[Any] = await gather(
        load(world.handles, HOLDER, (good,)), load(world.handles, HOLDER, (bad,)), return_exceptions=True
    )

    assert answers[0][good]["id"] == ada.id
    assert isinstance(answers[1], asyncpg.DataError)


async def test_a_database_that_is_away_is_asked_once_for_all(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    people = [await world.person() for _ in range(3)]
    asked = []

    async def refuse(_: Any, text: str, *__: Any) -> Any:
        asked.append(text)
        raise asyncpg.CannotConnectNowError("starting up")

    monkeypatch.setattr(Lanes, "fetch", refuse)
    found = await gather(*(viewer_of(world.handles, person.token) for person in people), return_exceptions=True)

    assert [type(each) for each in found] == [StoreUnavailable] * 3
    assert len(asked) == 1


async def test_who_remains_alone_is_given_nothing_of_those_who_gave_up(world: World) -> None:
    ada, ben = await world.person(), await world.person()
    load = world.handles.loads.load

    impatient = [load(world.handles, UserById, (key,), ("username",)) for key in (ada.id, "no id")]
    patient = load(world.handles, UserById, (ben.id,), ("username",))
    for each in impatient:
        each.cancel()

    assert set(await wait_for(patient, 5)) == {ben.id}


async def test_what_nobody_waits_for_any_more_is_not_asked_for(world: World) -> None:
    ada = await world.person()
    world.observed.clear()

    world.handles.loads.load(world.handles, UserById, (ada.id,), ("username",)).cancel()
    await sleep(0.05)

    assert world.observed.statements == {}


async def test_a_load_that_fails_when_nobody_waits_any_more_is_no_fault(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.handles.loads.load(world.handles, UserById, ("no id",), ("username",))
    await sleep(0.05)
    gc.collect()

    assert caplog.records == []
