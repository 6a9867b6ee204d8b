"""The step that makes a purchase true: one transaction, after the money is taken and before anything is shown."""

from sqlalchemy import bindparam, func, literal, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.catalog import Course, PurchasableKind
from models.identity import User
from models.learning import CourseEnrollment
from models.orders import PURCHASED, Fulfilment, Order, OrderItem, OrderStatus, Ownership, OwnershipState, PaymentStatus
from models.orders import RecoveryPoint as Point
from models.outbox import Aggregate
from models.payments import Payment
from models.values import new_id
from resolvers import converting, coupon_uses, ledger
from resolvers.context import Handles
from resolvers.crash_points import crash_point
from resolvers.idempotency import Key, finish
from resolvers.leases import Held, move, moving
from resolvers.outbox import enqueue
from resolvers.outcomes import PAID
from resolvers.transactions import run, table_of, transaction

ORDERS, OWNERSHIPS, USERS, ITEMS = table_of(Order), table_of(Ownership), table_of(User), table_of(OrderItem)
COMPLETING = moving(
    status=OrderStatus.COMPLETED,
    payment_status=PaymentStatus.PAID,
    fulfilment=Fulfilment.PENDING,
    completed_at=func.now(),
    lease_until=func.now(),
    waits_until=None,
    idempotency_key=None,
)
LOCK_BUYER = select(USERS.c.id).where(USERS.c.id == bindparam("of_user")).with_for_update(key_share=True)
OTHERS = (
    select(literal(1))
    .select_from(others := ORDERS.alias())
    .where(
        others.c.user_id == bindparam("of_user"),
        others.c.id != bindparam("of_order"),
        text(PURCHASED),
    )
)
MARKING = (
    update(ORDERS)
    .where(ORDERS.c.id == bindparam("of_order"), text(PURCHASED), ~OTHERS.exists())
    .values(is_first_purchase=True)
    .returning(ORDERS.c.id)
)
OWNING = (
    update(OWNERSHIPS)
    .where(OWNERSHIPS.c.order_id == bindparam("of_order"), OWNERSHIPS.c.state == OwnershipState.CLAIMED)
    .values(state=OwnershipState.OWNED, owned_at=func.now())
)
BOUGHT = select(ITEMS.c.item_id).where(
    ITEMS.c.order_id == bindparam("of_order"), ITEMS.c.kind == PurchasableKind.COURSE
)


async def commit(handles: Handles, held: Held) -> Point:
    """Everything that a purchase is in the book, and what must be shown of it.  Raises Fenced."""
    crash_point("commit.begun")
    async with transaction(handles) as session:
        await move(session, handles, held, Point.COMMITTED, built=COMPLETING)
        is_first = await mark_first(session, held)
        crash_point("commit.within")
        await coupon_uses.consume(session, held.order_id)
        if held.credits:
            await ledger.capture(session, held.user_id, held.credits, order_id=held.order_id)
        is_rewarded = is_first and await converting.convert(
            session,
            order_id=held.order_id,
            user_id=held.user_id,
            fingerprint=await fingerprint_of(session, held),
            credits=handles.rules.referral_credits,
        )
        await own(session, held)
        await enqueue(session, Aggregate.ORDER, held.order_id, "purchases", {"referralCreditAwarded": is_rewarded})
        await finish(session, Key(held.user_id, held.key), PAID)
        crash_point("commit.written")
    crash_point("commit.done")
    return Point.COMMITTED


async def mark_first(session: AsyncSession, held: Held) -> bool:
    """Whether this order, which is completed, is the buyer's first purchase, which it then is for good.

    The lock of the buyer's row has their purchases decide this one after the other.
    """
    given = {"of_user": held.user_id, "of_order": held.order_id}
    await run(session, LOCK_BUYER, given)
    return (await run(session, MARKING, given)).first() is not None


async def fingerprint_of(session: AsyncSession, held: Held) -> str | None:
    if held.payment is None:
        return None
    reading = select(col(Payment.fingerprint)).where(col(Payment.id) == held.payment.id)
    return (await session.exec(reading)).one()


async def own(session: AsyncSession, held: Held) -> None:
    """Makes claims ownerships, and puts the buyer into the courses among them."""
    given = {"of_order": held.order_id}
    await run(session, OWNING, given)
    courses = sorted((await run(session, BOUGHT, given)).scalars())
    if not courses:
        return
    enrolling = insert(CourseEnrollment).values(
        [
            {"id": new_id(), "user_id": held.user_id, "course_id": course_id, "order_id": held.order_id}
            for course_id in courses
        ]
    )
    # Who was in the course before, for nothing or until a refund, keeps their progress.  Who still is there for nothing
    # is so whatever becomes of this order.
    before = table_of(CourseEnrollment).c
    await session.exec(
        enrolling.on_conflict_do_update(
            index_elements=["user_id", "course_id"],
            set_={"order_id": held.order_id, "ended_at": None},
            where=before.ended_at.is_not(None) | before.order_id.is_not(None),
        )
    )
    # Last, because everybody who buys the same course waits for this row, and in one order for all.
    counted = select(col(Course.id)).where(col(Course.id).in_(courses)).order_by(col(Course.id))
    await session.exec(
        update(Course)
        .where(col(Course.id).in_(counted.with_for_update(key_share=True).scalar_subquery()))
        .values(purchase_count=col(Course.purchase_count) + 1)
    )
