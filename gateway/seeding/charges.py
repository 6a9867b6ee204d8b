"""An order's payment and its refunds, as rows of the book.  At most one attempt for each seeded order."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from gateway.seeding.carts import Cart, Outcome, Priced
from gateway.seeding.world import World
from models.payments import Payment, PaymentState, Refund, RefundState
from resolvers.shares import NOTHING

_STATE = {
    Outcome.WAITING: PaymentState.WAITING,
    Outcome.ABANDONED: PaymentState.CANCELLED,
    Outcome.DECLINED: PaymentState.DECLINED,
    Outcome.COMPLETED: PaymentState.PAID,
}

DECLINE_CODES = ("insufficient_funds", "card_declined", "expired_card", "do_not_honor")

REFUND_TAKES = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Charge:
    payment_id: UUID
    method: str
    method_id: str


def pay(world: World, cart: Cart, priced: Priced, order_id: UUID, ended_at: datetime) -> Charge | None:
    """The attempt, or None where credits and discounts leave nothing to pay."""
    if not priced.cash:
        return None
    charge = Charge(world.draw.id(cart.at), cart.method, world.draw.provider_id("pm"))
    state = _STATE[cart.outcome]
    returned = priced.returned
    world.batch.row(
        Payment,
        id=charge.payment_id,
        order_id=order_id,
        user_id=cart.buyer.id,
        state=state,
        amount=priced.cash,
        currency=world.terms.currency,
        refunded_amount=sum((refund.amount for _, refund in returned), NOTHING),
        payment_method=charge.method,
        payment_method_id=charge.method_id,
        provider_payment_id=world.draw.provider_id("pi"),
        decline_code=world.draw.random.choice(DECLINE_CODES) if state is PaymentState.DECLINED else None,
        created_at=cart.at,
        updated_at=returned[-1][1].at if returned else ended_at,
        settled_at=None if state is PaymentState.WAITING else ended_at,
    )
    return charge


def refund(world: World, cart: Cart, priced: Priced, order_id: UUID, charge: Charge | None) -> None:
    """The refunds of a completed order; their credits come back when the time has come."""
    for line, returned in priced.returned:
        world.batch.row(
            Refund,
            id=returned.id,
            order_id=order_id,
            user_id=cart.buyer.id,
            order_item_id=line.id,
            payment_id=charge.payment_id if charge and returned.amount else None,
            state=RefundState.DONE,
            amount=returned.amount,
            credit_value=returned.credit_value,
            credits_returned=returned.credits,
            currency=world.terms.currency,
            reason=returned.reason,
            requested_by=returned.by,
            provider_refund_id=world.draw.provider_id("re") if returned.amount else None,
            next_attempt_at=returned.at - REFUND_TAKES,
            created_at=returned.at - REFUND_TAKES,
            updated_at=returned.at,
            completed_at=returned.at,
        )
        if returned.credits:
            world.later(
                returned.at,
                partial(
                    world.ledger.give_back,
                    cart.buyer.wallet,
                    returned.credits,
                    returned.at,
                    order_id=order_id,
                    refund_id=returned.id,
                ),
            )
