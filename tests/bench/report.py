"""What came out, as a page and as JSON: medians over the rounds."""

import json
import platform
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from tests.bench.ceiling import Ceiling
from tests.bench.contestants import CONTESTANTS, REFERENCE
from tests.bench.cores import processor
from tests.bench.operations import OPERATIONS
from tests.bench.rounds import USUAL_CONNECTIONS, Measurement

BEGIN, END = "<!-- figures: written by the benchmark -->", "<!-- end of figures -->"

HEADINGS = (
    "",
    "requests/s",
    "spread",
    "p50 ms",
    "p99 ms",
    "server CPU µs",
    "databases' CPU µs",
    "server busy",
    "load busy",
    "engine, by requests",
    "engine, by CPU",
)
UNKNOWN = "?"

GOALS: dict[str, dict[str, float]] = {
    "bare": {"point": 1.2, "page": 0.9, "joined": 0.95},
    "mercurius": {"point": 1.1, "page": 0.95, "joined": 1.5},
    "strawberry": {"point": 30, "page": 35, "joined": 20},
    "graphql-core": {"point": 5, "page": 8, "joined": 6},
}
"""How many times as many requests a second the engine is to answer as another."""


@dataclass(frozen=True)
class Figures:
    """All of a run.  `ceilings` are the requests per second that the load reaches where there is nothing to do."""

    size: str
    rounds: int
    seconds: float
    measured: Sequence[Measurement]
    ceilings: dict[str, Ceiling]
    is_apart: bool


@dataclass(frozen=True)
class Line:
    """The medians of one contestant, and how often it failed in all rounds.  `spread` is the distance of the fastest
    and the slowest round, as a part of the median.
    """

    contestant: str
    failures: int
    per_second: float
    spread: float
    p50: float
    p99: float
    server_cpu: float
    databases_cpu: float
    server_busy: float
    load_busy: float


def lines(figures: Figures, operation: str, connections: int) -> list[Line]:
    found: dict[str, list[Measurement]] = {}
    for each in figures.measured:
        if (each.operation, each.connections) == (operation, connections):
            found.setdefault(each.contestant, []).append(each)
    return [line(name, rounds) for name, rounds in found.items()]


def line(name: str, rounds: Sequence[Measurement]) -> Line:
    speeds = [each.per_second for each in rounds]
    return Line(
        contestant=name,
        failures=sum(each.failures for each in rounds),
        per_second=median(speeds),
        spread=(max(speeds) - min(speeds)) / median(speeds),
        p50=median(each.p50 for each in rounds),
        p99=median(each.p99 for each in rounds),
        server_cpu=median(each.server_cpu for each in rounds),
        databases_cpu=median(each.databases_cpu for each in rounds),
        server_busy=median(each.server_busy for each in rounds),
        load_busy=median(each.load_busy for each in rounds),
    )


def cases(figures: Figures) -> Iterator[tuple[str, int]]:
    yield from dict.fromkeys((each.operation, each.connections) for each in figures.measured)


def as_markdown(figures: Figures) -> str:
    parts = [machine(figures), goals(figures)]
    for operation, connections in cases(figures):
        many = "connection" if connections == 1 else "connections"
        parts.append(f"### {operation}, {connections} {many}\n\n{OPERATIONS[operation].said.capitalize()}.\n")
        parts.append(table(lines(figures, operation, connections)))
    return "\n".join(part for part in parts if part)


def machine(figures: Figures) -> str:
    day = datetime.now(UTC).date()
    apart = "" if figures.is_apart else " There is one core only, so the server, the load and the databases share it."
    canned, trivial = figures.ceilings["canned"], figures.ceilings["trivial"]
    return (
        f"{day}, {processor()}, {platform.system()} {platform.machine()}, Python {platform.python_version()};"
        f" data of size {figures.size}; {figures.rounds} rounds of {figures.seconds:g} s; medians.{apart}\n\n"
        f"The load itself reaches {canned.per_second:,.0f} requests a second where the answer is canned, and"
        f" {trivial.per_second:,.0f} with a bare ASGI endpoint that does nothing. It spends"
        f" {canned.load_cpu * 1e6:.1f} µs of CPU on each.\n"
    )


def goals(figures: Figures) -> str:
    """The engine's requests per second as a multiple of others', beside what they are to be; and the same by the CPU
    of the server, which tells more where the databases were what all waited for.
    """
    operations = [name for name in ("point", "page", "joined") if (name, USUAL_CONNECTIONS) in set(cases(figures))]
    if not operations:
        return ""
    found = {name: {each.contestant: each for each in lines(figures, name, USUAL_CONNECTIONS)} for name in operations}
    rows = [("the engine against", *operations), ("---",) * (len(operations) + 1)]
    for other, wanted in GOALS.items():
        compared = (against(found[name].get(REFERENCE), found[name].get(other), wanted[name]) for name in operations)
        rows.append((CONTESTANTS[other].said, *compared))
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def against(engine: Line | None, other: Line | None, goal: float) -> str:
    if engine is None or other is None:
        return f"{UNKNOWN} (goal {goal:g})"
    by_cpu = other.server_cpu / engine.server_cpu
    return f"{engine.per_second / other.per_second:.2f} (goal {goal:g}; by CPU {by_cpu:.2f})"


def table(found: Sequence[Line]) -> str:
    engine = next((each for each in found if each.contestant == REFERENCE), None)
    rows = [HEADINGS, ("---", *("---:" for _ in HEADINGS[1:]))]
    rows += [cells(each, engine) for each in found]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def cells(each: Line, engine: Line | None) -> tuple[str, ...]:
    return (
        each.contestant,
        f"{each.per_second:,.0f}" + (f", {each.failures} failed" if each.failures else ""),
        f"{each.spread:.0%}",
        f"{each.p50 * 1e3:.2f}",
        f"{each.p99 * 1e3:.2f}",
        f"{each.server_cpu * 1e6:,.0f}",
        f"{each.databases_cpu * 1e6:,.0f}",
        f"{each.server_busy:.0%}",
        f"{each.load_busy:.0%}",
        f"{engine.per_second / each.per_second:.2f}" if engine else UNKNOWN,
        f"{each.server_cpu / engine.server_cpu:.2f}" if engine else UNKNOWN,
    )


def as_json(figures: Figures) -> str:
    medians = [
        {"operation": operation, "connections": connections, **asdict(each)}
        for operation, connections in cases(figures)
        for each in lines(figures, operation, connections)
    ]
    return json.dumps({"processor": processor(), "medians": medians, **asdict(figures)}, indent=2) + "\n"


def written_into(page: Path, figures: str, begin: str = BEGIN, end: str = END) -> None:
    """Replaces the figures of a page between two marks, and nothing else on it."""
    before, _, rest = page.read_text().partition(begin)
    _, _, after = rest.partition(end)
    page.write_text(f"{before}{begin}\n\n{figures}\n{end}{after}")
