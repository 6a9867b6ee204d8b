"""Placing orders: what a buyer wants, at the prices of now.  Nothing is held or charged."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import count
from typing import Any
from uuid import UUID

import structlog
from pydantic import JsonValue
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.catalog import PurchasableKind
from models.orders import Order, OrderItem, Ownership, OwnershipState
from models.values import new_id, now
from resolvers.catalog import CATEGORIZED, KINDS
from resolvers.context import Handles
from resolvers.idempotency import Earlier, asked, earlier, finish, take
from resolvers.order_numbers import drawn_number
from resolvers.order_refusals import (
    AlreadyOwned,
    EmptyOrder,
    ItemUnavailable,
    MixedCurrencies,
    TooManyItems,
    path_of,
)
from resolvers.orders import OrderById
from resolvers.refusals import InvalidInput
from resolvers.shares import CENT, MOST, NOTHING, unit_of
from resolvers.stores import Row
from resolvers.transactions import run, table_of, transaction

log = structlog.get_logger(__name__)

MOST_ITEMS = 20
CURRENCY = re.compile("[A-Z]{3}")
PLACE_ORDER = "placeOrder"
OUTCOME = "orderId"
MOST_DRAWS = 5
MOST_TOLD = 1_000
ORDERS = table_of(Order)
ORDERING = insert(ORDERS).on_conflict_do_nothing(index_elements=["number"]).returning(ORDERS.c.id)
LISTING = insert(table_of(OrderItem))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Something for sale, by its kind and id."""

    kind: PurchasableKind
    item_id: UUID


@dataclass(frozen=True)
class PlaceOrder:
    """`currency` is the one that the buyer expects; None is that of the items."""

    items: tuple[Wanted, ...]
    idempotency_key: str
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Offered:
    """What is wanted, as it is sold now."""

    wanted: Wanted
    title: str
    price: Decimal
    currency: str
    category: str | None = None


async def place_order(handles: Handles, user_id: UUID, command: PlaceOrder) -> Row:
    """The new pending order of a person, or the one that the same request with the same key has made before.

    Raises InvalidInput, EmptyOrder, TooManyItems, ItemUnavailable, MixedCurrencies, AlreadyOwned,
    IdempotencyKeyReused and RequestInProgress; none of them uses the key up.
    """
    check(command)
    request = asked(user_id, command.idempotency_key, PLACE_ORDER, stated(command))
    known = await earlier(handles, request)
    if known is None:
        offered = await on_sale(handles, command.items)
        currency = one_currency(offered, command.currency)
        async with transaction(handles) as session:
            known = await take(session, request)
            if known is None:
                await refuse_owned(session, user_id, offered)
                order_id = await write(session, user_id, offered, currency)
                await finish(session, request, {OUTCOME: str(order_id)}, subject_id=order_id)
                known = Earlier(order_id, {})
    if known.subject_id is None:
        raise AssertionError(f"Bug: a key of {PLACE_ORDER} stands for no order.")
    return await stored(handles, known.subject_id)


async def stored(handles: Handles, order_id: UUID) -> Row:
    """An order that is known to exist, with all of its columns."""
    columns = tuple(map(OrderById.source.stored, Order.model_fields))
    return (await OrderById.load(handles, (order_id,), columns))[order_id]


def check(command: PlaceOrder) -> None:
    check_items(command.items)
    if command.currency is not None and not CURRENCY.fullmatch(command.currency):
        raise InvalidInput(("currency",), "This is no code of a currency: write three capitals such as INR.")


def check_items(items: Sequence[Wanted]) -> None:
    if not items:
        raise EmptyOrder
    if len(items) > MOST_ITEMS:
        raise TooManyItems(MOST_ITEMS)
    for place, wanted in enumerate(items):
        if wanted in items[:place]:
            raise InvalidInput(
                path_of(place), "This item is in the order twice, and each is bought once: name it once."
            )


def stated(command: PlaceOrder) -> dict[str, JsonValue]:
    items: list[JsonValue] = [[wanted.kind, str(wanted.item_id)] for wanted in command.items]
    return {"items": items, "currency": command.currency}


async def on_sale(handles: Handles, items: Sequence[Wanted]) -> list[Offered]:
    """What is wanted, at the prices of now, in its order.  Raises ItemUnavailable for the first that is not sold, or is
    not sold at a price that can be paid.
    """
    found: dict[Wanted, Offered] = {}
    for kind in dict.fromkeys(wanted.kind for wanted in items):
        found |= await of_kind(handles, kind, [wanted.item_id for wanted in items if wanted.kind is kind])
    for place, wanted in enumerate(items):
        if wanted not in found or not is_payable(found[wanted]):
            raise ItemUnavailable(place)
    return [found[wanted] for wanted in items]


def is_payable(offered: Offered) -> bool:
    """Whether the price is a multiple of what its currency has, and no more than an order holds.  One that is not is
    told to operators.
    """
    is_price = offered.price <= MOST and offered.price % unit_of(offered.currency) == 0
    if not is_price:
        tell_unpayable(offered.wanted, offered.price, offered.currency)
    return is_price


@lru_cache(MOST_TOLD)
def tell_unpayable(wanted: Wanted, price: Decimal, currency: str) -> None:
    """Once for each price of an item, as far as is remembered: everybody may ask for it as often as they like."""
    log.error("nobody can pay this price", kind=wanted.kind, item=str(wanted.item_id), price=price, currency=currency)


async def of_kind(handles: Handles, kind: PurchasableKind, ids: Sequence[UUID]) -> Mapping[Wanted, Offered]:
    loader = KINDS[kind]
    named = ("title", "price", "currency", "is_published", *(("category",) if kind in CATEGORIZED else ()))
    title, price, currency, published, *categories = columns = tuple(map(loader.source.stored, named))
    rows: Mapping[Any, Row] = await loader.load(handles, ids, columns)
    return {
        wanted: Offered(wanted, row[title], as_money(row[price]), row[currency], *(row[each] for each in categories))
        for wanted, row in ((Wanted(kind, item_id), row) for item_id, row in rows.items())
        if row[published]
    }


def as_money(price: Decimal) -> Decimal:
    """With two digits after the point, unless that would round it."""
    return price if price % CENT else price.quantize(CENT)


def one_currency(offered: Sequence[Offered], expected: str | None) -> str:
    """The currency of all of them.  Raises MixedCurrencies."""
    found = {each.currency for each in offered} | ({expected} if expected is not None else set())
    if len(found) > 1:
        raise MixedCurrencies(sorted(found))
    return found.pop()


async def refuse_owned(session: AsyncSession, user_id: UUID, offered: Sequence[Offered]) -> None:
    """Spares a buyer an order that could not be paid.  What decides is the claim on the item when payment begins."""
    owning = select(col(Ownership.item_id)).where(
        col(Ownership.user_id) == user_id,
        col(Ownership.item_id).in_([each.wanted.item_id for each in offered]),
        col(Ownership.state) == OwnershipState.OWNED,
    )
    owned = set(await session.exec(owning))
    for place, each in enumerate(offered):
        if each.wanted.item_id in owned:
            raise AlreadyOwned(place, each.title)


async def write(session: AsyncSession, user_id: UUID, offered: Sequence[Offered], currency: str) -> UUID:
    order_id, at = new_id(), now()
    original = sum((each.price for each in offered), NOTHING)
    if original > MOST:
        raise InvalidInput(("items",), f"An order holds at most {MOST}: place several orders.")
    for drawn in count(1):
        given = {
            "id": order_id,
            "number": drawn_number(at),
            "user_id": user_id,
            "amount": original,
            "original_amount": original,
            "currency": currency,
            "created_at": at,
            "updated_at": at,
        }
        if (await run(session, ORDERING, given)).first() is not None:
            break
        if drawn == MOST_DRAWS:
            raise AssertionError(f"Bug: {MOST_DRAWS} numbers in a row were taken, of {at:%d %B %Y}.")
    items = [
        {
            "id": new_id(),
            "order_id": order_id,
            "user_id": user_id,
            "position": position,
            "kind": each.wanted.kind,
            "item_id": each.wanted.item_id,
            "title": each.title,
            "category": each.category,
            "price": each.price,
            "currency": currency,
            "created_at": at,
            "updated_at": at,
        }
        for position, each in enumerate(offered, start=1)
    ]
    await run(session, LISTING, items)
    return order_id
