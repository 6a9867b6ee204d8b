"""Named places where a test kills or freezes this process, to show that nothing is lost there."""

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass


def unheeded(_: str) -> None:
    """Nobody watches."""


@dataclass(slots=True)
class Armed:
    """Which point sends this process which signal, and how often it is passed before; and who hears of every point."""

    point: str | None = None
    passes: int = 0
    by: signal.Signals = signal.SIGKILL
    heard: Callable[[str], None] = unheeded


ARMED = Armed()


def arm(point: str, passes: int = 0, by: signal.Signals = signal.SIGKILL) -> None:
    """Has the process sent a signal that nothing can catch when the point is reached after so many passes."""
    ARMED.point, ARMED.passes, ARMED.by = point, passes, by


def crash_point(name: str) -> None:
    ARMED.heard(name)
    if ARMED.point != name:
        return
    if ARMED.passes > 0:
        ARMED.passes -= 1
        return
    ARMED.point = None
    os.kill(os.getpid(), ARMED.by)
