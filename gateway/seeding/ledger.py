"""The credit ledger as it grows: entries in order, and what each account comes to.  Rows are handed over at the end,
because an account must be there before its entries and knows its balance after them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from gateway.seeding.draw import Draw
from gateway.seeding.shapes import Row, row
from models.credits import CreditAccount, CreditEntry, EntryKind
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


@dataclass(slots=True)
class Wallet:
    """One account.  `owed` holds, oldest first, the claims whose reversal found too little, and how much they lack."""

    user_id: UUID
    created_at: datetime
    updated_at: datetime
    balance: int = 0
    held: int = 0
    total_earned: int = 0
    version: int = 0
    owed: list[tuple[UUID, int]] = field(default_factory=list)

    @property
    def spendable(self) -> int:
        return self.balance - self.held


class Ledger:
    """Entries go to accounts in the order of the calls; none is ever changed."""

    def __init__(self, draw: Draw) -> None:
        self._draw = draw
        self._entries: list[Row] = []

    def grant(self, wallet: Wallet, count: int, at: datetime, *, by: UUID, reason: str) -> None:
        key = grant_key(str(self._draw.id(at)))
        self._earn(wallet, EntryKind.GRANT, count, at, key=key, granted_by=by, reason=reason)

    def reward(self, wallet: Wallet, kind: EntryKind, count: int, at: datetime, *, claim_id: UUID) -> None:
        self._earn(wallet, kind, count, at, key=reward_key(claim_id, kind), referral_claim_id=claim_id)

    def spend(self, wallet: Wallet, count: int, at: datetime, *, order_id: UUID) -> None:
        self._enter(wallet, EntryKind.SPENT, -count, at, key=spending_key(order_id), order_id=order_id)

    def give_back(self, wallet: Wallet, count: int, at: datetime, *, order_id: UUID, refund_id: UUID) -> None:
        key = return_key(refund_id)
        self._enter(wallet, EntryKind.RETURNED, count, at, key=key, order_id=order_id, refund_id=refund_id)
        self.settle(wallet, at)

    def reverse(self, wallet: Wallet, count: int, at: datetime, *, claim_id: UUID, reason: str) -> None:
        """Take a reward back as far as the balance goes; what is missing waits for what becomes free."""
        taken, lacking = taken_back(count, wallet.spendable)
        if taken:
            key = reversal_key(claim_id, wallet.user_id)
            self._enter(wallet, EntryKind.REVERSED, -taken, at, key=key, referral_claim_id=claim_id, reason=reason)
        if lacking:
            wallet.owed.append((claim_id, lacking))
            wallet.updated_at = max(at, wallet.updated_at)

    def _earn(self, wallet: Wallet, kind: EntryKind, count: int, at: datetime, **cause: object) -> None:
        if count == 0:
            return
        wallet.total_earned += count
        self._enter(wallet, kind, count, at, **cause)
        self.settle(wallet, at)

    def settle(self, wallet: Wallet, at: datetime) -> None:
        """Make up for what is owed with what is free, as whatever frees credits must."""
        for claim_id, made_up in tuple(settled(wallet.owed, wallet.spendable)):
            key = settlement_key(claim_id, wallet.user_id, wallet.version + 1)
            self._enter(wallet, EntryKind.SETTLED, -made_up, at, key=key, referral_claim_id=claim_id)
            _, lacking = wallet.owed.pop(0)
            if lacking > made_up:
                wallet.owed.insert(0, (claim_id, lacking - made_up))

    def _enter(self, wallet: Wallet, kind: EntryKind, change: int, at: datetime, **cause: object) -> None:
        wallet.updated_at = at = max(at, wallet.updated_at)
        wallet.balance += change
        wallet.version += 1
        entry = {
            "id": self._draw.id(at),
            "user_id": wallet.user_id,
            "kind": kind,
            "amount": change,
            "balance_after": wallet.balance,
            "version": wallet.version,
            "created_at": at,
        }
        self._entries.append(row(CreditEntry, entry | cause))

    def entries(self) -> Iterator[Row]:
        """What was entered, given away: afterwards there are none."""
        self._entries.reverse()
        while self._entries:
            yield self._entries.pop()


def account(wallet: Wallet) -> Row:
    return row(
        CreditAccount,
        {
            "user_id": wallet.user_id,
            "balance": wallet.balance,
            "held": wallet.held,
            "total_earned": wallet.total_earned,
            "shortfall": sum(lacking for _, lacking in wallet.owed),
            "version": wallet.version,
            "created_at": wallet.created_at,
            "updated_at": wallet.updated_at,
        },
    )
