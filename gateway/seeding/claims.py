"""What a payment takes before it charges: a use of the coupon and a claim on each item, and what becomes of both."""

from datetime import datetime
from uuid import UUID

from gateway.seeding.carts import Cart, Line, Outcome, Priced
from gateway.seeding.learning import enrol
from gateway.seeding.world import World
from models.catalog import PurchasableKind
from models.coupons import CouponUsage, UsageState
from models.orders import Ownership, OwnershipState


def hold(world: World, cart: Cart, priced: Priced, order_id: UUID, ended_at: datetime) -> None:
    if cart.coupon is not None and priced.discount is not None:
        _use_coupon(world, cart, priced, order_id, ended_at)
    for line in priced.lines:
        _claim(world, cart, line, order_id, ended_at)


def _use_coupon(world: World, cart: Cart, priced: Priced, order_id: UUID, ended_at: datetime) -> None:
    coupon = cart.coupon
    if coupon is None:
        return
    state, updated_at = UsageState.RELEASED, ended_at
    if cart.outcome is Outcome.WAITING:
        state, updated_at = UsageState.RESERVED, cart.at
    elif cart.outcome is Outcome.COMPLETED:
        if priced.is_returned and coupon.offer.is_released_by_refund:
            updated_at = priced.returned[-1][1].at
        else:
            state = UsageState.CONSUMED
    slot = 1 if state is UsageState.RELEASED else coupon.use(cart.buyer.id, ended_at)
    world.batch.row(
        CouponUsage,
        id=world.draw.id(cart.at),
        coupon_id=coupon.id,
        order_id=order_id,
        user_id=cart.buyer.id,
        state=state,
        slot=slot,
        discount=priced.discount,
        created_at=cart.at,
        updated_at=updated_at,
    )


def _claim(world: World, cart: Cart, line: Line, order_id: UUID, ended_at: datetime) -> None:
    buyer, item = cart.buyer, line.item
    is_completed, is_waiting = cart.outcome is Outcome.COMPLETED, cart.outcome is Outcome.WAITING
    revoked_at = line.returned.at if line.returned else None
    if is_completed:
        state = OwnershipState.REVOKED if revoked_at else OwnershipState.OWNED
    else:
        state = OwnershipState.CLAIMED if is_waiting else OwnershipState.RELEASED
    ended = revoked_at if is_completed else None if is_waiting else ended_at
    world.batch.row(
        Ownership,
        id=world.draw.id(cart.at),
        user_id=buyer.id,
        kind=item.kind,
        item_id=item.id,
        order_id=order_id,
        order_item_id=line.id,
        state=state,
        created_at=cart.at,
        updated_at=ended or (cart.at if is_waiting else ended_at),
        owned_at=ended_at if is_completed else None,
        ended_at=ended,
    )
    if is_completed or is_waiting:
        buyer.touched.add(item.id)
    if not is_completed:
        return
    if revoked_at is None:
        buyer.own(item.kind, item.id, ended_at)
    if item.kind is PurchasableKind.COURSE:
        enrol(world, buyer, item, ended_at, order_id=order_id, ended_at=revoked_at)
