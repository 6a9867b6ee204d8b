"""An order in the book, for every outcome: its row and its items, and what each of them sets off elsewhere."""

from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

from gateway.seeding import charges, purchases
from gateway.seeding.carts import Cart, Line, Outcome, Priced, give_back, price, release
from gateway.seeding.claims import hold
from gateway.seeding.referrals import Verdict
from gateway.seeding.world import World
from models.orders import Fulfilment, Order, OrderItem, OrderStatus, PaymentStatus, RecoveryPoint
from models.payments import IdempotencyKey
from models.referrals import ClaimState
from resolvers.outcomes import PAY_ORDER
from resolvers.shares import NOTHING, unit_of

WAITS_UNTIL = datetime(2100, 1, 1, tzinfo=UTC)
"""No deadline that can be seeded is both true to life and still ahead when the data is read, so it is far ahead."""

_STATUS = {
    Outcome.PENDING: (OrderStatus.PENDING, PaymentStatus.PENDING),
    Outcome.CANCELLED: (OrderStatus.CANCELLED, PaymentStatus.PENDING),
    Outcome.WAITING: (OrderStatus.PROCESSING, PaymentStatus.PENDING),
    Outcome.ABANDONED: (OrderStatus.CANCELLED, PaymentStatus.FAILED),
    Outcome.DECLINED: (OrderStatus.PENDING, PaymentStatus.FAILED),
    Outcome.COMPLETED: (OrderStatus.COMPLETED, PaymentStatus.PAID),
}

_NEVER_IN_PAYMENT = (Outcome.PENDING, Outcome.CANCELLED)


def place(world: World, cart: Cart) -> None:
    """Let an order happen, with everything that it comes to.  What is due before it must have happened."""
    order_id, ended_at = world.draw.id(cart.at), _ended_at(world, cart)
    attempt = price(world.draw, cart, world.terms.credit_value, unit_of(world.terms.currency))
    if cart.outcome is Outcome.COMPLETED:
        give_back(world.draw, cart, attempt, world.terms.credit_value)
    is_kept = cart.outcome in (Outcome.COMPLETED, Outcome.WAITING)
    priced = attempt if is_kept else release(attempt)
    is_first = cart.outcome is Outcome.COMPLETED and cart.buyer.bought_at is None and priced.amount > 0
    _write_order(world, cart, priced, order_id, ended_at, is_first=is_first)
    for position, line in enumerate(priced.lines, start=1):
        _write_item(world, cart, line, order_id, position, ended_at)
    if cart.outcome in _NEVER_IN_PAYMENT:
        return
    charge = charges.pay(world, cart, attempt, order_id, ended_at)
    hold(world, cart, attempt, order_id, ended_at)
    if cart.outcome is Outcome.WAITING:
        cart.buyer.wallet.held += priced.credits
    if cart.outcome is Outcome.COMPLETED:
        if priced.credits:
            world.ledger.spend(cart.buyer.wallet, priced.credits, ended_at, order_id=order_id)
        charges.refund(world, cart, priced, order_id, charge)
        is_converted = is_first and _convert(world, cart, priced, order_id, ended_at)
        sale = purchases.Sale(cart, order_id, ended_at, charge, is_first=is_first, is_converted=is_converted)
        purchases.project(world, sale, priced)
        if priced.amount:
            cart.buyer.bought_at = ended_at


def _ended_at(world: World, cart: Cart) -> datetime:
    """Some seconds later, and after the purchase that the buyer began before this one: a first one stays the first."""
    ended_at = world.draw.after(cart.at, least=4, most=90)
    bought_at = cart.buyer.bought_at
    return ended_at if bought_at is None else max(ended_at, bought_at + timedelta(milliseconds=1))


def _write_order(
    world: World, cart: Cart, priced: Priced, order_id: UUID, ended_at: datetime, *, is_first: bool
) -> None:
    status, payment_status = _STATUS[cart.outcome]
    if cart.outcome is Outcome.COMPLETED and priced.is_returned:
        status, payment_status = OrderStatus.REFUNDED, PaymentStatus.REFUNDED
    returned = priced.returned
    is_completed = cart.outcome is Outcome.COMPLETED
    is_waiting = cart.outcome is Outcome.WAITING
    was_in_payment = cart.outcome not in _NEVER_IN_PAYMENT
    is_touched = cart.outcome is not Outcome.PENDING
    world.batch.row(
        Order,
        id=order_id,
        number=world.order_number(cart.at),
        user_id=cart.buyer.id,
        status=status,
        payment_status=payment_status,
        fulfilment=Fulfilment.DONE if is_completed else Fulfilment.NONE,
        amount=priced.amount,
        original_amount=priced.original,
        discount=priced.discount or NOTHING,
        credits_used=priced.credits,
        credit_value=priced.credit_value,
        refunded_amount=sum((refund.amount for _, refund in returned), NOTHING),
        credits_returned=sum(refund.credits for _, refund in returned),
        currency=world.terms.currency,
        payment_method=cart.method if was_in_payment and priced.cash else None,
        coupon_id=cart.coupon.id if cart.coupon and (priced.discount is not None or not is_completed) else None,
        is_first_purchase=is_first,
        fence=int(was_in_payment),
        lease_until=ended_at if was_in_payment else cart.at,
        recovery_point=_recovery_point(cart.outcome),
        waits_until=WAITS_UNTIL if is_waiting else None,
        idempotency_key=_take_key(world, cart, order_id) if is_waiting else None,
        created_at=cart.at,
        updated_at=returned[-1][1].at if returned else ended_at if is_touched else cart.at,
        completed_at=ended_at if is_completed else None,
        cancelled_at=ended_at if status is OrderStatus.CANCELLED else None,
    )


def _take_key(world: World, cart: Cart, order_id: UUID) -> str:
    """The key under which a payment waits, which stands for no request that anybody could repeat."""
    key = f"seeded-{order_id}"
    world.batch.row(
        IdempotencyKey,
        user_id=cart.buyer.id,
        key=key,
        mutation=PAY_ORDER,
        fingerprint=bytes(32),
        subject_id=order_id,
        created_at=cart.at,
    )
    return key


def _recovery_point(outcome: Outcome) -> RecoveryPoint:
    match outcome:
        case Outcome.COMPLETED:
            return RecoveryPoint.COMMITTED
        case Outcome.WAITING:
            return RecoveryPoint.INTENT
        case _:
            return RecoveryPoint.NONE


def _write_item(world: World, cart: Cart, line: Line, order_id: UUID, position: int, ended_at: datetime) -> None:
    returned = line.returned
    world.batch.row(
        OrderItem,
        id=line.id,
        order_id=order_id,
        user_id=cart.buyer.id,
        position=position,
        kind=line.item.kind,
        item_id=line.item.id,
        title=line.item.title,
        category=line.item.category,
        price=line.item.price,
        currency=world.terms.currency,
        discount_share=line.discount,
        credit_share=line.credit,
        refunded_amount=returned.amount if returned else NOTHING,
        refunded_credit_value=returned.credit_value if returned else NOTHING,
        created_at=cart.at,
        updated_at=returned.at if returned else ended_at if cart.outcome not in _NEVER_IN_PAYMENT else cart.at,
        refunded_at=returned.at if returned else None,
    )


def _convert(world: World, cart: Cart, priced: Priced, order_id: UUID, at: datetime) -> bool:
    """Decide the claim of a first purchase.  When all of it is refunded, the last refund voids the referral."""
    claim_id = world.referrals.waiting(cart.buyer)
    if claim_id is None:
        return False
    voiding = cart.voiding
    voided_at = voiding.at if voiding else priced.returned[-1][1].at if priced.is_returned else None
    if cart.flag is not None:
        verdict = Verdict(ClaimState.FLAGGED, at, order_id, reason=cart.flag)
    elif voided_at is None:
        verdict = Verdict(ClaimState.CONVERTED, at, order_id)
    else:
        reason = voiding.reason if voiding else "The first purchase was refunded."
        by = voiding.by if voiding else None
        verdict = Verdict(ClaimState.VOIDED, at, order_id, decided_by=by, reason=reason, voided_at=voided_at)
    world.referrals.decide(world.batch, cart.buyer, verdict)
    if verdict.voided_at is not None:
        world.later(
            verdict.voided_at,
            partial(world.referrals.take_back, cart.buyer, claim_id, verdict.voided_at, verdict.reason or ""),
        )
    return True
