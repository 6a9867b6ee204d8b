"""Bounds on how long something may take, where it is done so often that a timer for each time would be felt."""

import asyncio
from types import TracebackType


class Deadlines:
    """Deadlines that all lie equally far ahead, so that the first to begin is the first to pass, and one timer does."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._open: dict[Deadline, None] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, deadline: "Deadline", loop: asyncio.AbstractEventLoop) -> None:
        if loop is not self._loop:
            # Another loop than before: what began in that one ended with it.
            self._loop, self._timer, self._open = loop, None, {}
        self._open[deadline] = None
        if self._timer is None:
            self._timer = loop.call_at(deadline.at, self._look, loop)

    def end(self, deadline: "Deadline") -> None:
        self._open.pop(deadline, None)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        """Cancels what has not ended in time, and comes back for the next."""
        self._timer = None
        while self._open:
            first = next(iter(self._open))
            if first.at > loop.time():
                self._timer = loop.call_at(first.at, self._look, loop)
                return
            del self._open[first]
            first.pass_by()


class Deadline:
    """Raises TimeoutError for what is done inside when it takes longer than its kind of deadline allows; otherwise as
    `asyncio.timeout`.
    """

    __slots__ = ("_cancelling", "_deadlines", "_has_passed", "_task", "at")

    def __init__(self, deadlines: Deadlines) -> None:
        self._deadlines = deadlines
        self._has_passed = False

    def __enter__(self) -> None:
        loop = asyncio.get_running_loop()
        task = asyncio.current_task(loop)
        if task is None:
            raise AssertionError("Bug: a deadline was set outside a task.")
        self._task, self._cancelling = task, task.cancelling()
        self.at = loop.time() + self._deadlines.seconds
        self._deadlines.begin(self, loop)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._has_passed:
            self._deadlines.end(self)
        elif self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error

    def pass_by(self) -> None:
        self._has_passed = True
        self._task.cancel()
