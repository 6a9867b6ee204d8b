"""Giving orders back, as an administrator asks for it; and what both databases say of it then."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from models.identity import Role
from models.values import new_id
from resolvers import idempotency
from resolvers.idempotency import asked
from resolvers.leases import Lease
from resolvers.refund_intents import RefundOrder, begin
from resolvers.refunding import REFUND_ORDER, checked, stated
from resolvers.transactions import transaction
from schema.ids import global_id, parse_global_id
from tests.buying import purchase, told
from tests.money.wallets import grant
from tests.world import Item, Person, World

GIVEN = """order { status paymentStatus fulfilment refundedAmount { amount } creditsReturned }
  refunds { state amount { amount } creditValue { amount } creditsReturned reason failureReason orderItem { title } }"""
REFUND = f"""mutation($input: RefundOrderInput!) {{ refundOrder(input: $input) {{ __typename
  ... on OrderRefunded {{ {GIVEN} }} ... on RefundUnderWay {{ {GIVEN} }} ... on Problem {{ code path retryable }}
  ... on RefundTooLarge {{ left }} ... on OrderNotRefundable {{ status }} ... on RefundFailed {{ reason }} }} }}"""


async def admin_of(world: World) -> Person:
    return await world.person(Role.ADMIN)


async def bought(
    world: World, buyer: Person, *items: Item, credits: int = 0, method: str = "pm_card_visa", **given: Any
) -> str:
    """A completed order, as its id in the graph; the credits are granted first."""
    if credits:
        await grant(world, buyer, credits)
    answer = await purchase(world, buyer, *items, credits=credits, method=method, key=str(new_id()), **given)
    assert answer["__typename"] == "OrderPaid", answer
    return str(answer["order"]["id"])


async def refund(world: World, admin: Person | None, order: str, *, key: str | None = None, **given: Any) -> Any:
    asking = {"orderId": order, "reason": "Not wanted.", "idempotencyKey": key or str(new_id())} | given
    return await told(world, REFUND, "refundOrder", admin, asking)


async def items_of(world: World, order: str) -> list[str]:
    """The ids of the items of an order in the graph, by their places."""
    found = await world.handles.postgres.fetch(
        "SELECT id FROM order_items WHERE order_id = $1 ORDER BY position", parse_global_id(order)[1]
    )
    return [global_id("OrderItem", row["id"]) for row in found]


def given_back(answer: Any) -> list[tuple[str, str, str, int]]:
    """State, cash, credits' value and credits of each refund of an answer."""
    return [
        (each["state"], each["amount"]["amount"], each["creditValue"]["amount"], each["creditsReturned"])
        for each in answer["refunds"]
    ]


async def book(world: World, order: str) -> dict[str, Any]:
    """What the book says of an order and of what was given back of it."""
    row = await world.handles.postgres.fetchrow(
        """
        SELECT o.status::text, o.refunded_amount, o.credits_returned,
            (SELECT refunded_amount FROM payments p WHERE p.order_id = o.id AND p.state = 'PAID') AS payment,
            (SELECT array_agg(refunded_amount ORDER BY position) FROM order_items WHERE order_id = o.id) AS cash,
            (SELECT array_agg(refunded_credit_value ORDER BY position) FROM order_items WHERE order_id = o.id) AS value,
            (SELECT array_agg(w.state::text ORDER BY i.position) FROM ownerships w JOIN order_items i
                ON i.id = w.order_item_id WHERE i.order_id = o.id) AS owned,
            (SELECT array_agg(r.state::text ORDER BY r.id) FROM refunds r WHERE r.order_id = o.id) AS refunds
        FROM orders o WHERE o.id = $1
        """,
        parse_global_id(order)[1],
    )
    assert row is not None
    return dict(row)


def returned_by_the_provider(world: World) -> Decimal:
    """What the sandbox has given back in this world, in the currency."""
    done = sum(effect["amount"] for effect in world.sandbox.effects("refunded"))
    return Decimal(done).scaleb(-2)


async def balance(world: World, person: Person) -> int:
    found = await world.handles.postgres.fetchval("SELECT balance FROM credit_accounts WHERE user_id = $1", person.id)
    return int(found or 0)


async def begun(
    world: World, admin: Person, order: str, *, key: str, items: tuple[UUID, ...] | None = None
) -> Lease | None:
    """A refund as it is when the process dies after its intent: written down, and nobody drives it."""
    command = checked(RefundOrder(parse_global_id(order)[1], "Not wanted.", key, items))
    request = asked(admin.id, key, REFUND_ORDER, stated(command))
    async with transaction(world.handles) as session:
        await idempotency.take(session, request)
        return await begin(session, world.handles, request, command)


async def let_go(world: World) -> None:
    """Time passes: leases have ended, and what was put off is due."""
    await world.handles.postgres.execute("UPDATE orders SET lease_until = now()")
    await world.handles.postgres.execute("UPDATE refunds SET next_attempt_at = now() WHERE state = 'PENDING'")
