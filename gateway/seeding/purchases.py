"""What MongoDB shows of a completed order: a purchase for each item, its events in order, and their sums."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from gateway.seeding.carts import Cart, Line, Priced, Returned
from gateway.seeding.charges import Charge
from gateway.seeding.shapes import RawDocument, raw
from gateway.seeding.world import World
from models.purchases import Purchase, PurchaseEvent, PurchaseEventKind, PurchaseRefund
from resolvers.shares import NOTHING


@dataclass(frozen=True, slots=True)
class Sale:
    """A completed order.  `is_converted` says that it converted its buyer's referral."""

    cart: Cart
    order_id: UUID
    at: datetime
    charge: Charge | None
    is_first: bool
    is_converted: bool

    @property
    def method(self) -> str | None:
        return self.charge.method if self.charge else None


def project(world: World, sale: Sale, priced: Priced) -> None:
    """A first purchase is the first item of its order, so that a person has one of them in either store."""
    purchases: dict[UUID, UUID] = {}
    for sequence, line in enumerate(priced.lines, start=1):
        is_first = sale.is_first and sequence == 1
        world.sales.note(line.item, sale.at)
        purchases[line.id] = _write_purchase(world, sale, priced, line, is_first=is_first)
        _made(world, sale, line, purchases[line.id], sequence, is_first=is_first)
    for sequence, (line, returned) in enumerate(priced.returned, start=len(priced.lines) + 1):
        world.later(returned.at, partial(_refunded, world, sale, line, returned, purchases[line.id], sequence))


def _write_purchase(world: World, sale: Sale, priced: Priced, line: Line, *, is_first: bool) -> UUID:
    coupon = sale.cart.coupon if priced.discount is not None else None
    purchase_id = world.draw.id(sale.at)
    world.batch.document(
        Purchase,
        id=purchase_id,
        user_id=sale.cart.buyer.id,
        order_id=sale.order_id,
        order_item_id=line.id,
        kind=line.item.kind.value,
        item_id=line.item.id,
        product_name=line.item.title,
        amount=line.item.price,
        currency=world.terms.currency,
        credits_used=line.credits,
        credit_amount=line.credit,
        cash_amount=line.cash,
        discount=line.discount,
        coupon_code=coupon.offer.code if coupon else None,
        payment_method=sale.method,
        payment_method_id=sale.charge.method_id if sale.charge else None,
        is_first_purchase=is_first,
        referral_credit_awarded=is_first and sale.is_converted,
        refund=_refund(line.returned),
        purchased_at=sale.at,
        created_at=sale.at,
        updated_at=line.returned.at if line.returned else sale.at,
    )
    return purchase_id


def _refund(returned: Returned | None) -> RawDocument | None:
    if returned is None:
        return None
    return raw(
        PurchaseRefund,
        {
            "refund_id": returned.id,
            "amount": returned.amount,
            "credits_returned": returned.credits,
            "refunded_at": returned.at,
        },
    )


def _made(world: World, sale: Sale, line: Line, purchase_id: UUID, sequence: int, *, is_first: bool) -> None:
    event_id = world.draw.id(sale.at)
    world.batch.document(
        PurchaseEvent,
        id=event_id,
        kind=PurchaseEventKind.MADE.value,
        purchase_id=purchase_id,
        order_id=sale.order_id,
        sequence=sequence,
        order_item_id=line.id,
        user_id=sale.cart.buyer.id,
        item_kind=line.item.kind.value,
        item_id=line.item.id,
        product_name=line.item.title,
        amount=line.item.price,
        currency=world.terms.currency,
        credits_used=line.credits,
        credit_amount=line.credit,
        cash_amount=line.cash,
        discount=line.discount,
        payment_method=sale.method,
        is_first_purchase=is_first,
        occurred_at=sale.at,
    )
    world.rollups.purchase(
        (line.item.kind, line.item.id, sale.method),
        sale.at,
        event_id,
        is_first=is_first,
        price=line.item.price,
        discount=line.discount,
        credit=line.credit,
        cash=line.cash,
    )


def _refunded(world: World, sale: Sale, line: Line, returned: Returned, purchase_id: UUID, sequence: int) -> None:
    """Tell what was given back: a refund's amount is its cash and the value of its credits."""
    event_id = world.draw.id(returned.at)
    amount = returned.amount + returned.credit_value
    world.batch.document(
        PurchaseEvent,
        id=event_id,
        kind=PurchaseEventKind.REFUNDED.value,
        purchase_id=purchase_id,
        order_id=sale.order_id,
        sequence=sequence,
        order_item_id=line.id,
        refund_id=returned.id,
        user_id=sale.cart.buyer.id,
        item_kind=line.item.kind.value,
        item_id=line.item.id,
        product_name=line.item.title,
        amount=amount,
        currency=world.terms.currency,
        credits_used=returned.credits,
        credit_amount=returned.credit_value,
        cash_amount=returned.amount,
        discount=NOTHING,
        payment_method=sale.method,
        occurred_at=returned.at,
    )
    world.rollups.refund((line.item.kind, line.item.id, sale.method), returned.at, event_id, amount)
