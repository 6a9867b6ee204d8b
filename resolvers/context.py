"""The two lifetimes: `Handles` lives as long as the process, `Context` as long as one operation.  Neither holds a
database session, a request or a response.
"""

from asyncio import Semaphore
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import asyncpg
from aiodataloader import DataLoader
from pymongo.asynchronous.database import AsyncDatabase
from sqlalchemy.ext.asyncio import AsyncEngine

from resolvers.budgets import FilterBudget
from resolvers.lanes import Lanes
from resolvers.provider import Provider
from resolvers.rules import Rules
from resolvers.sharing import SharedLoads
from resolvers.tasks import Tasks
from resolvers.viewer import ANONYMOUS, Viewer


class Statement(NamedTuple):
    """One statement that was sent, told to whoever observes when its rows have arrived.

    `values` is what travelled beside its text: arguments in PostgreSQL, the filter or pipeline itself in MongoDB.
    """

    store: str
    target: str
    text: str
    rows: int
    seconds: float
    values: Any = None


@dataclass(frozen=True, slots=True)
class Handles:
    """What a process opens once.  `connect` opens a connection to PostgreSQL that is the caller's own; `lanes` serve
    compiled statements, one at a time, on connections of `postgres`, and `engine` the transactions of several; `secret`
    seals what clients carry for us; `observe` hears of every compiled statement; `default_currency` is the one that is
    meant where a client names none; `loads` are what requests share of them; `mongo_turns` lets no more at MongoDB
    at once than it has connections, since its driver takes waiting for one for an outage; `payments` is the provider of
    payments, `rules` what the operator has decided about money, and `tasks` does what must not end with the request
    that began it.
    """

    postgres: "asyncpg.Pool[asyncpg.Record]"
    connect: Callable[[], Awaitable["asyncpg.Connection[asyncpg.Record]"]]
    lanes: Lanes
    engine: AsyncEngine
    mongo: AsyncDatabase[dict[str, Any]]
    secret: bytes
    observe: Callable[[Statement], None]
    default_currency: str
    mongo_turns: Semaphore
    payments: Provider
    rules: Rules
    tasks: Tasks
    loads: SharedLoads = field(default_factory=SharedLoads)


@dataclass(slots=True)
class Context:
    """One operation: who asks, and what its fields share: batches, look-aheads, and how much they may filter."""

    handles: Handles
    viewer: Viewer = ANONYMOUS
    batches: dict[Hashable, DataLoader[Any, Any]] = field(default_factory=dict)
    selections: dict[Hashable, Any] = field(default_factory=dict)
    filters: FilterBudget = field(default_factory=FilterBudget)
