"""How purchases are told: medians over the rounds, and how many times as long or as much the gateway takes."""

import json
import platform
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from statistics import median

from tests.bench.cores import processor
from tests.bench.purchases import BARE, PROVIDER, REFERENCE, Plan, Turn

BEGIN, END = "<!-- purchases: written by the benchmark -->", "<!-- end of purchases -->"
HEADINGS = (
    "",
    "purchases/s",
    "spread",
    "p50 ms",
    "p99 ms",
    "server CPU µs",
    "databases' CPU µs",
    "sandbox's CPU µs",
    "server busy",
    "load busy",
)
SAID = {
    REFERENCE: "the gateway",
    BARE: "the same by hand",
    PROVIDER: "the two requests to the provider alone",
}


def medians(turns: Sequence[Turn]) -> dict[str, Turn]:
    """The median of each figure over the rounds of a contestant."""
    found: dict[str, list[Turn]] = {}
    for turn in turns:
        found.setdefault(turn.contestant, []).append(turn)
    return {name: middle(rounds) for name, rounds in found.items()}


def middle(rounds: Sequence[Turn]) -> Turn:
    figures = [name for name in asdict(rounds[0]) if name not in {"contestant", "purchases", "failures"}]
    return replace(
        rounds[0],
        purchases=sum(each.purchases for each in rounds),
        failures=sum(each.failures for each in rounds),
        **{name: median(getattr(each, name) for each in rounds) for name in figures},
    )


def as_markdown(turns: Sequence[Turn], plan: Plan, size: str, *, are_apart: bool) -> str:
    found = medians(turns)
    day = datetime.now(UTC).date()
    apart = "" if are_apart else " There is one core only, so the server, the load and the databases share it."
    rows = [HEADINGS, ("---", *("---:" for _ in HEADINGS[1:])), *(cells(each, turns) for each in found.values())]
    table = "".join(f"| {' | '.join(row)} |\n" for row in rows)
    return (
        f"{day}, {processor()}, {platform.system()} {platform.machine()}, Python {platform.python_version()};"
        f" data of size {size}; {plan.buyers} buyers; {plan.rounds} rounds of {plan.seconds:g} s; medians.{apart}\n\n"
        f"{table}\n{ratios(found)}"
    )


def cells(each: Turn, turns: Sequence[Turn]) -> tuple[str, ...]:
    speeds = [turn.per_second for turn in turns if turn.contestant == each.contestant]
    return (
        SAID[each.contestant],
        f"{each.per_second:,.0f}",
        f"{(max(speeds) - min(speeds)) / each.per_second:.0%}",
        f"{each.p50 * 1e3:.1f}",
        f"{each.p99 * 1e3:.1f}",
        f"{each.server_cpu * 1e6:,.0f}",
        f"{each.databases_cpu * 1e6:,.0f}",
        f"{each.sandbox_cpu * 1e6:,.0f}",
        f"{each.server_busy:.0%}",
        f"{each.load_busy:.0%}",
    )


def ratios(found: dict[str, Turn]) -> str:
    """The gateway as a part of the hand-written one, with the provider's requests and without them."""
    engine, bare, provider = (found[name] for name in (REFERENCE, BARE, PROVIDER))
    without = (bare.server_cpu - provider.server_cpu) / (engine.server_cpu - provider.server_cpu)
    rows = [
        ("the gateway against the hand-written endpoint", ""),
        ("---", "---:"),
        ("by purchases per second", f"{engine.per_second / bare.per_second:.2f}"),
        ("by the server's CPU per purchase", f"{bare.server_cpu / engine.server_cpu:.2f}"),
        ("by that without the requests to the provider", f"{without:.2f}"),
    ]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def as_json(turns: Sequence[Turn]) -> str:
    told = {"medians": [asdict(each) for each in medians(turns).values()], "turns": [asdict(each) for each in turns]}
    return json.dumps({"processor": processor(), **told}, indent=2) + "\n"
