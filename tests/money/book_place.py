"""Rows of the book that a payment or a refund leaves, with their messages in the outbox, made without either."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from models import DOCUMENTS, coupons, orders, payments, referrals
from models.outbox import Aggregate
from models.payments import PaymentState, RefundState
from models.referrals import ClaimState
from models.validators import collection_name
from models.values import new_id
from resolvers.context import Handles
from resolvers.messages import Message
from resolvers.outbox import enqueue
from resolvers.shares import NOTHING
from tests.world import KINDS, Item, Person, World

CREDIT = Decimal("1.00")


@dataclass(frozen=True)
class Bought:
    """A completed order and its items.  `at` is when it was completed."""

    order: orders.Order
    items: Sequence[orders.OrderItem]
    at: datetime

    @property
    def id(self) -> UUID:
        return self.order.id


async def buy(
    world: World,
    buyer: Person,
    *items: Item,
    coupon: coupons.Coupon | None = None,
    discount: Decimal = NOTHING,
    credits: Sequence[int] = (),
    is_first: bool = False,
    is_rewarded: bool = False,
) -> Bought:
    """A completed order.  The first item has all of the discount, and of each credit there is one unit of value."""
    number, at = world.next()
    original = sum((item.price for item in items), NOTHING)
    each = [*credits, *[0] * (len(items) - len(credits))]
    value = sum(each) * CREDIT
    order = orders.Order(
        id=new_id(),
        number=f"N-{number:06}",
        user_id=buyer.id,
        status=orders.OrderStatus.COMPLETED,
        payment_status=orders.PaymentStatus.PAID,
        fulfilment=orders.Fulfilment.PENDING,
        original_amount=original,
        discount=discount,
        amount=original - discount,
        credits_used=sum(each),
        credit_value=value,
        currency="INR",
        coupon_id=coupon.id if coupon else None,
        is_first_purchase=is_first,
        created_at=at,
        completed_at=at,
    )
    sold = [
        orders.OrderItem(
            id=new_id(),
            order_id=order.id,
            user_id=buyer.id,
            position=position,
            kind=KINDS[type(item)],
            item_id=item.id,
            title=item.title,
            price=item.price,
            currency="INR",
            discount_share=discount if position == 1 else NOTHING,
            credit_share=used * CREDIT,
        )
        for position, (item, used) in enumerate(zip(items, each, strict=True), start=1)
    ]
    await world.save(order)
    await world.save(*sold)
    await world.save(*(owned(order, item, at) for item in sold))
    cash = order.amount - value
    if cash:
        await world.save(paid(order, number, cash, at))
    await tell(world.handles, Aggregate.ORDER, order.id, "purchases", {"referralCreditAwarded": is_rewarded})
    return Bought(order, sold, at)


def owned(order: orders.Order, item: orders.OrderItem, at: datetime) -> orders.Ownership:
    return orders.Ownership(
        user_id=order.user_id,
        kind=item.kind,
        item_id=item.item_id,
        order_id=order.id,
        order_item_id=item.id,
        state=orders.OwnershipState.OWNED,
        owned_at=at,
    )


def paid(order: orders.Order, number: int, cash: Decimal, at: datetime) -> payments.Payment:
    return payments.Payment(
        order_id=order.id,
        user_id=order.user_id,
        state=PaymentState.PAID,
        amount=cash,
        currency="INR",
        payment_method="card",
        payment_method_id=f"pm_{number}",
        provider_payment_id=f"pi_{number}",
        settled_at=at,
    )


async def give_back(
    world: World,
    bought: Bought,
    place: int,
    *,
    amount: Decimal | None = None,
    credits: int | None = None,
    is_whole: bool = True,
) -> payments.Refund:
    """A refund that is done of the item at that place, from 1; all of it unless told."""
    number, at = world.next()
    item = bought.items[place - 1]
    payment_id = await world.handles.postgres.fetchval("SELECT id FROM payments WHERE order_id = $1", bought.id)
    returned = int(item.credit_share / CREDIT) if credits is None else credits
    row = payments.Refund(
        id=new_id(),
        order_id=bought.id,
        user_id=item.user_id,
        order_item_id=item.id,
        payment_id=payment_id,
        state=RefundState.DONE,
        amount=item.price - item.discount_share - item.credit_share if amount is None else amount,
        credit_value=returned * CREDIT,
        credits_returned=returned,
        currency="INR",
        requested_by=item.user_id,
        provider_refund_id=f"re_{number}",
        completed_at=at,
    )
    await world.save(row)
    if is_whole:
        await world.handles.postgres.execute("UPDATE order_items SET refunded_at = $2 WHERE id = $1", item.id, at)
        await world.handles.postgres.execute(
            "UPDATE ownerships SET state = 'REVOKED', ended_at = $2 WHERE order_item_id = $1", item.id, at
        )
    await world.handles.postgres.execute("UPDATE orders SET fulfilment = 'PENDING' WHERE id = $1", bought.id)
    await tell(world.handles, Aggregate.ORDER, bought.id, "refund", {"refundId": str(row.id)})
    return row


async def grant(world: World, person: Person, item: Item) -> None:
    _, at = world.next()
    row = orders.Ownership(
        user_id=person.id,
        kind=KINDS[type(item)],
        item_id=item.id,
        granted_by=person.id,
        reason="A gift",
        state=orders.OwnershipState.OWNED,
        owned_at=at,
    )
    await world.save(row)


async def claim(world: World, referrer: Person, referred: Person) -> referrals.ReferralClaim:
    _, at = world.next()
    row = referrals.ReferralClaim(
        id=new_id(), referrer_id=referrer.id, referred_user_id=referred.id, created_at=at, updated_at=at
    )
    await world.save(row)
    await tell(world.handles, Aggregate.REFERRAL, row.id, "claim", {})
    return row


async def rule(world: World, made: referrals.ReferralClaim, state: ClaimState) -> datetime:
    """Brings a claim to another state, and says when."""
    _, at = world.next()
    column = "voided_at" if state is ClaimState.VOIDED else "converted_at"
    await world.handles.postgres.execute(
        f"UPDATE referral_claims SET state = $2, {column} = $3, reason = 'Because.' WHERE id = $1",
        made.id,
        state.value,
        at,
    )
    await tell(world.handles, Aggregate.REFERRAL, made.id, "claim", {})
    return at


async def tell(handles: Handles, aggregate: Aggregate, aggregate_id: UUID, kind: str, payload: dict[str, Any]) -> None:
    async with AsyncSession(handles.engine) as session, session.begin():
        await enqueue(session, aggregate, aggregate_id, kind, payload)


def message(aggregate: Aggregate, aggregate_id: UUID, kind: str, payload: dict[str, Any]) -> Message:
    """A message as somebody has claimed it, for an effect that comes again or late."""
    return Message(0, aggregate, aggregate_id, kind, payload, 1, datetime.now().astimezone() + timedelta(minutes=1))


def purchases_of(bought: Bought, *, is_rewarded: bool = False) -> Message:
    return message(Aggregate.ORDER, bought.id, "purchases", {"referralCreditAwarded": is_rewarded})


def refund_of(bought: Bought, refund: payments.Refund) -> Message:
    return message(Aggregate.ORDER, bought.id, "refund", {"refundId": str(refund.id)})


async def documents(world: World, collection: str, **where: Any) -> list[dict[str, Any]]:
    return await world.handles.mongo[collection].find(where).sort("_id", 1).to_list()


async def all_documents(world: World) -> dict[str, list[dict[str, Any]]]:
    names = map(collection_name, DOCUMENTS)
    return {name: await documents(world, name) for name in names}


async def member(world: World, person: Person) -> dict[str, Any]:
    found = await world.handles.mongo["members"].find_one({"_id": person.id})
    assert found is not None
    return found


def without(document: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name not in names}


async def counts(world: World) -> list[int]:
    """How often products and tests say that they were bought, where they were."""
    found = await documents(world, "products") + await documents(world, "typing_tests")
    return [item["purchaseCount"] for item in found if item["purchaseCount"]]
