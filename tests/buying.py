"""What a buyer asks for before paying: an order, and that it comes to nothing."""

from typing import Any

from schema.ids import global_id
from tests.world import Item, Person, World

PLACE = """mutation($input: PlaceOrderInput!) { placeOrder(input: $input) { __typename
  ... on OrderPlaced { order { id number status paymentStatus nextStatuses fulfilment amount { amount currency }
    originalAmount { amount } discount { amount } creditsUsed user { username }
    items { kind title price { amount currency } item { id } } } }
  ... on Problem { message code path retryable } ... on TooManyItems { limit } ... on AlreadyOwned { title }
  ... on MixedCurrencies { currencies } ... on IdempotencyKeyReused { mutation } } }"""
CANCEL = """mutation($input: CancelOrderInput!) { cancelOrder(input: $input) { __typename
  ... on OrderCancelled { order { id status nextStatuses cancelledAt } }
  ... on Problem { code path retryable } ... on OrderNotPending { status } } }"""


def id_of(item: Item) -> str:
    return global_id(type(item).__name__, item.id)


async def place(world: World, buyer: Person | None, *items: Item | str, key: str = "key", **given: Any) -> Any:
    named = [{"itemId": item if isinstance(item, str) else id_of(item)} for item in items]
    answer = await world.ask(PLACE, buyer, input={"items": named, "idempotencyKey": key} | given)
    assert answer.keys() == {"data"}, answer
    return answer["data"]["placeOrder"]


async def cancel(world: World, buyer: Person | None, order: str) -> Any:
    answer = await world.ask(CANCEL, buyer, input={"orderId": order})
    assert answer.keys() == {"data"}, answer
    return answer["data"]["cancelOrder"]
