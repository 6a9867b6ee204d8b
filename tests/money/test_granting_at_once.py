"""Credits that administrators give at the same time: every key once, and no gap in what the wallet shows."""

from asyncio import gather

from models.identity import Role
from tests.money.wallets import account, shown
from tests.schema.test_granting import run
from tests.world import World

WALLET = "{ me { member { wallet(first: 100) { nodes { version amount balanceAfter createdAt } totalCount } } } }"


async def test_grants_under_many_keys_are_all_there_in_a_row(crowded: World) -> None:
    admin, person = await crowded.person(Role.ADMIN), await crowded.person()

    granted = await gather(*(run(crowded, admin, person, number, str(number)) for number in range(1, 51)))

    wallet = (await crowded.ask(WALLET, person))["data"]["me"]["member"]["wallet"]
    listed = wallet["nodes"][::-1]
    assert {each["__typename"] for each in granted} == {"CreditsGranted"}
    assert await account(crowded, person) == (1275, 0, 1275, 0, 50)
    assert [each["version"] for each in listed] == list(range(1, 51))
    assert [each["balanceAfter"] for each in listed] == [
        sum(each["amount"] for each in listed[: place + 1]) for place in range(50)
    ]
    assert [each["version"] for each in await shown(crowded, person)] == list(range(1, 51))


async def test_a_grant_that_is_asked_for_many_times_at_once_is_one_entry(crowded: World) -> None:
    admin, person = await crowded.person(Role.ADMIN), await crowded.person()

    answers = await gather(*(run(crowded, admin, person, 7) for _ in range(20)))

    assert answers == [answers[0]] * 20
    assert answers[0]["balance"] == 7
    assert await account(crowded, person) == (7, 0, 7, 0, 1)
