"""Transactions of several documents on MongoDB: snapshot reads, majority writes, in a bounded time.  None is held open
across another system.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

import pymongo
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import BulkWriteError, DuplicateKeyError, PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.read_preferences import ReadPreference
from pymongo.write_concern import WriteConcern

from models.documents import Fact
from models.raw_documents import RawDocument, raw
from models.validators import collection_name
from resolvers.context import Handles
from resolvers.crash_points import crash_point
from resolvers.refusals import StoreUnavailable
from resolvers.stores import MONGO, mongo_turn

T = TypeVar("T")

TRANSACTION_SECONDS = 8.0
"""Longer than a server takes to end a transaction whose client has died, 5 s and up to half of that until it looks,
since that one stands in the way of ours.
"""

TRIES = 5
DUPLICATE_KEY = 11000
MAJORITY = WriteConcern("majority")
SNAPSHOT = ReadConcern("snapshot")
TO_BE_REPEATED = ("TransientTransactionError", "UnknownTransactionCommitResult")


class Documents:
    """All collections within one transaction: whatever is asked of them here carries its session."""

    def __init__(self, database: AsyncDatabase[dict[str, Any]], session: AsyncClientSession) -> None:
        self._database = database
        self._session = session

    async def insert(self, model: type[Fact], *given: Mapping[str, object]) -> None:
        """New documents, by the attributes of their class.  Raises DuplicateKeyError."""
        try:
            await self._of(model).insert_many([raw(model, values) for values in given], session=self._session)
        except BulkWriteError as error:
            first = (error.details or {})["writeErrors"][0]
            if first["code"] != DUPLICATE_KEY:
                raise
            raise DuplicateKeyError(first["errmsg"], DUPLICATE_KEY, first) from error

    async def update(self, model: type[Fact], where: Mapping[str, Any], change: Mapping[str, Any]) -> bool:
        """Whether there is such a document, which is then changed; both by stored names."""
        return (await self._of(model).update_one(where, change, session=self._session)).matched_count > 0

    async def first(
        self,
        model: type[Fact],
        where: Mapping[str, Any],
        fields: Sequence[str] = ("_id",),
        order: Sequence[tuple[str, int]] | None = None,
    ) -> RawDocument | None:
        return await self._of(model).find_one(where, list(fields), sort=order, session=self._session)

    async def all(
        self,
        model: type[Fact],
        where: Mapping[str, Any],
        fields: Sequence[str] = ("_id",),
        order: Sequence[tuple[str, int]] | None = None,
    ) -> list[RawDocument]:
        return await self._of(model).find(where, list(fields), sort=order, session=self._session).to_list()

    def _of(self, model: type[Fact]) -> AsyncCollection[dict[str, Any]]:
        return self._database[collection_name(model)]


async def transact(handles: Handles, work: Callable[[Documents], Awaitable[T]]) -> T:
    """What the work comes to, whose writes are all there or none.  It may be called several times.

    Raises StoreUnavailable when MongoDB is away or others are in the way for too long; whether it was done is then
    unknown.  DuplicateKeyError ends the transaction and is raised.
    """

    async def within(session: AsyncClientSession) -> T:
        result = await work(Documents(handles.mongo, session))
        crash_point("projection.within")
        return result

    async with mongo_turn(handles):
        try:
            with pymongo.timeout(TRANSACTION_SECONDS):
                async with handles.mongo.client.start_session() as session:
                    return await session.with_transaction(
                        within,
                        read_concern=SNAPSHOT,
                        write_concern=MAJORITY,
                        read_preference=ReadPreference.PRIMARY,
                    )
        except PyMongoError as error:
            if any(map(error.has_error_label, TO_BE_REPEATED)):
                raise StoreUnavailable(MONGO) from error
            raise


async def transact_once(
    handles: Handles, work: Callable[[Documents], Awaitable[None]], is_done: Callable[[Documents], Awaitable[bool]]
) -> bool:
    """Does the work unless its marker, a unique key that it inserts, is there: whether it was this call that did it.

    A key that is taken though `is_done` finds no marker belongs to somebody who was faster: the work is done again.
    """
    for last in (*[False] * (TRIES - 1), True):
        try:
            await transact(handles, work)
        except DuplicateKeyError:
            # Within the transaction it would be too late: the server has given the transaction up.
            if await transact(handles, is_done):
                return False
            if last:
                raise
        else:
            return True
    raise AssertionError("Bug: a last try has no end.")
