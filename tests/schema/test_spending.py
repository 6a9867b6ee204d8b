"""Noting credits on pending orders: no more than the buyer has free, and none are held."""

from typing import Any

import pytest

from models.values import new_id
from schema.ids import global_id
from tests.buying import cancel, place
from tests.shop import wallet
from tests.world import Person, World

APPLY = """mutation($input: ApplyCreditsInput!) { applyCredits(input: $input) { __typename
  ... on CreditsApplied { available order { creditsWanted creditsUsed amount { amount } } }
  ... on Problem { code path } ... on NotEnoughCredits { available } } }"""


async def apply(world: World, buyer: Person, order: str, number: int) -> Any:
    answer = await world.ask(APPLY, buyer, input={"orderId": order, "credits": number})
    assert answer.keys() == {"data"}, answer
    return answer["data"]["applyCredits"]


async def order_of(world: World, buyer: Person) -> str:
    return str((await place(world, buyer, await world.product()))["order"]["id"])


async def standing(world: World) -> tuple[int, int]:
    """What the order wants, and what the account holds."""
    row = await world.handles.postgres.fetchrow(
        "SELECT credits_wanted, (SELECT coalesce(sum(held), 0) FROM credit_accounts) FROM orders"
    )
    assert row is not None
    return tuple(row)


async def test_credits_are_noted_up_to_what_no_other_order_holds_and_taken_back_by_none(world: World) -> None:
    buyer = await world.person()
    order = await order_of(world, buyer)
    await wallet(world, buyer, 5)
    await world.handles.postgres.execute("UPDATE credit_accounts SET held = 2")

    applied = await apply(world, buyer, order, 3)
    refused = await apply(world, buyer, order, 4)

    assert applied == {
        "__typename": "CreditsApplied",
        "available": 3,
        "order": {"creditsWanted": 3, "creditsUsed": 0, "amount": {"amount": "9.99"}},
    }
    assert refused == {
        "__typename": "NotEnoughCredits",
        "code": "NOT_ENOUGH_CREDITS",
        "path": ["input", "credits"],
        "available": 3,
    }
    assert await standing(world) == (3, 2)
    assert (await apply(world, buyer, order, 0))["order"]["creditsWanted"] == 0


@pytest.mark.parametrize(
    ("number", "refused"), [(-1, "InvalidInput"), (1, "NotEnoughCredits"), (2**31 - 1, "NotEnoughCredits")]
)
async def test_credits_that_cannot_be_used_change_nothing(world: World, number: int, refused: str) -> None:
    buyer = await world.person()
    order = await order_of(world, buyer)

    answer = await apply(world, buyer, order, number)

    assert (answer["__typename"], answer["path"]) == (refused, ["input", "credits"])
    assert await standing(world) == (0, 0)


async def test_only_the_buyer_applies_credits_and_only_while_the_order_is_pending(world: World) -> None:
    buyer, other = await world.person(), await world.person()
    order = await order_of(world, buyer)
    await wallet(world, buyer, 5)

    assert (await apply(world, other, order, 0))["__typename"] == "OrderNotFound"
    assert (await apply(world, buyer, global_id("Order", new_id()), 1))["__typename"] == "OrderNotFound"
    assert (await apply(world, buyer, "nothing", 1))["path"] == ["input", "orderId"]
    await cancel(world, buyer, order)
    assert (await apply(world, buyer, order, 1))["__typename"] == "OrderNotPending"
    assert await standing(world) == (0, 0)
