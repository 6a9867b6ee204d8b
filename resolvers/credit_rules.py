"""The rules of the credit ledger that need no database: what its entries are called, and how a reward is taken back
and made up for.  The seeding keeps its books by the same ones.
"""

from collections.abc import Iterator, Sequence
from uuid import UUID

from models.credits import EntryKind

EARNING = (EntryKind.GRANT, EntryKind.REFERRER_REWARD, EntryKind.REFERRED_REWARD)
"""The kinds of entries that a person's total is made of."""


def grant_key(name: str) -> str:
    return f"grant:{name}"


def reward_key(claim_id: UUID, kind: EntryKind) -> str:
    return f"referral:{claim_id}:{kind}"


def reversal_key(claim_id: UUID, user_id: UUID) -> str:
    return f"referral:{claim_id}:{EntryKind.REVERSED}:{user_id}"


def settlement_key(claim_id: UUID, user_id: UUID, version: int) -> str:
    """`version` is that of the entry: what is owed for a claim may be settled in several."""
    return f"referral:{claim_id}:{EntryKind.SETTLED}:{user_id}:{version}"


def spending_key(order_id: UUID) -> str:
    return f"order:{order_id}:{EntryKind.SPENT}"


def return_key(refund_id: UUID) -> str:
    return f"refund:{refund_id}:{EntryKind.RETURNED}"


def taken_back(credits: int, free: int) -> tuple[int, int]:
    """What a reversal takes of what is free, and what it leaves to be settled."""
    taken = min(credits, free)
    return taken, credits - taken


def settled(owed: Sequence[tuple[UUID, int]], free: int) -> Iterator[tuple[UUID, int]]:
    """Which claims free credits make up for, and by how much.  `owed` is what each lacks, the oldest first."""
    for claim_id, lacking in owed:
        if free == 0:
            return
        made_up = min(lacking, free)
        free -= made_up
        yield claim_id, made_up
