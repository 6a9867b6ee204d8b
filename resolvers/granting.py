"""Credits as administrators give and take them, each time with a reason and a word in the audit log."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from pydantic import JsonValue
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.credits import CreditEntry
from models.identity import User
from models.values import new_id
from resolvers import ledger
from resolvers.auditing import note
from resolvers.context import Handles
from resolvers.crash_points import crash_point
from resolvers.credit_accounts import lock
from resolvers.credit_refusals import PersonNotFound
from resolvers.credit_rules import grant_key
from resolvers.idempotency import Asked, Earlier, asked, earlier, finish, take
from resolvers.loading import One
from resolvers.reasons import stated_reason
from resolvers.refusals import InvalidInput
from resolvers.stores import Row
from resolvers.transactions import transaction

EntryById = One(CreditEntry)

GRANT_CREDITS = "grantCredits"
OUTCOME = "balance"
MOST_AT_ONCE = 1_000_000
MOST_EARNED = 1_000_000_000
"""Well within what a column holds, so that a reward always has room."""


@dataclass(frozen=True)
class GrantCredits:
    """Fewer than none are taken away."""

    user_id: UUID
    credits: int
    reason: str
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class Granted:
    """The entry, and the balance that was left when what is owed was made up for."""

    entry: Row
    balance: int


async def grant_credits(handles: Handles, by: UUID, command: GrantCredits) -> Granted:
    """Gives a person credits or takes some that are free, or answers what the same request with the same key came to.

    Raises InvalidInput, PersonNotFound, NotEnoughCredits, IdempotencyKeyReused and RequestInProgress; none of them uses
    the key up.
    """
    reason = checked(command)
    given: Mapping[str, JsonValue] = {"userId": str(command.user_id), "credits": command.credits, "reason": reason}
    request = asked(by, command.idempotency_key, GRANT_CREDITS, given)
    known = await earlier(handles, request)
    if known is None:
        async with transaction(handles) as session:
            known = await take(session, request)
            if known is None:
                known = await enter(session, request, command, reason)
            crash_point("grant.within")
        crash_point("grant.done")
    if known.subject_id is None or known.outcome is None:
        raise AssertionError(f"Bug: a key of {GRANT_CREDITS} stands for no entry.")
    columns = tuple(map(EntryById.source.stored, CreditEntry.model_fields))
    rows = await EntryById.load(handles, (known.subject_id,), columns)
    return Granted(rows[known.subject_id], cast("int", known.outcome[OUTCOME]))


def checked(command: GrantCredits) -> str:
    """The reason as it is stored."""
    if command.credits == 0 or abs(command.credits) > MOST_AT_ONCE:
        raise InvalidInput(
            ("credits",), f"This is a number of credits from 1 to {MOST_AT_ONCE}, with a minus to take them away."
        )
    return stated_reason(command.reason, "Credits are given and taken for a reason: say which.")


async def enter(session: AsyncSession, request: Asked, command: GrantCredits, reason: str) -> Earlier:
    user_id, by = command.user_id, request.user_id
    await refuse_absent(session, user_id)
    if (await lock(session, user_id)).total_earned + command.credits > MOST_EARNED:
        raise InvalidInput(("credits",), f"Nobody can have earned more than {MOST_EARNED} credits: give fewer.")
    name = str(new_id())
    await ledger.grant(session, user_id, command.credits, key=name, by=by, reason=reason)
    changes: Mapping[str, JsonValue] = {"credits": command.credits, "reason": reason}
    await note(session, by, "credits.granted", user_id, about=user_id, changes=changes)
    entry = (await session.exec(select(col(CreditEntry.id)).where(col(CreditEntry.key) == grant_key(name)))).one()
    outcome = {OUTCOME: (await lock(session, user_id)).balance}
    await finish(session, request, outcome, subject_id=entry)
    return Earlier(entry, outcome)


async def refuse_absent(session: AsyncSession, user_id: UUID) -> None:
    is_here = (col(User.id) == user_id) & col(User.erased_at).is_(None)
    if (await session.exec(select(col(User.id)).where(is_here))).first() is None:
        raise PersonNotFound
