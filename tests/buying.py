"""What a buyer asks for: an order, that it is paid, and that it comes to nothing."""

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

ANSWER = """__typename
  ... on OrderPaid { order { id status paymentStatus fulfilment amount { amount currency } discount { amount }
    creditsUsed } }
  ... on PaymentActionNeeded { order { id status paymentStatus } clientSecret waitsUntil }
  ... on Problem { code path retryable } ... on PaymentDeclined { declineCode }"""
PAY = f"mutation($input: PayOrderInput!) {{ payOrder(input: $input) {{ {ANSWER} }} }}"
CONFIRM = f"mutation($input: ConfirmPaymentInput!) {{ confirmPayment(input: $input) {{ {ANSWER} }} }}"
PURCHASE = f"mutation($input: PurchaseInput!) {{ purchase(input: $input) {{ {ANSWER} }} }}"
VISA = "pm_card_visa"


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


async def pay(world: World, buyer: Person | None, order: str, *, key: str = "pay", method: str | None = VISA) -> Any:
    given = {"orderId": order, "idempotencyKey": key, "paymentMethodId": method}
    return await told(world, PAY, "payOrder", buyer, given)


async def confirm(world: World, buyer: Person | None, order: str, *, key: str = "pay") -> Any:
    return await told(world, CONFIRM, "confirmPayment", buyer, {"orderId": order, "idempotencyKey": key})


async def purchase(
    world: World, buyer: Person | None, *items: Item, key: str = "buy", method: str | None = VISA, **given: Any
) -> Any:
    named = [{"itemId": id_of(item)} for item in items]
    asked = {"items": named, "idempotencyKey": key, "paymentMethodId": method} | given
    return await told(world, PURCHASE, "purchase", buyer, asked)


async def told(world: World, document: str, field: str, buyer: Person | None, given: dict[str, Any]) -> Any:
    answer = (await world.post({"query": document, "variables": {"input": given}}, buyer)).json()
    assert answer.keys() == {"data"}, answer
    return answer["data"][field]
