"""Giving orders back, whole or in parts: begun under a key of the administrator's, driven by the process and not by the
request, and answered with what the key stands for in the end, however often it is asked.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from pydantic import JsonValue
from sqlmodel import col, select

from models.payments import Refund, RefundState
from resolvers import idempotency
from resolvers.context import Handles
from resolvers.crash_points import crash_point
from resolvers.idempotency import Asked, Keyed, RequestInProgress, asked, earlier
from resolvers.paying import POLLS
from resolvers.payments import RefundById
from resolvers.placing import stored
from resolvers.reasons import stated_reason
from resolvers.refund_driving import drive, take_refunds
from resolvers.refund_intents import RefundOrder, begin
from resolvers.refund_outcomes import require_refunded
from resolvers.refund_refusals import RefundUnresolved
from resolvers.refusals import InvalidInput
from resolvers.shares import CENT, MOST
from resolvers.stores import Row
from resolvers.transactions import transaction

REFUND_ORDER = "refundOrder"


@dataclass(frozen=True, slots=True)
class Given:
    """The order as it is now, and the refunds that came of one request, one for each item.  `is_final` is false while
    the provider has accepted some and not finished them.
    """

    order: Row
    refunds: Sequence[Row]
    is_final: bool


async def refund_order(handles: Handles, by: UUID, command: RefundOrder) -> Given:
    """Gives back an order that is paid, or a part of it, once for each key.

    Raises InvalidInput, what `refund_intents.begin` raises, RefundFailed, RefundUnresolved, IdempotencyKeyReused and
    RequestInProgress; only a refund that failed uses the key up.
    """
    command = checked(command)
    request = asked(by, command.idempotency_key, REFUND_ORDER, stated(command))
    known = await earlier(handles, request)
    is_driven = True
    if known is None or known.outcome is None:
        # Whoever hangs up, this goes on to its end.
        try:
            is_driven = await handles.tasks.do(begun_and_driven(handles, request, command))
        except TimeoutError:
            is_driven = False
    return await answer(handles, request, command.order_id, is_driven=is_driven)


def checked(command: RefundOrder) -> RefundOrder:
    """The command as it is stored.  Raises InvalidInput."""
    reason = stated_reason(command.reason, "Orders are given back for a reason: say which.")
    items, amount = command.items, command.amount
    if items is not None:
        if not items:
            raise InvalidInput(("items",), "There is no item here: name at least one, or leave this out for all.")
        for place, item_id in enumerate(items):
            if item_id in items[:place]:
                raise InvalidInput(("items", str(place)), "This item is named twice: name it once.")
    if amount is not None:
        # The exponent first, because numbers beyond all bounds cannot be rounded.
        if not amount.is_finite() or not CENT <= amount <= MOST or amount != amount.quantize(CENT):
            raise InvalidInput(
                ("amount",), "This is an amount of 0.01 or more, with two digits after the point at most."
            )
        amount = amount.quantize(CENT)
    return RefundOrder(command.order_id, reason, command.idempotency_key, items, amount)


def stated(command: RefundOrder) -> dict[str, JsonValue]:
    items: list[JsonValue] | None = None if command.items is None else [*sorted(map(str, command.items))]
    amount = None if command.amount is None else str(command.amount)
    return {"orderId": str(command.order_id), "items": items, "amount": amount, "reason": command.reason}


async def begun_and_driven(handles: Handles, request: Asked, command: RefundOrder) -> bool:
    """Whether the refund was driven, by this request or to its end by another."""
    crash_point("refund.intent.begun")
    async with transaction(handles) as session:
        known = await idempotency.take(session, request)
        if known is not None and known.outcome is not None:
            return True
        lease = await begin(session, handles, request, command) if known is None else None
        crash_point("refund.intent.written")
    crash_point("refund.intent.done")
    if lease is not None and await drive(handles, lease):
        return True
    return await resumed(handles, request, command.order_id)


async def resumed(handles: Handles, key: Keyed, order_id: UUID) -> bool:
    """Drives the order's refunds on, or waits for whoever does."""
    for pause in (0, *POLLS):
        await asyncio.sleep(pause)
        lease = await take_refunds(handles, order_id)
        if lease is not None and await drive(handles, lease):
            return True
        found = await idempotency.found(handles, key)
        if found is not None and found.outcome is not None:
            return True
    return False


async def answer(handles: Handles, key: Keyed, order_id: UUID, *, is_driven: bool) -> Given:
    """What a refund that was driven came to.  Raises RefundFailed, RefundUnresolved and RequestInProgress."""
    found = await idempotency.found(handles, key)
    if found is None:
        # Not even its beginning is done.
        raise RequestInProgress
    if found.outcome is not None:
        require_refunded(found.outcome)
    elif not is_driven:
        raise RequestInProgress
    refunds = await refunds_of(handles, key, order_id)
    state, provider_refund_id = map(RefundById.source.stored, ("state", "provider_refund_id"))
    if any(row[state] == RefundState.PENDING and row[provider_refund_id] is None for row in refunds):
        raise RefundUnresolved
    return Given(await stored(handles, order_id), refunds, is_final=found.outcome is not None)


async def refunds_of(handles: Handles, key: Keyed, order_id: UUID) -> list[Row]:
    """The refunds that were asked for by a key, in the order in which they were written down."""
    reading = select(col(Refund.id)).where(
        col(Refund.order_id) == order_id,
        col(Refund.requested_by) == key.user_id,
        col(Refund.idempotency_key) == key.key,
    )
    async with transaction(handles) as session:
        ids = (await session.exec(reading.order_by(col(Refund.id)))).all()
    columns = tuple(map(RefundById.source.stored, Refund.model_fields))
    rows = await RefundById.load(handles, ids, columns)
    return [rows[refund_id] for refund_id in ids]
