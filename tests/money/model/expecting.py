"""What both databases and the provider have to say, by the reference."""

from collections import defaultdict
from typing import Any

from tests.money.model.rules import CREDIT, shared
from tests.money.model.shop import Key, Order, Shop

OUTCOMES = {
    "OrderPaid": "paid",
    "PaymentAbandoned": "abandoned",
    "PaymentDeclined": "declined",
    "PaymentRefused": "refused",
}


def everything(shop: Shop) -> dict[str, Any]:
    completed = [order for order in shop.orders if order.is_completed]
    return {
        "orders": [told_order(order) for order in shop.orders],
        "lines": {order.number: told_lines(order) for order in shop.orders},
        "attempts": {order.number: told_attempts(order) for order in shop.orders if order.attempts},
        "refunds": {
            order.number: [(each.state, each.line, each.cash, each.credit, each.credits) for each in order.refunds]
            for order in shop.orders
            if order.refunds
        },
        "kept by the provider": {
            order.number: charged - order.done("cash")
            for order in shop.orders
            if (charged := sum(each.amount for each in order.attempts if each.standing == "paid"))
        },
        "usages": shop.usages,
        "uses": {coupon.number: len(coupon.slots) for coupon in shop.coupons},
        **told_accounts(shop),
        "ownerships": dict(shop.history),
        "enrolments": shop.enrolments,
        "claims": {referred: (each.referrer, each.state, each.order) for referred, each in shop.claims.items()},
        "referrals": {
            referred: (each.referrer, each.state.lower(), each.state == "CONVERTED")
            for referred, each in shop.claims.items()
        },
        "members": {who: told_member(shop, who) for who in shop.members},
        "purchases": {
            (order.number, place): told for order in completed for place, told in enumerate(told_purchases(order))
        },
        "events": {order.number: told_events(order) for order in completed},
        "keys": {name: told_key(key) for name, key in shop.keys.items()},
        "sold": {thing.number: thing.sold for thing in shop.things},
    }


def told_order(order: Order) -> tuple[Any, ...]:
    return (
        order.buyer,
        order.status,
        order.payment_status,
        "DONE" if order.is_completed else "NONE",
        order.price,
        order.due,
        order.discount,
        order.credits * CREDIT,
        order.done("cash"),
        order.wanted,
        order.credits,
        order.credits_back,
        order.currency,
        None if order.coupon is None else order.coupon.number,
        order.is_first,
    )


def told_lines(order: Order) -> list[tuple[Any, ...]]:
    return [
        (
            line.thing.number,
            line.thing.price,
            line.discount,
            line.credit,
            line.back,
            line.credit_back,
            line.is_back,
        )
        for line in order.lines
    ]


def told_attempts(order: Order) -> list[tuple[Any, ...]]:
    return [
        (
            each.state,
            each.amount,
            each.back,
            each.method,
            each.standing if each.state == "DECLINED" else None,
        )
        for each in order.attempts
    ]


def told_accounts(shop: Shop) -> dict[str, Any]:
    entries = {who: account.entries for who, account in enumerate(shop.accounts) if account.entries}
    told = {
        who: (
            account.balance,
            account.held,
            account.earned,
            sum(owed for _, owed in account.owed),
            len(account.entries),
        )
        for who, account in enumerate(shop.accounts)
    }
    return {"entries": entries, "accounts": {who: each for who, each in told.items() if any(each)}}


def told_member(shop: Shop, who: int) -> tuple[Any, ...]:
    account, claim = shop.accounts[who], shop.claims.get(who)
    return (
        account.balance,
        account.earned,
        sum(each.referrer == who for each in shop.claims.values()),
        claim and claim.referrer,
        sorted(thing for person, thing in shop.owners if person == who and shop.owned(who, thing)),
    )


def told_purchases(order: Order) -> list[tuple[Any, ...]]:
    credits = shared(order.credits, [line.credit for line in order.lines])
    done = defaultdict(list)
    for each in order.refunds:
        if each.state == "DONE":
            done[each.line].append((each.cash, each.credits))
    return [
        (
            line.thing.number,
            line.thing.price,
            line.cash,
            line.credit,
            line.discount,
            credits[place],
            order.is_first and place == 0,
            order.is_rewarded and place == 0,
            (sum(cash for cash, _ in done[place]), sum(each for _, each in done[place])) if done[place] else None,
        )
        for place, line in enumerate(order.lines)
    ]


def told_events(order: Order) -> list[tuple[Any, ...]]:
    credits = shared(order.credits, [line.credit for line in order.lines])
    made = [("made", place, line.cash, line.credit, credits[place]) for place, line in enumerate(order.lines)]
    done = [each for each in order.refunds if each.state == "DONE"]
    done.sort(key=lambda each: each.done_as)
    return made + [("refunded", each.line, each.cash, each.credit, each.credits) for each in done]


def told_key(key: Key) -> tuple[Any, ...]:
    mutation, outcome = key.given[0], key.outcome
    if outcome is None or mutation == "placeOrder":
        return mutation, None if outcome is None else {}
    name, *said = outcome
    if mutation == "grantCredits":
        return mutation, {"balance": said[0]}
    if mutation == "refundOrder":
        return mutation, {"is": "failed", "reason": said[0]} if said else {"is": "refunded"}
    return mutation, {"is": OUTCOMES[name]} | ({"code": said[0]} if said else {})
