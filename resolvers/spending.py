"""The credits that a buyer wishes to use for a pending order: noted, and whether they are there now.  Nothing is held
here; that is for the beginning of the payment.
"""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.credits import CreditAccount
from models.orders import Order
from resolvers.context import Handles
from resolvers.credit_refusals import CreditsNotTaken, NotEnoughCredits
from resolvers.placing import stored
from resolvers.redeeming import lock_pending
from resolvers.refusals import InvalidInput
from resolvers.rules import Rules
from resolvers.stores import Row
from resolvers.transactions import transaction


@dataclass(frozen=True)
class ApplyCredits:
    """`credits` is how many to use at most; 0 takes the wish back."""

    order_id: UUID
    credits: int


@dataclass(frozen=True, slots=True)
class Applied:
    """The order with its wish, and how many credits the buyer has free now."""

    order: Row
    available: int


async def apply_credits(handles: Handles, user_id: UUID, command: ApplyCredits) -> Applied:
    """Notes how many credits to use, in place of any other number.

    Raises InvalidInput, OrderNotFound, OrderNotPending, CreditsNotTaken and NotEnoughCredits.
    """
    wanted = checked_credits(command.credits)
    async with transaction(handles) as session:
        currency = await lock_pending(session, user_id, command.order_id)
        available = await available_to(session, user_id)
        if wanted:
            credit_value(handles.rules, currency)
        if wanted > available:
            raise NotEnoughCredits(available)
        await wish_credits(session, command.order_id, wanted)
    return Applied(await stored(handles, command.order_id), available)


def checked_credits(given: int) -> int:
    """Raises InvalidInput for what is no number of credits to use."""
    if given < 0:
        raise InvalidInput(("credits",), "This is a number of credits to use: name 0 for none, or more.")
    return given


def credit_value(rules: Rules, currency: str) -> Decimal:
    """What one credit pays of an order in this currency.  Raises CreditsNotTaken."""
    value = rules.credit_values.get(currency)
    if value is None:
        raise CreditsNotTaken(currency)
    return value


async def wish_credits(session: AsyncSession, order_id: UUID, wanted: int) -> None:
    await session.exec(update(Order).where(col(Order.id) == order_id).values(credits_wanted=wanted))


async def available_to(session: AsyncSession, user_id: UUID) -> int:
    """The credits of a person that no order in payment holds."""
    reading = select(col(CreditAccount.balance) - col(CreditAccount.held)).where(col(CreditAccount.user_id) == user_id)
    return (await session.exec(reading)).first() or 0
