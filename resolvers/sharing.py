"""Loads of rows by key that several requests ask for in the same turn of the event loop: one statement for all.

Only rows are shared, never what a viewer may see of them: each request gets the rows of its own keys, and rows are
read-only.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from resolvers.refusals import StoreUnavailable

if TYPE_CHECKING:
    from resolvers.context import Handles
    from resolvers.loading import Loader
    from resolvers.sources import Columns

Identity: TypeAlias = "tuple[Loader, Columns]"

MOST_KEYS = 1000


@dataclass(slots=True)
class Asker:
    """A request that waits for the rows of some keys."""

    keys: frozenset[Any]
    answer: asyncio.Future[Mapping[Any, Any]]


@dataclass(slots=True)
class Batch:
    """Keys that leave together, and who asked for them."""

    keys: set[Any] = field(default_factory=set)
    askers: list[Asker] = field(default_factory=list)


class SharedLoads:
    """The loads that go through one set of handles.  Who gives up stops waiting and cancels nothing."""

    def __init__(self) -> None:
        self._open: dict[Identity, Batch] = {}
        self._running: set[asyncio.Task[None]] = set()

    def load(
        self, handles: "Handles", loader: "Loader", keys: Iterable[Any], columns: "Columns" = ()
    ) -> asyncio.Future[Mapping[Any, Any]]:
        """What the loader finds for these keys, which are of the right type; those that it does not find are missing.

        The future raises what the loader raises.
        """
        wanted = frozenset(keys)
        identity = (loader, columns)
        loop = asyncio.get_running_loop()
        batch = self._open.get(identity)
        if batch is None or len(batch.keys) + len(wanted) > MOST_KEYS:
            batch = self._open[identity] = Batch()
            loop.call_soon(self._send, handles, identity, batch)
        batch.keys |= wanted
        asker = Asker(wanted, loop.create_future())
        batch.askers.append(asker)
        return asker.answer

    def _send(self, handles: "Handles", identity: Identity, batch: Batch) -> None:
        if self._open.get(identity) is batch:
            del self._open[identity]
        task = asyncio.get_running_loop().create_task(self._answer(handles, identity, batch))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _answer(self, handles: "Handles", identity: Identity, batch: Batch) -> None:
        loader, columns = identity
        askers = [asker for asker in batch.askers if not asker.answer.done()]
        if not askers:
            return
        # The keys of those who gave up stay behind: whoever remains alone is given all that is found.
        keys = batch.keys if len(askers) == len(batch.askers) else set().union(*(asker.keys for asker in askers))
        try:
            found = await loader.load(handles, list(keys), columns)
        except StoreUnavailable as refusal:
            fail(askers, refusal)
        except Exception as error:  # noqa: BLE001  Whatever it is, it is for those who asked.
            if len(askers) == 1:
                fail(askers, error)
            else:
                # What one of them asks for must not fail the others.
                await asyncio.gather(
                    *(self._answer(handles, identity, Batch(set(each.keys), [each])) for each in askers)
                )
        else:
            for asker in askers:
                if not asker.answer.done():
                    asker.answer.set_result(found if len(askers) == 1 else own(found, asker.keys))


def own(found: Mapping[Any, Any], keys: frozenset[Any]) -> Mapping[Any, Any]:
    return {key: found[key] for key in keys if key in found}


def fail(askers: Iterable[Asker], error: Exception) -> None:
    for asker in askers:
        if not asker.answer.done():
            asker.answer.set_exception(error)
            # Who waits hears of it; a run that failed for another load no longer waits, and asyncio would complain.
            asker.answer.exception()
