"""What an invariant is, and the ways to look for what breaks it.  Which there are is said in the rooms beside this."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

from resolvers.invariants.books import PATIENCE, Books, Connection, Documents, Fact, Key, rows
from resolvers.invariants.merging import Agree, Facts, unlike


class NotChecked(Exception):
    """An invariant cannot be looked at now; the message says why."""


class Check(Protocol):
    def offending(self, books: Books, only: Sequence[str] | None) -> AsyncGenerator[str, None]:
        """The ids that break the invariant, of all or of these only.  Raises NotChecked."""
        ...


@dataclass(frozen=True, slots=True)
class Invariant:
    """Something that holds whatever dies.  `number` is that of the list in `docs/money.md`, `says` is its sentence."""

    name: str
    number: int
    says: str
    check: Check


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement on PostgreSQL whose first column, `id`, is that of what offends."""

    sql: str

    async def offending(self, books: Books, only: Sequence[str] | None) -> AsyncGenerator[str, None]:
        wanted = f"SELECT DISTINCT id::text FROM ({self.sql}) offending"  # noqa: S608 - our own text
        async with books.snapshot() as connection:
            if only is None:
                found = rows(books, connection, wanted)
            else:
                found = rows(books, connection, f"{wanted} WHERE id::text = ANY($1::text[])", list(only))
            async with aclosing(found):
                async for batch in found:
                    for (offending,) in batch:
                        yield offending


@dataclass(frozen=True, slots=True)
class Compared:
    """The book on PostgreSQL beside documents that show it, merged by their key.

    The statement's first column is the key; its parameter is a list of keys, or null for all.  What is still on its way
    to MongoDB is left to the invariants of the outbox.  `amounts` are the places of facts that are amounts of money.
    """

    book: str
    documents: Documents
    agree: Agree | None = None
    amounts: tuple[int, ...] = ()

    async def offending(self, books: Books, only: Sequence[str] | None) -> AsyncGenerator[str, None]:
        keys = None if only is None else keys_of(only)
        async with books.snapshot() as connection:
            travelling = await under_way(connection)
            found = unlike(
                rows(books, connection, self.book, keys),
                self.documents.read(books, keys),
                self.agree or self.alike,
                books.rest,
            )
            async with aclosing(found):
                async for key in found:
                    if key not in travelling:
                        yield str(UUID(bytes=key))

    def alike(self, ours: Facts, theirs: Facts) -> bool:
        return sorted_out(ours, self.amounts) == sorted_out(theirs, self.amounts)


def sorted_out(facts: Facts, amounts: tuple[int, ...]) -> list[list[Any]]:
    """The facts with amounts as numbers, so that 0 and 0.00 are the same."""
    return [[number(value) if place in amounts else value for place, value in enumerate(fact)] for fact in facts]


def number(digits: str | None) -> Decimal | None:
    return None if digits is None else Decimal(digits)


def keys_of(ids: Sequence[str]) -> list[Key]:
    return [UUID(each).bytes for each in ids]


UNDER_WAY = """
    WITH waiting AS (SELECT DISTINCT aggregate_id AS id FROM outbox WHERE delivered_at IS NULL)
    SELECT id FROM waiting
    UNION SELECT i.id FROM waiting w JOIN order_items i ON i.order_id = w.id
    UNION SELECT o.user_id FROM waiting w JOIN orders o ON o.id = w.id
    UNION SELECT unnest(ARRAY[c.referrer_id, c.referred_user_id])
        FROM waiting w JOIN referral_claims c ON c.id = w.id"""


async def under_way(connection: Connection) -> set[Key]:
    """Orders, their items, people and claims with an effect on MongoDB that has not been delivered."""
    return {row["id"] for row in await connection.fetch(UNDER_WAY, timeout=PATIENCE)}


def blank_or_alike(blank: Fact) -> Agree:
    """For documents that are made when there is something to show: without one, the book has only these facts."""

    def agree(ours: Facts, theirs: Facts) -> bool:
        return [fact[1:] for fact in ours] == ([fact[1:] for fact in theirs] or [blank])

    return agree
