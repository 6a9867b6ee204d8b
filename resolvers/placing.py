"""Placing orders and cancelling them: what a buyer wants, at the prices of now.  Nothing is held or charged."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.catalog import PurchasableKind
from models.orders import Order, OrderItem, OrderStatus, Ownership, OwnershipState
from models.values import new_id, now
from resolvers.catalog import KINDS
from resolvers.context import Handles
from resolvers.idempotency import Earlier, asked, earlier, finish, take
from resolvers.order_numbers import drawn_number
from resolvers.order_refusals import (
    AlreadyOwned,
    EmptyOrder,
    ItemUnavailable,
    MixedCurrencies,
    OrderNotFound,
    OrderNotPending,
    TooManyItems,
    path_of,
)
from resolvers.orders import OrderById
from resolvers.refusals import InvalidInput
from resolvers.shares import CENT, NOTHING
from resolvers.stores import Row
from resolvers.transactions import transaction

MOST_ITEMS = 20
CURRENCY = re.compile("[A-Z]{3}")
PLACE_ORDER = "placeOrder"
OUTCOME = "orderId"
MOST_DRAWS = 5


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


@dataclass(frozen=True)
class CancelOrder:
    order_id: UUID


@dataclass(frozen=True, slots=True)
class Offered:
    """What is wanted, as it is sold now."""

    wanted: Wanted
    title: str
    price: Decimal
    currency: str


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


async def cancel_order(handles: Handles, user_id: UUID, command: CancelOrder) -> Row:
    """The order, cancelled now or before.  Raises OrderNotFound, and OrderNotPending for one that is being paid or
    was.
    """
    async with transaction(handles) as session:
        cancelling = (
            update(Order)
            .where(
                col(Order.id) == command.order_id,
                col(Order.user_id) == user_id,
                col(Order.status) == OrderStatus.PENDING,
            )
            .values(status=OrderStatus.CANCELLED, cancelled_at=func.now())
            .returning(col(Order.id))
        )
        if (await session.exec(cancelling)).first() is None:
            status = await status_of(session, user_id, command.order_id)
            if status is not OrderStatus.CANCELLED:
                raise OrderNotPending(status)
    return await stored(handles, command.order_id)


async def status_of(session: AsyncSession, user_id: UUID, order_id: UUID) -> OrderStatus:
    """How far an order of this person has come.  Raises OrderNotFound."""
    reading = select(col(Order.status)).where(col(Order.id) == order_id, col(Order.user_id) == user_id)
    status = (await session.exec(reading)).first()
    if status is None:
        raise OrderNotFound
    return status


async def stored(handles: Handles, order_id: UUID) -> Row:
    """An order that is known to exist, with all of its columns."""
    columns = tuple(map(OrderById.source.stored, Order.model_fields))
    return (await OrderById.load(handles, (order_id,), columns))[order_id]


def check(command: PlaceOrder) -> None:
    if not command.items:
        raise EmptyOrder
    if len(command.items) > MOST_ITEMS:
        raise TooManyItems(MOST_ITEMS)
    for place, wanted in enumerate(command.items):
        if wanted in command.items[:place]:
            raise InvalidInput(
                path_of(place), "This item is in the order twice, and each is bought once: name it once."
            )
    if command.currency is not None and not CURRENCY.fullmatch(command.currency):
        raise InvalidInput(("currency",), "This is no code of a currency: write three capitals such as INR.")


def stated(command: PlaceOrder) -> dict[str, JsonValue]:
    items: list[JsonValue] = [[wanted.kind, str(wanted.item_id)] for wanted in command.items]
    return {"items": items, "currency": command.currency}


async def on_sale(handles: Handles, items: Sequence[Wanted]) -> list[Offered]:
    """What is wanted, at the prices of now, in its order.  Raises ItemUnavailable for the first that is not."""
    found: dict[Wanted, Offered] = {}
    for kind in dict.fromkeys(wanted.kind for wanted in items):
        found |= await of_kind(handles, kind, [wanted.item_id for wanted in items if wanted.kind is kind])
    for place, wanted in enumerate(items):
        if wanted not in found:
            raise ItemUnavailable(place)
    return [found[wanted] for wanted in items]


async def of_kind(handles: Handles, kind: PurchasableKind, ids: Sequence[UUID]) -> Mapping[Wanted, Offered]:
    loader = KINDS[kind]
    title, price, currency, published = map(loader.source.stored, ("title", "price", "currency", "is_published"))
    rows: Mapping[Any, Row] = await loader.load(handles, ids, (title, price, currency, published))
    return {
        wanted: Offered(wanted, row[title], row[price].quantize(CENT), row[currency])
        for wanted, row in ((Wanted(kind, item_id), row) for item_id, row in rows.items())
        if row[published]
    }


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
    for drawn in count(1):
        writing = insert(Order).values(
            id=order_id,
            number=drawn_number(at),
            user_id=user_id,
            amount=original,
            original_amount=original,
            currency=currency,
            created_at=at,
            updated_at=at,
        )
        made = await session.exec(writing.on_conflict_do_nothing(index_elements=["number"]).returning(col(Order.id)))
        if made.first() is not None:
            break
        if drawn == MOST_DRAWS:
            raise AssertionError(f"Bug: {MOST_DRAWS} numbers in a row were taken, of {at:%d %B %Y}.")
    session.add_all(
        OrderItem(
            order_id=order_id,
            user_id=user_id,
            position=position,
            kind=each.wanted.kind,
            item_id=each.wanted.item_id,
            title=each.title,
            price=each.price,
            currency=currency,
            created_at=at,
            updated_at=at,
        )
        for position, each in enumerate(offered, start=1)
    )
    await session.flush()
    return order_id
