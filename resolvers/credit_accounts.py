"""Accounts of credits and their entries: how an account is locked, how an entry is written with what it makes of the
account, and what is owed for rewards that were taken back.  What entries are for is in `ledger`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, literal, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.credits import CreditAccount, CreditEntry, EntryKind
from models.outbox import Aggregate
from models.referrals import ClaimState, ReferralClaim
from resolvers.credit_refusals import NotEnoughCredits
from resolvers.credit_rules import EARNING
from resolvers.outbox import enqueue

SHOWN = "credits"


@dataclass(frozen=True, slots=True)
class Account:
    """A person's account while it is locked."""

    balance: int
    held: int
    total_earned: int
    shortfall: int
    version: int

    @property
    def free(self) -> int:
        return self.balance - self.held


NAMES = tuple(Account.__dataclass_fields__)
ACCOUNTS = SQLModel.metadata.tables["credit_accounts"]
ENTRIES = SQLModel.metadata.tables["credit_entries"]


async def lock(session: AsyncSession, user_id: UUID) -> Account:
    """A person's account, made when it is missing, which nobody else changes before the transaction ends.  Of two, that
    of the younger person is locked first.
    """
    locking = (
        select(*(ACCOUNTS.c[name] for name in NAMES))
        .where(ACCOUNTS.c.user_id == user_id)
        .with_for_update(key_share=True)
    )
    found = (await session.exec(locking)).first()
    if found is None:
        await session.exec(insert(CreditAccount).values(user_id=user_id).on_conflict_do_nothing())
        found = (await session.exec(locking)).one()
    return Account(*found)


async def enter(
    session: AsyncSession, user_id: UUID, kind: EntryKind, amount: int, *, key: str, promised: int = 0, **cause: Any
) -> Account | None:
    """Writes an entry and moves its account, which is locked: the account after it, or None when there is an entry with
    this key.  `promised` is how much of what it takes was held for it.

    Raises NotEnoughCredits when it would take what is held for something else, or more than is there.
    """
    account = ACCOUNTS.c.user_id == user_id
    balance, held, version = ACCOUNTS.c.balance + amount, ACCOUNTS.c.held - promised, ACCOUNTS.c.version + 1
    # A wallet is listed by time, so time goes on from entry to entry however close they are.
    latest = select(func.max(ENTRIES.c.created_at) + text("interval '1 millisecond'"))
    at = func.greatest(func.clock_timestamp(), latest.where(ENTRIES.c.user_id == user_id).scalar_subquery())
    facts = {"user_id": user_id, "key": key, "kind": kind, "amount": amount, **cause}
    written: dict[str, Any] = {name: literal(value, ENTRIES.c[name].type) for name, value in facts.items()}
    written |= {"balance_after": balance, "version": version, "created_at": at}
    entry = (
        insert(ENTRIES)
        .from_select(
            list(written), select(*written.values()).where(account, balance >= held, held >= 0), include_defaults=False
        )
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(ENTRIES.c.user_id)
        .cte("entry")
    )
    changes = {"balance": balance, "held": held, "version": version}
    if kind in EARNING:
        changes["total_earned"] = ACCOUNTS.c.total_earned + amount
    if kind is EntryKind.SETTLED:
        changes["shortfall"] = ACCOUNTS.c.shortfall + amount
    moving = update(ACCOUNTS).where(account, ACCOUNTS.c.user_id == entry.c.user_id).values(changes)
    connection = await session.connection()
    moved = (await connection.execute(moving.returning(*(ACCOUNTS.c[name] for name in NAMES)))).first()
    if moved is not None:
        return Account(*moved)
    if (await session.exec(select(col(CreditEntry.id)).where(col(CreditEntry.key) == key))).first() is None:
        raise NotEnoughCredits((await lock(session, user_id)).free)
    return None


async def owed(session: AsyncSession, user_id: UUID) -> Sequence[tuple[UUID, int]]:
    """The voided claims whose reward is not wholly taken back from this person, and what each lacks, the oldest
    reversal first.
    """
    lacking = func.sum(col(CreditEntry.amount))
    reading = (
        select(col(ReferralClaim.id), lacking)
        .join(CreditEntry, col(CreditEntry.referral_claim_id) == col(ReferralClaim.id))
        .where(col(CreditEntry.user_id) == user_id, col(ReferralClaim.state) == ClaimState.VOIDED)
        .group_by(col(ReferralClaim.id))
        .having(lacking > 0)
        .order_by(col(ReferralClaim.voided_at), col(ReferralClaim.id))
    )
    return [(claim_id, left) for claim_id, left in await session.exec(reading)]


async def rewarded_and_left(session: AsyncSession, user_id: UUID, claim_id: UUID) -> tuple[int, int]:
    """What a person was rewarded with for a claim, and what of it is not taken back."""
    amount = col(CreditEntry.amount)
    summed = select(
        func.coalesce(func.sum(amount).filter(col(CreditEntry.kind).in_(EARNING)), 0),
        func.coalesce(func.sum(amount), 0),
    )
    found = await session.exec(
        summed.where(col(CreditEntry.user_id) == user_id, col(CreditEntry.referral_claim_id) == claim_id)
    )
    return found.one()


async def show(session: AsyncSession, user_id: UUID, account: Account | None) -> None:
    """Has the member document say what the account says; None when nothing was changed."""
    if account is not None:
        shown = {"credits": account.balance, "totalCreditsEarned": account.total_earned, "version": account.version}
        await enqueue(session, Aggregate.MEMBER, user_id, SHOWN, shown)
