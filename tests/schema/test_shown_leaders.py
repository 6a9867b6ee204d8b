"""Who is on no leaderboard, and boards that are asked for twice."""

import pytest

from schema.ids import global_id
from tests import lives, shop
from tests.schema.test_leaderboards import BUSIEST, brought, fastest, runs, told
from tests.world import Person, World


async def leave(world: World, how: str, *people: Person) -> None:
    for person in people:
        await world.handles.postgres.execute(f"UPDATE users SET {how} = now() WHERE id = $1", person.id)


@pytest.mark.parametrize("how", ["disabled_at", "erased_at"])
async def test_who_is_disabled_or_erased_is_on_no_board_and_takes_no_rank(world: World, how: str) -> None:
    gone, others = [await world.person() for _ in range(5)], [await world.person() for _ in range(3)]
    test = await shop.typing_test(world)
    await runs(world, test, *((person, 100.0 - place) for place, person in enumerate([*gone, *others])))
    for place, person in enumerate([*gone, *others]):
        await brought(world, person, 50 - place)
    await leave(world, how, *gone)
    names = [person.username for person in others]

    assert await fastest(world, others[0], test) == [(1, names[0], 95.0), (2, names[1], 94.0), (3, names[2], 93.0)]
    assert await fastest(world, others[0], test, 2) == [(1, names[0], 95.0), (2, names[1], 94.0)]
    # Of 2, of 4 and of 8 places: the first two are all gone, of the next four the last is there.
    assert told(await world.ask(BUSIEST, others[0], first=2)) == [(1, names[0], 45), (2, names[1], 44)]
    assert world.observed.statements == {"members": 3, "users": 3 + 1}
    assert told(await world.ask(BUSIEST, others[0])) == [(1, names[0], 45), (2, names[1], 44), (3, names[2], 43)]


async def test_whoever_has_no_account_at_all_is_on_no_board(world: World) -> None:
    there, lost, test = await world.person(), await world.person(), await shop.typing_test(world)
    await runs(world, test, (lost, 90.0), (there, 80.0))
    await world.handles.postgres.execute("DELETE FROM sessions WHERE user_id = $1", lost.id)
    await world.handles.postgres.execute("DELETE FROM users WHERE id = $1", lost.id)

    assert await fastest(world, there, test) == [(1, there.username, 80.0)]


async def test_a_board_that_nobody_is_left_on_is_empty(world: World) -> None:
    viewer, gone, test = await world.person(), await world.person(), await shop.typing_test(world)
    await runs(world, test, *((gone, float(number)) for number in range(30)))
    await leave(world, "erased_at", gone)

    assert await fastest(world, viewer, test, 2) == []


async def test_equal_boards_of_one_operation_are_read_once(world: World) -> None:
    person, test = await world.person(), await shop.typing_test(world)
    await lives.result(world, person, test).insert()
    await brought(world, person, 3)
    query = "query($id: ID!) { " + " ".join(
        f"a{number}: leaderboard(testId: $id) {{ rank wpm }} b{number}: referralLeaderboard {{ rank referredUsers }}"
        for number in range(20)
    )

    # At first sight it is executed, and compiled when it is asked for again.
    for _ in range(3):
        answer = await world.ask(query + " }", person, id=global_id("TypingTest", test.id))

        assert answer["data"].keys() == {f"{name}{number}" for name in "ab" for number in range(20)}
        assert all(board == [{"rank": 1, "wpm": 57.0}] for name, board in answer["data"].items() if name[0] == "a")
        assert world.observed.statements["test_results"] == 1
        assert world.observed.statements["members"] == 1
        assert world.observed.statements["users"] <= 2
