"""Accounts of credits in tests: what the ledger is told, the orders, refunds and claims that are its causes, and what
it then says.
"""

import json
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

from models import orders, payments, referrals
from models.catalog import PurchasableKind
from models.credits import EntryKind
from models.payments import RefundState
from models.referrals import ClaimState
from models.values import new_id
from resolvers import ledger
from resolvers.transactions import transaction
from tests.world import Person, World

ACCOUNT = "SELECT balance, held, total_earned, shortfall, version FROM credit_accounts WHERE user_id = $1"
ENTRIES = "SELECT kind::text, amount, balance_after FROM credit_entries WHERE user_id = $1 ORDER BY version"
SHOWN = "SELECT payload FROM outbox WHERE aggregate = 'MEMBER' AND aggregate_id = $1 ORDER BY sequence"


async def book(world: World, step: Callable[..., Awaitable[None]], *given: Any, **cause: Any) -> None:
    """One step of the ledger in a transaction of its own."""
    async with transaction(world.handles) as session:
        await step(session, *given, **cause)


async def grant(world: World, person: Person, credits: int, key: str | None = None) -> None:
    name = key or str(new_id())
    await book(world, ledger.grant, person.id, credits, key=name, by=person.id, reason="A gift")


async def order_of(world: World, person: Person) -> UUID:
    """An order of one item, as the cause of an entry."""
    number, at = world.next()
    order = orders.Order(
        id=new_id(),
        number=f"W-{number:06}",
        user_id=person.id,
        amount=Decimal(10),
        original_amount=Decimal(10),
        currency="INR",
        created_at=at,
    )
    await world.save(order)
    await world.save(
        orders.OrderItem(
            id=new_id(),
            order_id=order.id,
            user_id=person.id,
            position=1,
            kind=PurchasableKind.COURSE,
            item_id=new_id(),
            title="A course",
            price=Decimal(10),
            currency="INR",
        )
    )
    return order.id


async def spend(world: World, person: Person, credits: int) -> UUID:
    """Credits held and captured: the id of their order."""
    order_id = await order_of(world, person)
    await book(world, ledger.hold, person.id, credits)
    await book(world, ledger.capture, person.id, credits, order_id=order_id)
    return order_id


async def refund_of(world: World, person: Person, order_id: UUID, credits: int) -> UUID:
    item = await world.handles.postgres.fetchval("SELECT id FROM order_items WHERE order_id = $1", order_id)
    _, at = world.next()
    row = payments.Refund(
        id=new_id(),
        order_id=order_id,
        user_id=person.id,
        order_item_id=item,
        state=RefundState.DONE,
        amount=Decimal(0),
        credits_returned=credits,
        currency="INR",
        requested_by=person.id,
        created_at=at,
        completed_at=at,
    )
    await world.save(row)
    return row.id


async def claim_of(world: World, referrer: Person) -> UUID:
    """That the person brought another, and was told to be rewarded for it."""
    referred = await world.person(has_member=False)
    _, at = world.next()
    row = referrals.ReferralClaim(
        id=new_id(),
        referrer_id=referrer.id,
        referred_user_id=referred.id,
        state=ClaimState.CONVERTED,
        reason="By hand",
        created_at=at,
        converted_at=at,
    )
    await world.save(row)
    return row.id


async def reward(world: World, person: Person, credits: int) -> UUID:
    """A reward for bringing somebody: the id of the claim."""
    claim_id = await claim_of(world, person)
    await book(world, ledger.reward, person.id, EntryKind.REFERRER_REWARD, credits, claim_id=claim_id)
    return claim_id


async def void(world: World, person: Person, claim_id: UUID, credits: int) -> None:
    async with transaction(world.handles) as session:
        connection = await session.connection()
        await connection.exec_driver_sql(
            "UPDATE referral_claims SET state = 'VOIDED', voided_at = now() WHERE id = $1 AND state <> 'VOIDED'",
            (claim_id,),
        )
        await ledger.reverse(session, person.id, credits, claim_id=claim_id, reason="Given back")


async def account(world: World, person: Person) -> tuple[int, ...]:
    """Balance, held, total, shortfall and version."""
    row = await world.handles.postgres.fetchrow(ACCOUNT, person.id)
    return (0, 0, 0, 0, 0) if row is None else tuple(row)


async def entries(world: World, person: Person) -> list[tuple[str, int, int]]:
    """Kind, amount and the balance after it, the first entry first."""
    return [tuple(row) for row in await world.handles.postgres.fetch(ENTRIES, person.id)]


async def shown(world: World, person: Person) -> list[dict[str, int]]:
    """What the member document is told, in this order."""
    return [json.loads(row["payload"]) for row in await world.handles.postgres.fetch(SHOWN, person.id)]
