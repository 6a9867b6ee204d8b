"""What the sandbox knows, in one SQLite file: objects, answers that idempotency keys stand for, and every effect.

A transaction is on the disk before it ends, so whatever is answered after one survives the process and the machine.
"""

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Object = dict[str, Any]

SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, created INTEGER NOT NULL,
    intent TEXT, body TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS objects_by_kind ON objects (kind, seq);
CREATE INDEX IF NOT EXISTS objects_by_intent ON objects (intent, kind, seq);
CREATE TABLE IF NOT EXISTS answers (
    key TEXT PRIMARY KEY, path TEXT NOT NULL, parameters TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS effects (seq INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, body TEXT NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered to the first request of an idempotency key, and what that request was."""

    path: str
    parameters: str
    status: int
    body: str


class Ledger:
    """The file, for one process and one thread.  Changes are made inside `transaction` only."""

    def __init__(self, file: Path) -> None:
        self._db = sqlite3.connect(file, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        # In WAL mode the default syncs at checkpoints only, and a power cut would take back what was answered.
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Either all changes made meanwhile are durable when this ends, or none is made."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def answer(self, key: str) -> Answer | None:
        query = "SELECT path, parameters, status, body FROM answers WHERE key = ?"
        row = self._db.execute(query, (key,)).fetchone()
        return Answer(*row) if row else None

    def keep_answer(self, key: str, answer: Answer) -> None:
        values = (key, answer.path, answer.parameters, answer.status, answer.body)
        self._db.execute("INSERT INTO answers VALUES (?, ?, ?, ?, ?)", values)

    def get(self, kind: str, identifier: str) -> Object | None:
        query = "SELECT body FROM objects WHERE id = ? AND kind = ?"
        row = self._db.execute(query, (identifier, kind)).fetchone()
        return json.loads(row[0]) if row else None

    def put(self, thing: Object) -> None:
        """Adds an object, or replaces the one of its id."""
        self._db.execute(
            "INSERT INTO objects (id, kind, created, intent, body) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET body = excluded.body",
            (thing["id"], thing["object"], thing["created"], thing.get("payment_intent"), json.dumps(thing)),
        )

    def of_intent(self, kind: str, intent: str) -> list[Object]:
        query = "SELECT body FROM objects WHERE intent = ? AND kind = ? ORDER BY seq"
        return [json.loads(body) for (body,) in self._db.execute(query, (intent, kind))]

    def page(
        self, kind: str, limit: int, *, after: str | None, before: str | None, where: dict[str, int], intent: str | None
    ) -> list[Object]:
        """Objects of a kind, newest first: `limit` of them older than `after`, or newer than `before` and next to it.
        `where` holds bounds of their time, like {"created >=": 0}.
        """
        terms, values = ["kind = ?"], [kind]
        for term, bound in where.items():
            terms.append(f"{term} ?")
            values.append(str(bound))
        if intent is not None:
            terms.append("intent = ?")
            values.append(intent)
        if after is not None:
            terms.append("seq < (SELECT seq FROM objects WHERE id = ?)")
            values.append(after)
        if before is not None:
            terms.append("seq > (SELECT seq FROM objects WHERE id = ?)")
            values.append(before)
        order = "seq" if before else "seq DESC"
        query = f"SELECT body FROM objects WHERE {' AND '.join(terms)} ORDER BY {order} LIMIT ?"  # noqa: S608  Our own words.
        found = [json.loads(body) for (body,) in self._db.execute(query, (*values, limit))]
        return found[::-1] if before else found

    def note(self, what: str, thing: Object, **more: Any) -> None:
        """Writes an effect down, with what a reader needs to tell whose it is."""
        told = {
            "what": what,
            "id": thing["id"],
            "intent": thing.get("payment_intent", thing["id"]),
            "amount": thing["amount"],
            "currency": thing["currency"],
            "metadata": thing["metadata"],
        }
        self._db.execute("INSERT INTO effects (at, body) VALUES (?, ?)", (time.time(), json.dumps(told | more)))

    def effects(self, after: int, limit: int) -> list[Object]:
        query = "SELECT seq, at, body FROM effects WHERE seq > ? ORDER BY seq LIMIT ?"
        rows = self._db.execute(query, (after, limit))
        return [{"seq": seq, "at": at, **json.loads(body)} for seq, at, body in rows]
