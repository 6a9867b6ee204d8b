"""Invariants between the book and that of the provider of payments, of the last days.

What is older is not compared: the provider's list would be read whole.  Nor are payments that were made before the
oldest attempt that the provider lists, as after a new beginning of its double: it has never heard of them.
"""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from models.values import now
from resolvers.invariants.books import PATIENCE, Books
from resolvers.invariants.checks import Invariant, NotChecked
from resolvers.provider import Attempt, ProviderAway, Succeeded

COMPARED_FOR = timedelta(days=2)

CHARGED = """
    SELECT id::text, provider_payment_id, amount, currency, state::text FROM payments
    WHERE id::text = ANY($1::text[]) OR created_at >= $2"""

Rows = dict[str, Any]


async def charges(books: Books, since: datetime) -> tuple[list[tuple[str | None, Succeeded]], datetime | None]:
    """What the provider charged since then, and when the oldest attempt was made that it knows.  Raises NotChecked."""
    try:
        found: list[Attempt] = [attempt async for attempt in books.payments.attempts(since)]
    except ProviderAway as away:
        raise NotChecked(f"The provider of payments does not answer: {away}") from away
    succeeded = [(each.payment_id, each.standing) for each in found if isinstance(each.standing, Succeeded)]
    return succeeded, min((each.created_at for each in found), default=None)


async def payments(books: Books, ids: Sequence[str], since: datetime) -> dict[str, Any]:
    async with books.snapshot() as connection:
        rows = await connection.fetch(CHARGED, list(ids), since, timeout=PATIENCE)
    return {row["id"]: row for row in rows}


@dataclass(frozen=True, slots=True)
class ChargesHavePayments:
    """The id is that of the payment, or the provider's where it names none."""

    async def offending(self, books: Books, only: Sequence[str] | None) -> AsyncGenerator[str, None]:
        since = now() - COMPARED_FOR
        charged, _ = await charges(books, since)
        rows = await payments(books, [key for key, _ in charged if key and is_id(key)], now())
        seen: set[str] = set()
        for key, charge in charged:
            offending = key or charge.intent_id
            if (only is None or offending in only) and (key in seen or not is_of(charge, rows.get(key or ""))):
                yield offending
            seen.add(offending)


@dataclass(frozen=True, slots=True)
class PaymentsHaveCharges:
    async def offending(self, books: Books, only: Sequence[str] | None) -> AsyncGenerator[str, None]:
        since = now() - COMPARED_FOR
        charged, oldest = await charges(books, since)
        if oldest is None:
            raise NotChecked("The provider of payments lists no attempt of the last days.")
        known = {charge.intent_id for _, charge in charged}
        for key, row in (await payments(books, (), max(since, oldest))).items():
            is_judged = row["state"] == "PAID" and (only is None or key in only)
            if is_judged and row["provider_payment_id"] not in known:
                yield key


def is_of(charge: Succeeded, row: Any) -> bool:
    """Whether the row is of this charge.  One that is not noted as paid yet is a payment that is under way."""
    if row is None or (charge.amount, charge.currency) != (row["amount"], row["currency"]):
        return False
    is_noted = row["state"] == "PAID" and row["provider_payment_id"] == charge.intent_id
    return is_noted or row["state"] in ("CREATED", "WAITING")


def is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


INVARIANTS = (
    Invariant(
        "charges-have-their-payment",
        5,
        "Every charge at the provider in the last two days has its payment of that amount, and no payment has two.",
        ChargesHavePayments(),
    ),
    Invariant(
        "payments-have-their-charge",
        5,
        "Every payment since the provider's oldest attempt of the last two days was charged there.",
        PaymentsHaveCharges(),
    ),
)
