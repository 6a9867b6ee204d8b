"""The transaction that begins a payment: what the order comes to is frozen, and everything that pays or limits it is
reserved, so that nothing after it can be refused for want of anything but the buyer's money.
"""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Interval, Uuid, bindparam, func, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.orders import Order, OrderItem, OrderStatus, Ownership, OwnershipState, PaymentStatus, RecoveryPoint
from models.payments import Payment
from models.values import new_id
from resolvers import coupon_uses, ledger
from resolvers.context import Handles
from resolvers.crash_points import crash_point
from resolvers.discounts import Paid, Sold, paid_by_credits
from resolvers.leases import Attempt, Held
from resolvers.order_refusals import AlreadyOwned, OrderNotFound
from resolvers.payment_refusals import ItemBeingBought
from resolvers.refusals import InvalidInput
from resolvers.shares import NOTHING, unit_of
from resolvers.spending import credit_value
from resolvers.transactions import run, table_of

CARD = "card"
# Written out, because a prepared statement finds no index by the condition of arguments.
ACTIVE = f"ownerships.state IN ('{OwnershipState.CLAIMED}', '{OwnershipState.OWNED}')"
ORDERS, OWNERSHIPS = table_of(Order), table_of(Ownership)
LOCKING = (
    select(Order)
    .where(
        col(Order.id) == bindparam("of_order", type_=Uuid()), col(Order.user_id) == bindparam("of_user", type_=Uuid())
    )
    .with_for_update()
    .execution_options(populate_existing=True)
)
READING = (
    select(OrderItem)
    .where(col(OrderItem.order_id) == bindparam("of_order", type_=Uuid()))
    .order_by(col(OrderItem.position))
)
CLAIMING = (
    insert(OWNERSHIPS)
    .on_conflict_do_nothing(index_elements=["user_id", "item_id"], index_where=text(ACTIVE))
    .returning(OWNERSHIPS.c.item_id)
)
PAYMENTS = table_of(Payment)
ATTEMPTING = insert(PAYMENTS).returning(PAYMENTS.c.created_at)
PROCESSING = (
    update(ORDERS)
    .where(ORDERS.c.id == bindparam("of_order"))
    .values(
        status=OrderStatus.PROCESSING,
        payment_status=PaymentStatus.PENDING,
        recovery_point=RecoveryPoint.INTENT,
        discount=bindparam("taken_off"),
        amount=ORDERS.c.original_amount - bindparam("taken_off", type_=ORDERS.c.discount.type),
        credits_used=bindparam("used"),
        credit_value=bindparam("worth"),
        payment_method=bindparam("by"),
        idempotency_key=bindparam("under_key"),
        fence=ORDERS.c.fence + 1,
        lease_until=func.now() + bindparam("for_lease", type_=Interval()),
        waits_until=None,
    )
    .returning(ORDERS.c.fence)
)


async def locked(session: AsyncSession, user_id: UUID, order_id: UUID) -> Order:
    """An order of this person, which nobody changes before the transaction ends.  Raises OrderNotFound."""
    order = (await session.exec(LOCKING, params={"of_order": order_id, "of_user": user_id})).first()
    if order is None:
        raise OrderNotFound
    return order


async def begin(session: AsyncSession, handles: Handles, order: Order, key: str, method_id: str | None) -> Held:
    """Begins to pay a pending order that is locked; whoever calls has the lease and drives it on.

    Raises a CouponRefused, NotEnoughCredits, AlreadyOwned, ItemBeingBought, and InvalidInput where money is to be paid
    and no payment method is named.
    """
    items = await items_of(session, order.id)
    discounts = [NOTHING] * len(items)
    if order.coupon_id is not None:
        sold = [Sold(item.item_id, item.price, item.category) for item in items]
        discounts = await coupon_uses.reserve(
            session,
            order.coupon_id,
            order_id=order.id,
            user_id=order.user_id,
            items=sold,
            currency=order.currency,
        )
    rests = [item.price - discount for item, discount in zip(items, discounts, strict=True)]
    paid = Paid(0, NOTHING, [NOTHING] * len(items), [0] * len(items))
    if order.credits_wanted:
        paid = paid_by_credits(
            rests, order.credits_wanted, credit_value(handles.rules, order.currency), unit_of(order.currency)
        )
        if paid.credits:
            await ledger.hold(session, order.user_id, paid.credits)
    crash_point("intent.within")
    await claim(session, order, items)
    await freeze(session, items, discounts, paid.values)
    due = sum(rests, NOTHING) - paid.value
    payment = await attempt(session, order, due, method_id) if due else None
    fence = await process(session, handles, order, key, sum(discounts, NOTHING), paid, has_payment=payment is not None)
    return Held(order.id, order.user_id, fence, RecoveryPoint.INTENT, key, paid.credits, payment)


async def items_of(session: AsyncSession, order_id: UUID) -> Sequence[OrderItem]:
    return (await session.exec(READING, params={"of_order": order_id})).all()


async def claim(session: AsyncSession, order: Order, items: Sequence[OrderItem]) -> None:
    """Claims each item for its buyer, once among all of their orders.  Raises AlreadyOwned and ItemBeingBought."""
    # In one order for all, so that two orders of the same things do not wait for each other.
    claims = [
        {
            "id": new_id(),
            "user_id": order.user_id,
            "kind": item.kind,
            "item_id": item.item_id,
            "order_id": order.id,
            "order_item_id": item.id,
        }
        for item in sorted(items, key=lambda item: item.item_id)
    ]
    claimed = set((await run(session, CLAIMING, claims)).scalars())
    refused = [(place, item) for place, item in enumerate(items) if item.item_id not in claimed]
    if not refused:
        return
    place, item = refused[0]
    reading = select(col(Ownership.state)).where(
        col(Ownership.user_id) == order.user_id, col(Ownership.item_id) == item.item_id, text(ACTIVE)
    )
    state = (await session.exec(reading)).first()
    raise (AlreadyOwned if state is OwnershipState.OWNED else ItemBeingBought)(place, item.title)


async def freeze(
    session: AsyncSession, items: Sequence[OrderItem], discounts: Sequence[Decimal], credit_shares: Sequence[Decimal]
) -> None:
    """Writes the shares that refunds will reverse; an item that has none already says so."""
    for item, discount, share in zip(items, discounts, credit_shares, strict=True):
        if discount or share:
            await session.exec(
                update(OrderItem)
                .where(col(OrderItem.id) == item.id)
                .values(discount_share=discount, credit_share=share)
            )


async def attempt(session: AsyncSession, order: Order, due: Decimal, method_id: str | None) -> Attempt:
    """A new attempt to charge, whose predecessors are all settled, as the database holds.  Raises InvalidInput."""
    if method_id is None:
        reason = f"There are {due} {order.currency} to be paid: name a payment method."
        raise InvalidInput(("payment_method_id",), reason)
    payment_id = new_id()
    given = {
        "id": payment_id,
        "order_id": order.id,
        "user_id": order.user_id,
        "amount": due,
        "currency": order.currency,
        "payment_method": CARD,
        "payment_method_id": method_id,
    }
    (at,) = (await run(session, ATTEMPTING, given)).one()
    return Attempt(payment_id, due, order.currency, method_id, None, at)


async def process(
    session: AsyncSession,
    handles: Handles,
    order: Order,
    key: str,
    discount: Decimal,
    paid: Paid,
    *,
    has_payment: bool,
) -> int:
    """Puts the order into payment, with the lease for whoever began it; the fence of that lease."""
    given = {
        "of_order": order.id,
        "taken_off": discount,
        "used": paid.credits,
        "worth": paid.value,
        "by": CARD if has_payment else None,
        "under_key": key,
        "for_lease": handles.rules.lease,
    }
    (fence,) = (await run(session, PROCESSING, given)).one()
    return int(fence)
