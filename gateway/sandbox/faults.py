"""Faults on order: what the sandbox does wrong with the next requests of a kind."""

import os
import signal
from collections.abc import Iterable
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, ValidationError


class Request(StrEnum):
    """The kinds of requests; ANY is for faults only."""

    CREATE = "create"
    CONFIRM = "confirm"
    CANCEL = "cancel"
    RETRIEVE = "retrieve"
    LIST = "list"
    REFUND = "refund"
    RETRIEVE_REFUND = "retrieve_refund"
    LIST_REFUNDS = "list_refunds"
    ANY = "any"


class Wrong(StrEnum):
    """What goes wrong, and whether before the effect or after it.

    FAIL_AFTER answers 500 and keeps that under the idempotency key, as Stripe does; FAIL_BEFORE keeps nothing.
    DELAY_BEFORE has its effect even if the caller has hung up meanwhile.  DIE_… kill the process with SIGKILL,
    DIE_WITHIN when everything is written and nothing committed.
    """

    DELAY_BEFORE = "delay_before"
    DELAY_AFTER = "delay_after"
    DROP_BEFORE = "drop_before"
    DROP_AFTER = "drop_after"
    FAIL_BEFORE = "fail_before"
    FAIL_AFTER = "fail_after"
    RATE_LIMIT = "rate_limit"
    DIE_BEFORE = "die_before"
    DIE_WITHIN = "die_within"
    DIE_AFTER = "die_after"


class Fault(BaseModel):
    """The next `times` requests of a kind go wrong, all of them where it is None; `seconds` is how long delays are."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    on: Request
    do: Wrong
    times: int | None = Field(1, ge=1)
    seconds: float = Field(1.0, ge=0, le=600)


class UnknownFault(Exception):
    """A fault that cannot be ordered.  The message says how one is written."""


def parse(text: str) -> Fault:
    """A fault as the command line has it: KIND:WRONG[:TIMES[:SECONDS]], TIMES a number or `always`."""
    names = ("on", "do", "times", "seconds")
    words = text.split(":")
    given: dict[str, str | None] = dict(zip(names, words, strict=False))
    if given.get("times") == "always":
        given["times"] = None
    try:
        # A word too many stays under a name that no fault has, and is refused like one too few.
        return Fault.model_validate(given | {"more": None} if len(words) > len(names) else given)
    except ValidationError:
        raise UnknownFault(
            f"'{text[:80]}' is no fault; write KIND:WRONG[:TIMES[:SECONDS]] with KIND one of {', '.join(Request)} and"
            f" WRONG one of {', '.join(Wrong)}, for example confirm:drop_after:3."
        ) from None


class Faults:
    """The faults that are ordered; the first that fits a request is what it gets."""

    def __init__(self, ordered: Iterable[Fault] = ()) -> None:
        self._ordered = list(ordered)

    def order(self, fault: Fault) -> None:
        self._ordered.append(fault)

    def clear(self) -> None:
        self._ordered.clear()

    def take(self, kind: Request) -> Fault | None:
        for place, fault in enumerate(self._ordered):
            if fault.on in {kind, Request.ANY}:
                if fault.times == 1:
                    del self._ordered[place]
                elif fault.times is not None:
                    self._ordered[place] = fault.model_copy(update={"times": fault.times - 1})
                return fault
        return None


def die() -> None:
    """Ends this process as a crash does: nothing is flushed, closed or said."""
    os.kill(os.getpid(), signal.SIGKILL)
