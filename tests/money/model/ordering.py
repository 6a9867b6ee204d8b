"""Orders as they have to be placed, changed and begun to be paid, by the reference."""

from tests.money.model.rules import CREDIT, HOME, Refused, shared
from tests.money.model.shop import NOBODYS, Answer, Attempt, Key, Line, Order, Shop, Things


def place(shop: Shop, who: int, key: str, things: Things) -> Answer:
    check_names(things)
    given = ("placeOrder", things)
    known = shop.known(who, key, given)
    if known is None:
        check_on_sale(shop, things)
        for number in things:
            if shop.owned(who, number):
                raise Refused("AlreadyOwned", shop.things[number].title)
        known = shop.keys[who, key] = Key(given, write(shop, who, things).number, ())
    order = shop.orders[known.order]
    return "OrderPlaced", order.status, order.due


def check_names(things: Things) -> None:
    """Raises Refused for what can never be an order."""
    if not things:
        raise Refused("EmptyOrder")
    if len(set(things)) < len(things):
        raise Refused("InvalidInput")


def check_on_sale(shop: Shop, things: Things) -> None:
    """Raises Refused for what cannot be ordered now."""
    if not all(shop.things[number].is_on_sale for number in things):
        raise Refused("ItemUnavailable")
    if len({shop.things[number].currency for number in things}) > 1:
        raise Refused("MixedCurrencies")


def write(shop: Shop, who: int, things: Things) -> Order:
    order = Order(len(shop.orders), who, [Line(shop.things[number]) for number in things])
    shop.orders.append(order)
    return order


def pending(shop: Shop, who: int, number: int) -> Order:
    order = shop.orders[number]
    if order.buyer != who:
        raise Refused("OrderNotFound")
    if order.status != "pending":
        raise Refused("OrderNotPending", order.status)
    return order


def redeem(shop: Shop, who: int, number: int, coupon: int) -> Answer:
    order = pending(shop, who, number)
    if coupon == NOBODYS:
        raise Refused("CouponUnknown")
    off = shop.coupons[coupon].off(order.things, who)
    order.coupon = shop.coupons[coupon]
    return "CouponRedeemed", sum(off)


def remove(shop: Shop, who: int, number: int) -> Answer:
    pending(shop, who, number).coupon = None
    return ("CouponRemoved",)


def apply_credits(shop: Shop, who: int, number: int, credits: int) -> Answer:
    if credits < 0:
        raise Refused("InvalidInput")
    order, free = pending(shop, who, number), shop.accounts[who].free
    if credits and order.currency != HOME:
        raise Refused("CreditsNotTaken")
    if credits > free:
        raise Refused("NotEnoughCredits", free)
    order.wanted = credits
    return "CreditsApplied", free


def begin_order(shop: Shop, who: int, key: str, number: int, method: str | None) -> None:
    """Begins to pay an order that is there, unless the same request did before.  Raises Refused."""
    given = ("payOrder", number, method)
    if shop.known(who, key, given) is None:
        if shop.orders[number].buyer != who:
            raise Refused("OrderNotFound")
        check_on_sale(shop, tuple(thing.number for thing in shop.orders[number].things))
        begin(shop, pending(shop, who, number), key, given, method)


def begin_purchase(
    shop: Shop, who: int, key: str, things: Things, coupon: int | None, credits: int, method: str | None
) -> None:
    """The same for a new order, which is not there where it is refused."""
    check_names(things)
    given = ("purchase", things, coupon, credits, method)
    if shop.known(who, key, given) is None:
        check_on_sale(shop, things)
        if coupon == NOBODYS:
            raise Refused("CouponUnknown")
        order = write(shop, who, things)
        order.coupon, order.wanted = None if coupon is None else shop.coupons[coupon], credits
        try:
            begin(shop, order, key, given, method)
        except Refused:
            shop.orders.remove(order)
            raise


def begin(shop: Shop, order: Order, key: str, given: Answer, method: str | None) -> None:
    """Reserves everything or, raising Refused, nothing."""
    who, coupon = order.buyer, order.coupon
    discounts = coupon.off(order.things, who) if coupon else [0] * len(order.lines)
    rests = [thing.price - off for thing, off in zip(order.things, discounts, strict=True)]
    if order.wanted and order.currency != HOME:
        raise Refused("CreditsNotTaken")
    credits = min(order.wanted, sum(rests) // CREDIT)
    if credits > shop.accounts[who].free:
        raise Refused("NotEnoughCredits", shop.accounts[who].free)
    for thing in order.things:
        owned = shop.owned(who, thing.number)
        if owned is not None:
            raise Refused("AlreadyOwned" if owned else "ItemBeingBought", thing.title)
    due = sum(rests) - credits * CREDIT
    if due and method is None:
        raise Refused("InvalidInput")
    reserve(shop, order, discounts, shared(credits * CREDIT, rests))
    order.credits, shop.accounts[who].held = credits, shop.accounts[who].held + credits
    order.status, order.payment_status, order.key, order.is_overdue = "processing", "pending", key, False
    order.attempts += [Attempt(due, method)] if due and method else []
    shop.keys[who, key] = Key(given, order.number)


def reserve(shop: Shop, order: Order, discounts: list[int], credits: list[int]) -> None:
    order.discount = sum(discounts)
    for line, discount, credit in zip(order.lines, discounts, credits, strict=True):
        line.discount, line.credit = discount, credit
        shop.owners[order.buyer, line.thing.number] = order.number
        shop.history[order.buyer, line.thing.number, order.number].append("CLAIMED")
    if order.coupon:
        slot = order.coupon.take(order.number, order.buyer)
        shop.usages[order.coupon.number, order.number] = ("RESERVED", slot, order.discount)
