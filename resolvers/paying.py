"""Paying an order: begun under a key of the buyer's, driven by the process and not by the request, and answered with
what the key stands for in the end, however often it is asked.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from models.catalog import PurchasableKind
from models.orders import Fulfilment, OrderStatus
from resolvers import idempotency
from resolvers.charging import Unresolved, Waiting
from resolvers.context import Handles
from resolvers.crash_points import crash_point
from resolvers.driving import SHOW_SECONDS, Busy, End, Ended, drive
from resolvers.idempotency import Asked, Earlier, Key, Keyed, RequestInProgress, asked, earlier, note_subject
from resolvers.intents import begin, locked
from resolvers.leases import Held, take
from resolvers.order_refusals import OrderNotFound, OrderNotPending
from resolvers.orders import ItemsByOrder, OrderById
from resolvers.outcomes import PAY_ORDER, PURCHASE, require_paid
from resolvers.payment_refusals import NothingToConfirm, PaymentUnresolved, ProviderUnavailable
from resolvers.placing import Wanted, on_sale, stored
from resolvers.refusals import InvalidInput
from resolvers.relay import deliver
from resolvers.stores import Row
from resolvers.transactions import transaction

METHOD = re.compile(r"[A-Za-z0-9_]{1,255}")
POLLS = (0.05, 0.1, 0.2, 0.4, 0.8, 1.2)
"""How long to wait, each time, for somebody else who drives the order, in seconds: less than a caller waits."""


@dataclass(frozen=True)
class PayOrder:
    """`payment_method_id` is the provider's id of what to charge; None where nothing is left to pay in money."""

    order_id: UUID
    idempotency_key: str
    payment_method_id: str | None = None


@dataclass(frozen=True)
class ConfirmPayment:
    """`idempotency_key` is the one that the payment was begun with."""

    order_id: UUID
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class Paid:
    """The completed order."""

    order: Row


@dataclass(frozen=True, slots=True)
class ActionNeeded:
    """The order, which waits until then for its buyer to act with the secret."""

    order: Row
    client_secret: str
    waits_until: datetime


Answer: TypeAlias = Paid | ActionNeeded
Begin: TypeAlias = Callable[[AsyncSession, Earlier | None], Awaitable[Held | UUID]]
"""Begins a payment in the transaction that has its key: the lease; or the order whose payment was begun before."""


async def pay_order(handles: Handles, user_id: UUID, command: PayOrder) -> Answer:
    """Pays a pending order of a person, once for each key.

    Raises InvalidInput, OrderNotFound, OrderNotPending, ItemUnavailable, what `intents.begin` raises and what
    `settle` does; only a payment that was declined or abandoned uses the key up.
    """
    method_id = checked_method(command.payment_method_id)
    request = asked(
        user_id,
        command.idempotency_key,
        PAY_ORDER,
        {"orderId": str(command.order_id), "paymentMethodId": method_id},
    )

    async def begun(session: AsyncSession, known: Earlier | None) -> Held | UUID:
        return await begin_or_find(session, handles, request, known, command.order_id, method_id)

    known = await earlier(handles, request)
    if known is None:
        await require_on_sale(handles, user_id, command.order_id)
    return await settle(handles, request, known, begun)


async def confirm_payment(handles: Handles, user_id: UUID, command: ConfirmPayment) -> Answer:
    """Goes on with a payment whose buyer has acted, and answers as the request that began it would now.

    Raises InvalidInput, NothingToConfirm, and what `settle` raises but for IdempotencyKeyReused.
    """
    idempotency.check(command.idempotency_key)
    key = Key(user_id, command.idempotency_key)
    found = await idempotency.found(handles, key)
    if found is None or found.mutation not in {PAY_ORDER, PURCHASE} or found.subject_id != command.order_id:
        raise NothingToConfirm
    work = resumed(handles, key, command.order_id) if found.outcome is None else None
    return await answer(handles, key, work)


async def settle(handles: Handles, request: Asked, known: Earlier | None, begin: Begin) -> Answer:
    """What the key stands for in the end: a payment that is not begun is begun, one that has not ended is driven on.

    Raises IdempotencyKeyReused, RequestInProgress, PaymentDeclined, PaymentAbandoned, PaymentUnresolved and
    ProviderUnavailable.
    """
    is_final = known is not None and known.outcome is not None
    return await answer(handles, request, None if is_final else begun_and_driven(handles, request, begin))


async def begun_and_driven(handles: Handles, request: Asked, begin: Begin) -> End:
    crash_point("intent.begun")
    async with transaction(handles) as session:
        known = await idempotency.take(session, request)
        if known is not None and known.outcome is not None:
            return Ended()
        begun = await begin(session, known)
        crash_point("intent.written")
    crash_point("intent.done")
    if isinstance(begun, UUID):
        return await resumed(handles, request, begun)
    return await drive(handles, begun)


async def begin_or_find(
    session: AsyncSession,
    handles: Handles,
    request: Asked,
    known: Earlier | None,
    order_id: UUID,
    method_id: str | None,
) -> Held | UUID:
    """Begins to pay an order, unless this request did so before.  Raises OrderNotFound and OrderNotPending."""
    order = await locked(session, request.user_id, order_id)
    # It may have come to its end while the lock was waited for.
    is_begun = known is not None and (
        order.idempotency_key == request.key or await idempotency.is_final(session, request)
    )
    if is_begun:
        return order_id
    if order.status is not OrderStatus.PENDING:
        raise OrderNotPending(order.status)
    await note_subject(session, request, order_id)
    return await begin(session, handles, order, request.key, method_id)


async def resumed(handles: Handles, key: Keyed, order_id: UUID) -> End:
    """Drives an order on, or waits for whoever does."""
    for pause in (0, *POLLS):
        await asyncio.sleep(pause)
        held = await take(handles, order_id)
        if held is not None:
            end = await drive(handles, held)
            if not isinstance(end, Busy):
                return end
        found = await idempotency.found(handles, key)
        if found is not None and found.outcome is not None:
            return Ended()
    return Busy()


async def answer(handles: Handles, key: Keyed, work: Coroutine[Any, Any, End] | None) -> Answer:
    """What a payment is to its buyer, once the work that is left of it is done or has taken too long to wait for.

    Whoever hangs up or waits no longer, the work goes on to its end.  Raises as `settle` does.
    """
    end: End = Ended()
    if work is not None:
        try:
            end = await handles.tasks.do(work)
        except TimeoutError:
            end = Busy()
    found = await idempotency.found(handles, key)
    if found is None or found.subject_id is None:
        # Not even its beginning is done.
        raise RequestInProgress
    if found.outcome is not None:
        require_paid(found.outcome)
        is_awaited = isinstance(end, Ended) and end.is_awaited
        return Paid(await (stored if is_awaited else shown)(handles, found.subject_id))
    match end:
        case Waiting(client_secret, waits_until):
            return ActionNeeded(await stored(handles, found.subject_id), client_secret, waits_until)
        case Ended():
            raise ProviderUnavailable
        case Unresolved():
            raise PaymentUnresolved
        case Busy():
            raise RequestInProgress


async def shown(handles: Handles, order_id: UUID) -> Row:
    """A completed order, once MongoDB shows it too, or after a short while without."""
    order = await stored(handles, order_id)
    if order["fulfilment"] != Fulfilment.PENDING:
        return order
    with suppress(TimeoutError):
        async with asyncio.timeout(SHOW_SECONDS):
            await deliver(handles, order_id)
    return await stored(handles, order_id)


def checked_method(given: str | None) -> str | None:
    """Raises InvalidInput for what can be the id of no payment method."""
    if given is not None and not METHOD.fullmatch(given):
        reason = "This is no payment method: use its id as the payment provider gave it."
        raise InvalidInput(("payment_method_id",), reason)
    return given


async def require_on_sale(handles: Handles, user_id: UUID, order_id: UUID) -> None:
    """Spares a buyer what is no longer sold.  Raises OrderNotFound and ItemUnavailable."""
    owner = OrderById.source.stored("user_id")
    orders = await OrderById.load(handles, (order_id,), (owner,))
    if order_id not in orders or orders[order_id][owner] != user_id:
        raise OrderNotFound
    kind, item_id = columns = tuple(map(ItemsByOrder.source.stored, ("kind", "item_id")))
    items = (await ItemsByOrder.load(handles, (order_id,), columns))[order_id]
    await on_sale(handles, [Wanted(PurchasableKind(row[kind]), row[item_id]) for row in items])
