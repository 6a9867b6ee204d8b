"""Payments as they have to go on and end, by the reference.  A card's answer is the provider's, known beforehand."""

from tests.money.model import bringing
from tests.money.model.rules import Refused
from tests.money.model.shop import Answer, Attempt, Order, Shop

UNKNOWN = "resource_missing"
DECLINES = {"pm_card_chargeDeclinedLostCard": "lost_card", "pm_nobody": UNKNOWN}
ASKS = {
    "pm_card_threeDSecure2Required": "paid",
    "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds": "insufficient_funds",
}
"""Cards that want their buyer first, and how they stand when that is done."""
NOT_PROVED = "payment_intent_authentication_failure"


def settle(shop: Shop, who: int, key: str) -> Answer:
    """What a payment that was begun with a key answers now."""
    known = shop.keys[who, key]
    order = shop.orders[known.order]
    if known.outcome is None:
        go_on(shop, order)
    if known.outcome is None:
        return ("PaymentActionNeeded",)
    if known.outcome[0] != "OrderPaid":
        return known.outcome
    return "OrderPaid", order.status, order.due, order.discount, order.credits


def confirm(shop: Shop, who: int, key: str, number: int) -> Answer:
    known = shop.keys.get((who, key))
    if known is None or known.given[0] not in {"payOrder", "purchase"} or known.order != number:
        raise Refused("NothingToConfirm")
    return settle(shop, who, key)


def cancel(shop: Shop, who: int, number: int) -> Answer:
    order = shop.orders[number]
    if order.buyer != who:
        raise Refused("OrderNotFound")
    if order.status == "processing":
        if order.attempts[-1].standing == "paid":
            commit(shop, order)
        else:
            release(shop, order, ("PaymentAbandoned",), "cancelled")
    if order.status not in {"pending", "cancelled"}:
        raise Refused("OrderNotPending", order.status)
    order.status = "cancelled"
    return ("OrderCancelled",)


def go_on(shop: Shop, order: Order) -> None:
    """Has the provider charge a payment, or say what became of it."""
    if order.cash == 0:
        commit(shop, order)
        return
    attempt = order.attempts[-1]
    if not attempt.standing:
        attempt.standing = DECLINES.get(attempt.method, "asks" if attempt.method in ASKS else "paid")
    if attempt.standing == "paid":
        commit(shop, order)
    elif attempt.standing != "asks":
        attempt.state = "DECLINED"
        name = "PaymentRefused" if attempt.standing == UNKNOWN else "PaymentDeclined"
        release(shop, order, (name, attempt.standing), "pending")
    elif order.is_overdue:
        release(shop, order, ("PaymentAbandoned",), "pending")
    else:
        attempt.state = "WAITING"


def act(attempt: Attempt, *, is_proved: bool) -> None:
    """The buyer proves who they are to their bank, or fails to."""
    if attempt.standing == "asks":
        attempt.standing = ASKS[attempt.method] if is_proved else NOT_PROVED


def commit(shop: Shop, order: Order) -> None:
    who = order.buyer
    order.is_first = order.due > 0 and not any(other.due > 0 for other in shop.bought_by(who))
    order.status, order.payment_status = "completed", "paid"
    if order.cash:
        order.attempts[-1].state = "PAID"
    end_usage(shop, order, "CONSUMED")
    shop.accounts[who].held -= order.credits
    shop.accounts[who].enter("SPENT", -order.credits, order.number)
    order.is_rewarded = order.is_first and bringing.convert_by(shop, order)
    for thing in order.things:
        thing.sold += 1
        shop.history[who, thing.number, order.number][-1] = "OWNED"
        if thing.kind == "course":
            shop.enrolments[who, thing.number] = (order.number, True)
    shop.members.add(who)
    shop.keys[who, order.key].outcome = ("OrderPaid",)


def release(shop: Shop, order: Order, outcome: Answer, status: str) -> None:
    order.status, order.payment_status = status, "failed"
    if order.attempts[-1].state != "DECLINED":
        order.attempts[-1].state = "CANCELLED"
    end_usage(shop, order, "RELEASED")
    shop.accounts[order.buyer].held -= order.credits
    shop.accounts[order.buyer].settle()
    order.discount = order.credits = 0
    for line in order.lines:
        line.discount = line.credit = 0
        del shop.owners[order.buyer, line.thing.number]
        shop.history[order.buyer, line.thing.number, order.number][-1] = "RELEASED"
    shop.keys[order.buyer, order.key].outcome = outcome


def end_usage(shop: Shop, order: Order, state: str) -> None:
    if order.coupon:
        name = order.coupon.number, order.number
        shop.usages[name] = (state, *shop.usages[name][1:])
        if state == "RELEASED":
            del order.coupon.slots[order.number]
