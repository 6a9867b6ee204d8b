"""The credits that a buyer wishes to use for a pending order: noted, and whether they are there now.  Nothing is held
here; that is for the beginning of the payment.
"""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.credits import CreditAccount
from models.orders import Order
from resolvers.context import Handles
from resolvers.placing import stored
from resolvers.redeeming import lock_pending
from resolvers.refusals import InvalidInput, ProblemCode, Refusal
from resolvers.stores import Row
from resolvers.transactions import transaction


@dataclass(eq=False)
class NotEnoughCredits(Refusal):
    """More credits than the buyer has free; nothing was changed."""

    available: int
    code: ClassVar[ProblemCode] = ProblemCode.NOT_ENOUGH_CREDITS
    about: ClassVar[tuple[str, ...] | None] = ("credits",)

    @property
    def message(self) -> str:
        return f"You have {self.available} credits to use: use no more than that."


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

    Raises InvalidInput, OrderNotFound, OrderNotPending and NotEnoughCredits.
    """
    if command.credits < 0:
        raise InvalidInput(("credits",), "This is a number of credits to use: name 0 for none, or more.")
    async with transaction(handles) as session:
        await lock_pending(session, user_id, command.order_id)
        available = await available_to(session, user_id)
        if command.credits > available:
            raise NotEnoughCredits(available)
        wishing = update(Order).where(col(Order.id) == command.order_id)
        await session.exec(wishing.values(credits_wanted=command.credits))
    return Applied(await stored(handles, command.order_id), available)


async def available_to(session: AsyncSession, user_id: UUID) -> int:
    """The credits of a person that no order in payment holds."""
    reading = select(col(CreditAccount.balance) - col(CreditAccount.held)).where(col(CreditAccount.user_id) == user_id)
    return (await session.exec(reading)).first() or 0
