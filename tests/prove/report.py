"""What a part of the proof says of itself."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


@dataclass
class Report:
    """`times` are the seconds that it took to recover; `counts`, what else was counted."""

    part: str
    cases: int = 0
    failures: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def fail(self, what: str) -> None:
        self.failures.append(what)
        say(f"  FAILED  {what}")

    @contextmanager
    def trying(self, what: object) -> Iterator[None]:
        """Notes what goes wrong with one case, after which the others are run."""
        try:
            yield
        except Exception as error:  # noqa: BLE001  Whatever it is, it is this case's.
            self.fail(f"{what}: {error!r}")

    def note(self, what: str) -> None:
        say(f"  {what}")

    def __str__(self) -> str:
        told = [f"{self.part}: {self.cases} cases, {len(self.failures)} failed"]
        told += [f"{count} {name}" for name, count in self.counts.items()]
        if self.times:
            median, most = sorted(self.times)[len(self.times) // 2], max(self.times)
            told.append(f"recovered in {median:.1f} s (median), {most:.1f} s (most)")
        return ", ".join(told)
