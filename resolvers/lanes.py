"""Connections to PostgreSQL that single statements take turns on.

To take a connection out of the driver's pool and to put it back costs more than a small statement, so the lanes keep
those that are sound.  Whatever fails on one, or is given up, is the pool's to clean up.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Any, TypeAlias

import asyncpg

from resolvers.deadlines import Deadline, Deadlines

TURN_SECONDS = 1.5
"""How long a statement waits for its turn: with its own time, less than an operation has."""

TURNS = Deadlines(TURN_SECONDS)

Connection: TypeAlias = Any
"""What the pool lends: asyncpg gives its proxies no type."""


class Lanes:
    """At most so many connections of a pool, each for one statement at a time; who comes first is first."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", most: int) -> None:
        self._pool = pool
        self._spare = most
        self._idle: list[Connection] = []
        self._waiting: deque[asyncio.Future[Connection | None]] = deque()
        self._returning: set[asyncio.Task[None]] = set()
        self._is_closed = False

    async def fetch(self, text: str, *arguments: object) -> Sequence[asyncpg.Record]:
        """The rows of one statement.  Raises what asyncpg raises, and TimeoutError when no connection is free soon."""
        connection = await self._taken()
        try:
            rows: Sequence[asyncpg.Record] = await connection.fetch(text, *arguments)
        except BaseException:
            self._return(connection)
            raise
        self._hand_on(connection)
        return rows

    async def close(self) -> None:
        """Returns all connections to the pool, those that are at work as soon as they are done."""
        self._is_closed = True
        while self._idle:
            self._return(self._idle.pop())
        await asyncio.gather(*self._returning)

    async def _taken(self) -> Connection:
        while self._idle or not self._spare:
            connection = self._idle.pop() if self._idle else await self._turn()
            if connection is None:
                break
            if is_sound(connection):
                return connection
            self._return(connection)
        else:
            self._spare -= 1
        try:
            return await self._pool.acquire()
        except BaseException:
            self._free()
            raise

    async def _turn(self) -> Connection | None:
        """A connection that somebody hands on, or None for the right to take one out of the pool.

        Raises TimeoutError when none comes soon.
        """
        turn: asyncio.Future[Connection | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            with Deadline(TURNS):
                return await turn
        except (asyncio.CancelledError, TimeoutError):
            if turn.done() and not turn.cancelled():
                handed = turn.result()
                if handed is None:
                    self._free()
                else:
                    self._hand_on(handed)
            raise

    def _next(self) -> "asyncio.Future[Connection | None] | None":
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                return turn
        return None

    def _hand_on(self, connection: Connection) -> None:
        turn = self._next()
        if turn is not None:
            turn.set_result(connection)
        elif self._is_closed:
            self._return(connection)
        else:
            self._idle.append(connection)

    def _return(self, connection: Connection) -> None:
        task = asyncio.get_running_loop().create_task(self._returned(connection))
        self._returning.add(task)
        task.add_done_callback(self._returning.discard)

    async def _returned(self, connection: Connection) -> None:
        try:
            await self._pool.release(connection)
        finally:
            self._free()

    def _free(self) -> None:
        turn = self._next()
        if turn is None:
            self._spare += 1
        else:
            turn.set_result(None)


def is_sound(connection: Connection) -> bool:
    try:
        return not connection.is_closed()
    except asyncpg.InterfaceError:
        # A connection that the server ended goes back to the pool by itself.
        return False
