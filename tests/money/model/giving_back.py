"""Refunds as they have to be, by the reference."""

from tests.money.model import bringing, paying
from tests.money.model.rules import CREDIT, Refused, shared
from tests.money.model.shop import ADMIN, Answer, Key, Line, Order, Refund, Shop

LATE = "pm_card_pendingRefund"
FAILURE = "expired_or_canceled_card"


def refund(shop: Shop, key: str, number: int, places: tuple[int, ...] | None, amount: int | None) -> Answer:
    """Gives back what is left of an order, of the items at these places, or so much of their money."""
    if amount is not None and amount < 1:
        raise Refused("InvalidInput")
    given = ("refundOrder", number, places and tuple(sorted(places)), amount)
    known = shop.known(ADMIN, key, given)
    order = shop.orders[number]
    if known is None:
        if order.status != "completed":
            raise Refused("OrderNotRefundable", order.status)
        begin(order, key, parts(order, places, amount))
        known = shop.keys[ADMIN, key] = Key(given, number)
    go_on(shop, order)
    asked = [refund for refund in order.refunds if refund.key == key]
    if known.outcome == ("RefundFailed", FAILURE):
        return known.outcome
    name = "OrderRefunded" if known.outcome else "RefundUnderWay"
    return name, order.status, *((each.state, each.cash, each.credit, each.credits) for each in asked)


def parts(order: Order, places: tuple[int, ...] | None, amount: int | None) -> list[Refund]:
    """Which refunds are to be made.  Raises Refused where less is left."""
    for place in places or ():
        if is_over(order, place):
            raise Refused("RefundTooLarge", 0)
    chosen = places or tuple(range(len(order.lines)))
    left = [order.lines[place].cash - order.lines[place].back for place in chosen]
    if amount is not None:
        if amount > sum(left):
            raise Refused("RefundTooLarge", sum(left))
        each = zip(chosen, shared(amount, left), strict=True)
        return [Refund(place, cash, 0) for place, cash in each if cash]
    whole = [
        Refund(place, cash, order.lines[place].credit - order.lines[place].credit_back)
        for place, cash in zip(chosen, left, strict=True)
        if not is_over(order, place)
    ]
    if not whole:
        raise Refused("RefundTooLarge", sum(left))
    return whole


def is_over(order: Order, place: int) -> bool:
    """Whether an item is given back, or all of it is on its way."""
    line = order.lines[place]
    is_begun = any(refund.line == place and refund.state == "PENDING" for refund in order.refunds)
    return line.is_back or (is_begun and line.back == line.cash and line.credit_back == line.credit)


def begin(order: Order, key: str, refunds: list[Refund]) -> None:
    for each in refunds:
        each.key = key
        count(order, each, 1)
    order.refunds += refunds


def count(order: Order, refund: Refund, sign: int) -> None:
    line = order.lines[refund.line]
    line.back += sign * refund.cash
    line.credit_back += sign * refund.credit
    if refund.cash:
        order.attempts[-1].back += sign * refund.cash


def go_on(shop: Shop, order: Order) -> None:
    """Has the provider give back what is under way, or say what became of it."""
    for each in order.refunds:
        if each.state == "PENDING":
            if not each.cash or order.attempts[-1].method != LATE or each.standing == "succeeds":
                complete(shop, order, each)
            elif each.standing == "fails":
                each.state = "FAILED"
                count(order, each, -1)
    for each in order.refunds:
        known, asked = shop.keys[ADMIN, each.key], [other for other in order.refunds if other.key == each.key]
        if known.outcome is None and all(other.state != "PENDING" for other in asked):
            is_done = any(other.state == "DONE" for other in asked)
            known.outcome = ("OrderRefunded",) if is_done else ("RefundFailed", FAILURE)


def complete(shop: Shop, order: Order, refund: Refund) -> None:
    refund.done_as = sum(each.state == "DONE" for each in order.refunds)
    refund.state, line = "DONE", order.lines[refund.line]
    if refund.credit:
        refund.credits = order.done("credit") // CREDIT - order.credits_back
        order.credits_back += refund.credits
        shop.accounts[order.buyer].enter("RETURNED", refund.credits, order.number)
        shop.accounts[order.buyer].settle()
    done = [each for each in order.refunds if each.line == refund.line and each.state == "DONE"]
    if sum(each.cash for each in done) == line.cash and sum(each.credit for each in done) == line.credit:
        take_away(shop, order, line)


def take_away(shop: Shop, order: Order, line: Line) -> None:
    """What happens with the last of an item, and with the last item of an order."""
    name = order.buyer, line.thing.number
    line.is_back = True
    del shop.owners[name]
    shop.history[*name, order.number][-1] = "REVOKED"
    if line.thing.kind == "course":
        shop.enrolments[name] = (order.number, False)
    if all(each.is_back for each in order.lines):
        order.status = order.payment_status = "refunded"
        if order.coupon and order.coupon.is_released_by_refund:
            paying.end_usage(shop, order, "RELEASED")
        claim = shop.claims.get(order.buyer)
        if claim and claim.order == order.number:
            bringing.void(shop, order.buyer)
