"""What MongoDB shows of a completed order: a purchase for each item, its events in order, and their sums."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from gateway.seeding.carts import Cart, Line, Priced, Returned
from gateway.seeding.charges import Charge
from gateway.seeding.world import World
from models.purchases import Purchase, PurchaseEvent
from resolvers.purchase_documents import GivenBack, Sold, made, purchase, refunded


@dataclass(frozen=True, slots=True)
class Sale:
    """A completed order.  `is_converted` says that it converted its buyer's referral."""

    cart: Cart
    order_id: UUID
    at: datetime
    charge: Charge | None
    is_first: bool
    is_converted: bool


def project(world: World, sale: Sale, priced: Priced) -> None:
    purchases: dict[UUID, tuple[UUID, Sold]] = {}
    for sequence, line in enumerate(priced.lines, start=1):
        sold = _sold(world, sale, priced, line, sequence)
        world.sales.note(line.item, sale.at)
        purchase_id = world.draw.id(sale.at)
        purchases[line.id] = purchase_id, sold
        given_back = (_given_back(line.returned),) if line.returned else ()
        world.batch.document(Purchase, **purchase(purchase_id, sold, given_back))
        _made(world, purchase_id, sold)
    for sequence, (line, returned) in enumerate(priced.returned, start=len(priced.lines) + 1):
        world.later(returned.at, partial(_refunded, world, *purchases[line.id], _given_back(returned), sequence))


def _sold(world: World, sale: Sale, priced: Priced, line: Line, sequence: int) -> Sold:
    coupon = sale.cart.coupon if priced.discount is not None else None
    return Sold(
        order_item_id=line.id,
        order_id=sale.order_id,
        user_id=sale.cart.buyer.id,
        sequence=sequence,
        kind=line.item.kind,
        item_id=line.item.id,
        title=line.item.title,
        price=line.item.price,
        currency=world.terms.currency,
        discount=line.discount,
        credit=line.credit,
        credits=line.credits,
        coupon_code=coupon.offer.code if coupon else None,
        method=sale.charge.method if sale.charge else None,
        method_id=sale.charge.method_id if sale.charge else None,
        is_first=sale.is_first and sequence == 1,
        is_rewarded=sale.is_converted,
        at=sale.at,
    )


def _given_back(returned: Returned) -> GivenBack:
    return GivenBack(returned.id, returned.amount, returned.credit_value, returned.credits, returned.at)


def _made(world: World, purchase_id: UUID, sold: Sold) -> None:
    event_id = world.draw.id(sold.at)
    world.batch.document(PurchaseEvent, **made(event_id, purchase_id, sold))
    world.rollups.purchase(
        (sold.kind, sold.item_id, sold.method),
        sold.at,
        event_id,
        is_first=sold.is_first,
        price=sold.price,
        discount=sold.discount,
        credit=sold.credit,
        cash=sold.cash,
    )


def _refunded(world: World, purchase_id: UUID, sold: Sold, given_back: GivenBack, sequence: int) -> None:
    event_id = world.draw.id(given_back.at)
    world.batch.document(PurchaseEvent, **refunded(event_id, purchase_id, sold, given_back, sequence))
    amount = given_back.amount + given_back.credit_value
    world.rollups.refund((sold.kind, sold.item_id, sold.method), given_back.at, event_id, amount)
