"""The step of a payment that has the provider take the money.  What is not known is looked up, never guessed."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Update, bindparam, func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.orders import Order, RecoveryPoint
from models.payments import Payment, PaymentState
from resolvers.context import Handles
from resolvers.crash_points import crash_point
from resolvers.leases import Attempt, Held, move, renew
from resolvers.provider import (
    Absent,
    Created,
    Declined,
    NeedsAction,
    NotDone,
    Refused,
    Standing,
    Succeeded,
    Unavailable,
    Unknown,
)
from resolvers.transactions import run, table_of, transaction

PAYMENTS = table_of(Payment)
OPEN = (PaymentState.CREATED, PaymentState.WAITING)
PAUSES = (0.2, 0.5, 1.0)
"""How long to wait before the provider is asked again, in seconds; after that, recovery asks."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """The buyer has to act until then, with this secret, before anything is charged."""

    client_secret: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Unresolved:
    """The provider does not say how the attempt stands.  The order stays as it is, to be driven on later."""

    reason: str


async def charge(handles: Handles, held: Held) -> RecoveryPoint | Waiting | Unresolved:
    payment = held.payment
    if payment is None:
        return RecoveryPoint.CHARGED
    standing = await settled(handles, held, payment)
    if isinstance(standing, Succeeded):
        return await charged(handles, held, payment, standing)
    if isinstance(standing, NeedsAction) and not held.is_overdue:
        return Waiting(standing.client_secret, await wait(handles, held, payment, standing.intent_id))
    if payment.is_unsent:
        return RecoveryPoint.RELEASING
    if isinstance(standing, (Unavailable, Unknown)):
        return Unresolved(standing.reason)
    told = what_is_said(standing)
    payment.is_declined = "decline_code" in told
    return await note(handles, held, payment, RecoveryPoint.RELEASING, **told)


def what_is_said(standing: Standing | Absent | Refused) -> dict[str, str]:
    """What is written down of an attempt that is not to be charged, as columns of the payment."""
    match standing:
        case Declined(intent_id, reason, message):
            return {"provider_payment_id": intent_id, "decline_code": reason, "decline_message": message}
        case Refused(reason):
            return {"decline_code": reason}
        case Absent():
            return {}
        case attempt:
            return {"provider_payment_id": attempt.intent_id}


async def settled(handles: Handles, held: Held, payment: Attempt) -> Standing | Absent | NotDone:
    """How the attempt stands once the provider was asked to charge it, and asked again where it did not say.

    What is overdue is not charged any more: its buyer has long gone away.
    """
    standing = await confirmed(handles, held, payment, is_known=held.is_resumed)
    for pause in PAUSES:
        if not isinstance(standing, (Unknown, Unavailable)):
            break
        await asyncio.sleep(pause)
        await renew(handles, held)
        standing = await confirmed(handles, held, payment, is_known=not payment.is_unsent)
    return standing


async def confirmed(handles: Handles, held: Held, payment: Attempt, *, is_known: bool) -> Standing | Absent | NotDone:
    """Creates the attempt unless it is there, stores the provider's id for it, and has it charged unless it was."""
    provider = handles.payments
    standing: Standing | Absent | NotDone = Absent()
    if is_known:
        standing = await provider.look_up(payment.id, payment.intent_id, payment.created_at)
        crash_point("charge.looked_up")
    if held.is_overdue:
        return standing
    if isinstance(standing, Absent):
        crash_point("charge.creating")
        standing = await provider.create(payment.id, payment.amount, payment.currency, about(held))
        payment.is_unsent = not is_known and isinstance(standing, Unavailable)
        crash_point("charge.created")
    if isinstance(standing, Created):
        if payment.intent_id is None:
            await note(handles, held, payment, RecoveryPoint.INTENT, provider_payment_id=standing.intent_id)
        crash_point("charge.confirming")
        standing = await provider.confirm(standing.intent_id, payment.method_id)
        crash_point("charge.confirmed")
    return standing


def about(held: Held) -> dict[str, str]:
    """What the provider's own books say of the attempt, for people who read them."""
    return {"order_id": str(held.order_id), "user_id": str(held.user_id)}


async def charged(handles: Handles, held: Held, payment: Attempt, succeeded: Succeeded) -> RecoveryPoint:
    """Notes that the money is taken: from here there is only forward.  Raises Fenced."""
    if (succeeded.amount, succeeded.currency) != (payment.amount, payment.currency):
        raise AssertionError(f"Bug: payment {payment.id} was charged {succeeded.amount} {succeeded.currency}.")
    paid = {"state": PaymentState.PAID, "fingerprint": succeeded.fingerprint}
    return await note(handles, held, payment, RecoveryPoint.CHARGED, provider_payment_id=succeeded.intent_id, **paid)


async def wait(handles: Handles, held: Held, payment: Attempt, intent_id: str) -> datetime:
    """Leaves the order to its buyer for the time that the rules allow, from when they were first asked; until when."""
    async with transaction(handles) as session:
        waits_until = func.coalesce(col(Order.waits_until), func.now() + handles.rules.wait)
        await move(session, handles, held, RecoveryPoint.INTENT, waits_until=waits_until, lease_until=func.now())
        await write(session, payment, state=PaymentState.WAITING, provider_payment_id=intent_id)
        reading = select(col(Order.waits_until)).where(col(Order.id) == held.order_id)
        until = (await session.exec(reading)).one()
        crash_point("wait.within")
    crash_point("wait.noted")
    if until is None:
        raise AssertionError(f"Bug: order {held.order_id} waits for its buyer for ever.")
    return until


async def note(handles: Handles, held: Held, payment: Attempt, point: RecoveryPoint, **changes: Any) -> RecoveryPoint:
    """Writes down what the provider said together with how far that brings the order.  Raises Fenced."""
    crash_point(f"note.{point.lower()}.before")
    # Whatever the provider said has ended the wait for the buyer.
    changes_of_order: dict[str, Any] = {} if point is RecoveryPoint.INTENT else {"waits_until": None}
    async with transaction(handles) as session:
        await move(session, handles, held, point, **changes_of_order)
        await write(session, payment, **changes)
        crash_point(f"note.{point.lower()}.within")
    payment.intent_id = changes.get("provider_payment_id", payment.intent_id)
    crash_point(f"note.{point.lower()}.after")
    return point


async def write(session: AsyncSession, payment: Attempt, **changes: Any) -> None:
    """Writes down these columns, and when the attempt was settled if its new state says so."""
    is_settled = changes.get("state", PaymentState.CREATED) not in OPEN
    given = {f"new_{name}": value for name, value in changes.items()}
    # Of an attempt that the provider has never heard of there is nothing to write.
    if changes:
        await run(session, writing(tuple(changes), is_settled=is_settled), {"of_payment": payment.id, **given})


@cache
def writing(columns: tuple[str, ...], *, is_settled: bool) -> Update:
    given: dict[str, Any] = {name: bindparam(f"new_{name}") for name in columns}
    settled = {"settled_at": func.now()} if is_settled else {}
    return update(PAYMENTS).where(PAYMENTS.c.id == bindparam("of_payment")).values({**given, **settled})
