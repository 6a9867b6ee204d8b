"""The two lifetimes: `Handles` lives as long as the process, `Context` as long as one operation.  Neither holds a
database session, a request or a response.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

import asyncpg
from aiodataloader import DataLoader
from pymongo.asynchronous.database import AsyncDatabase
from sqlalchemy.ext.asyncio import AsyncEngine

from resolvers.viewer import ANONYMOUS, Viewer


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement that a read sent, told to whoever observes when its rows have arrived."""

    store: str
    target: str
    text: str
    rows: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Handles:
    """What a process opens once.  `postgres` serves compiled reads and `engine` the transactions that write;
    `secret` seals what clients carry for us; `observe` hears of every statement that a read sends;
    `default_currency` is the one that is meant where a client names none.
    """

    postgres: "asyncpg.Pool[asyncpg.Record]"
    engine: AsyncEngine
    mongo: AsyncDatabase[dict[str, Any]]
    secret: bytes
    observe: Callable[[Statement], None]
    default_currency: str


@dataclass(slots=True)
class Context:
    """One operation: who asks, and the batches and look-aheads that its fields share."""

    handles: Handles
    viewer: Viewer = ANONYMOUS
    batches: dict[Hashable, DataLoader[Any, Any]] = field(default_factory=dict)
    selections: dict[Hashable, Any] = field(default_factory=dict)
