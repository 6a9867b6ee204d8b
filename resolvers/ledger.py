"""The credit ledger as it is written: holds, and entries that move a balance.  All of it in the transaction of the
caller, with the account locked until that ends.  A shortfall leaves nothing free: it is made up for by whatever
becomes free.

An entry's key says what it is for, so that writing it again changes nothing.  No credits are no change; a negative
number is a bug of the caller, except in a grant.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from models.credits import CreditAccount, EntryKind
from resolvers.credit_accounts import ACCOUNTS, NAMES, Account, enter, lock, owed, rewarded_and_left, show
from resolvers.credit_refusals import NotEnoughCredits
from resolvers.credit_rules import (
    grant_key,
    return_key,
    reversal_key,
    reward_key,
    settled,
    settlement_key,
    spending_key,
    taken_back,
)


async def hold(session: AsyncSession, user_id: UUID, credits: int) -> None:
    """Promises credits to an order in payment.  Raises NotEnoughCredits."""
    if is_nothing(credits):
        return
    holding = update(CreditAccount).where(
        col(CreditAccount.user_id) == user_id, col(CreditAccount.balance) - col(CreditAccount.held) >= credits
    )
    held = await session.exec(
        holding.values(held=col(CreditAccount.held) + credits).returning(col(CreditAccount.user_id))
    )
    if held.first() is None:
        raise NotEnoughCredits((await lock(session, user_id)).free)


async def release(session: AsyncSession, user_id: UUID, credits: int) -> None:
    """Gives back what was held for an order that comes to nothing.  Once: nothing says for which order it was held."""
    if is_nothing(credits):
        return
    releasing = update(CreditAccount).where(col(CreditAccount.user_id) == user_id, col(CreditAccount.held) >= credits)
    freed = releasing.values(held=col(CreditAccount.held) - credits).returning(*(ACCOUNTS.c[name] for name in NAMES))
    released = (await session.exec(freed)).first()
    if released is None:
        raise AssertionError(f"Bug: {credits} credits of {user_id} were released, and fewer are held.")
    await show(session, user_id, await settle(session, user_id, Account(*released)))


async def capture(session: AsyncSession, user_id: UUID, credits: int, *, order_id: UUID) -> None:
    """Spends what was held for an order."""
    if is_nothing(credits):
        return
    await lock(session, user_id)
    key = spending_key(order_id)
    try:
        after = await enter(session, user_id, EntryKind.SPENT, -credits, key=key, promised=credits, order_id=order_id)
    except NotEnoughCredits as error:
        raise AssertionError(f"Bug: order {order_id} spends {credits} credits, and fewer are held.") from error
    await show(session, user_id, after)


async def give_back(session: AsyncSession, user_id: UUID, credits: int, *, order_id: UUID, refund_id: UUID) -> None:
    """Returns credits that an order had used, of which those that are owed are taken at once."""
    if is_nothing(credits):
        return
    await lock(session, user_id)
    key = return_key(refund_id)
    after = await enter(session, user_id, EntryKind.RETURNED, credits, key=key, order_id=order_id, refund_id=refund_id)
    await show_settled(session, user_id, after)


async def reward(session: AsyncSession, user_id: UUID, kind: EntryKind, credits: int, *, claim_id: UUID) -> None:
    """Pays one side of a referral, REFERRER_REWARD or REFERRED_REWARD."""
    if is_nothing(credits):
        return
    await earn(session, user_id, kind, credits, key=reward_key(claim_id, kind), referral_claim_id=claim_id)


async def grant(session: AsyncSession, user_id: UUID, credits: int, *, key: str, by: UUID, reason: str) -> None:
    """Gives credits, or takes some that are free where the number is negative, which also lowers what was earned.
    `key` is what the grant is called among grants.

    Raises NotEnoughCredits.
    """
    if credits:
        await earn(session, user_id, EntryKind.GRANT, credits, key=grant_key(key), granted_by=by, reason=reason)


async def reverse(session: AsyncSession, user_id: UUID, credits: int, *, claim_id: UUID, reason: str) -> None:
    """Takes back what a person was rewarded with for a claim, which is voided in this transaction: as far as it is
    free, and the rest from what becomes free.  The second time changes nothing.
    """
    if is_nothing(credits):
        return
    account = await lock(session, user_id)
    rewarded, left = await rewarded_and_left(session, user_id, claim_id)
    elsewhere = sum(lacking for claim, lacking in await owed(session, user_id) if claim != claim_id)
    if left < rewarded or account.shortfall > elsewhere:
        return
    if credits != rewarded:
        raise AssertionError(f"Bug: {credits} credits are reversed of claim {claim_id}, which brought {rewarded}.")
    taken, lacking = taken_back(credits, account.free)
    if lacking:
        owing = update(CreditAccount).where(col(CreditAccount.user_id) == user_id)
        await session.exec(owing.values(shortfall=col(CreditAccount.shortfall) + lacking))
    if taken:
        key = reversal_key(claim_id, user_id)
        after = await enter(
            session, user_id, EntryKind.REVERSED, -taken, key=key, referral_claim_id=claim_id, reason=reason
        )
        await show(session, user_id, after)


async def earn(session: AsyncSession, user_id: UUID, kind: EntryKind, credits: int, *, key: str, **cause: Any) -> None:
    """Enters earnings, and what of them makes up for reversals that found too little."""
    await lock(session, user_id)
    await show_settled(session, user_id, await enter(session, user_id, kind, credits, key=key, **cause))


async def show_settled(session: AsyncSession, user_id: UUID, after: Account | None) -> None:
    """Shows an account after an entry, and after what of it is owed; None where nothing was entered."""
    if after is not None:
        await show(session, user_id, await settle(session, user_id, after) or after)


async def settle(session: AsyncSession, user_id: UUID, account: Account) -> Account | None:
    """Makes up for what is owed with what is free, in an account that is locked: the account after that, or None where
    nothing is to be made up for.
    """
    after = None
    if account.shortfall and account.free:
        for claim_id, made_up in settled(await owed(session, user_id), account.free):
            key = settlement_key(claim_id, user_id, (after or account).version + 1)
            after = await enter(session, user_id, EntryKind.SETTLED, -made_up, key=key, referral_claim_id=claim_id)
            if after is None:
                raise AssertionError(f"Bug: {key} was written before its time.")
    return after


def is_nothing(credits: int) -> bool:
    if credits < 0:
        raise AssertionError(f"Bug: {credits} credits are less than none.")
    return credits == 0
