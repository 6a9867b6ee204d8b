"""`python -m tests.bench`: the measurements, from a shell.  `make bench` calls it."""

import argparse
import sys
from pathlib import Path

from gateway.seeding import Size
from tests.bench import purchase_report, purchases, scaling
from tests.bench.answers import AnswersDiffer
from tests.bench.ceiling import ceilings
from tests.bench.contestants import CONTESTANTS
from tests.bench.cores import cores
from tests.bench.operations import OPERATIONS
from tests.bench.place import place
from tests.bench.report import Figures, as_json, as_markdown, written_into
from tests.bench.rounds import USUAL_CONNECTIONS, Plan, bench
from tests.bench.servers import ContestantFailed

QUICK = Plan(list(OPERATIONS), list(CONTESTANTS), rounds=3, seconds=0.4, warm_up_seconds=0.2)
CEILING_SECONDS = 2.0
PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"


def say(words: str) -> None:
    sys.stderr.write(f"{words}\n")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measures how fast the graph is.")
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="all contestants, in turn (what is done unless told)")
    run.add_argument("--quick", action="store_true", help="short turns, no more than the usual connections")
    run.add_argument("--operations", nargs="+", choices=OPERATIONS, default=list(OPERATIONS))
    run.add_argument("--rounds", type=int, default=3)
    run.add_argument("--warm-up", type=float, default=2.0, help="seconds before the first turn of each")
    run.add_argument("--connections", type=int, default=USUAL_CONNECTIONS)
    run.add_argument("--extra-connections", type=int, nargs="*", default=[1, 256], help="tried with point and mine")
    run.add_argument("--free", action="store_true", help="let the databases use the core of the server too")
    run.add_argument("--json", type=Path, help="a file for all measurements")
    run.add_argument("--page", type=Path, default=PAGE, help="whose figures a whole run replaces")
    rows = commands.add_parser("rows", help="what a row costs as pages grow")
    table = commands.add_parser("table", help="what a request costs as a table grows")
    table.add_argument("--most", type=int, default=1_000_000, help="rows in the table at last")
    memory = commands.add_parser("memory", help="the memory of the process over many requests")
    memory.add_argument("--requests", type=int, default=1_000_000)
    sales = commands.add_parser("purchases", help="purchases, beside the same by hand")
    sales.add_argument("--quick", action="store_true", help="short turns on small data, which change no page")
    sales.add_argument("--rounds", type=int, default=5)
    sales.add_argument("--warm-up", type=float, default=3.0, help="seconds before the first turn of each")
    sales.add_argument("--buyers", type=int, default=purchases.BUYERS, help="who buy at the same time")
    sales.add_argument("--seconds", type=float, default=8.0, help="of each turn")
    sales.add_argument("--json", type=Path, help="a file for all turns")
    sales.add_argument("--page", type=Path, default=PAGE, help="whose figures of purchases a run replaces")
    for each in (run, rows, table, memory):
        usual = list(CONTESTANTS) if each is run else ["engine", "bare"]
        each.add_argument("--contestants", nargs="+", choices=CONTESTANTS, default=usual)
        each.add_argument("--seconds", type=float, default=5.0, help="of each turn")
    for each in (run, rows, memory, sales):
        each.add_argument("--size", type=Size, choices=list(Size), help="how much is seeded; m, when quick s")
    given = sys.argv[1:]
    is_told = bool(given) and (given[0] in commands.choices or given[0] in {"-h", "--help"})
    asked = parser.parse_args(given if is_told else ["run", *given])
    if asked.command != "table":
        asked.size = asked.size or (Size.S if getattr(asked, "quick", False) else Size.M)
    return asked


def main() -> None:
    given = arguments()
    try:
        match given.command:
            case "rows":
                scaling.rows(given.size, given.contestants, given.seconds, say)
            case "table":
                scaling.table(given.contestants, given.seconds, given.most, say)
            case "memory":
                scaling.memory(given.size, given.contestants, given.requests, given.seconds, say)
            case "purchases":
                sell(given)
            case _:
                run(given)
    except (AnswersDiffer, ContestantFailed) as failure:
        sys.exit(f"bench: {failure}")


def run(given: argparse.Namespace) -> None:
    plan = Plan(
        given.operations,
        given.contestants,
        given.rounds,
        QUICK.seconds if given.quick else given.seconds,
        QUICK.warm_up_seconds if given.quick else given.warm_up,
        given.connections,
        () if given.quick else given.extra_connections,
    )
    with place(given.size, are_free=given.free) as where:
        measured = bench(plan, where, say)
        reached = ceilings(where, where.samples(), QUICK.seconds if given.quick else CEILING_SECONDS)
        figures = Figures(given.size.value, plan.rounds, plan.seconds, measured, reached, where.cores.are_apart)
    sys.stdout.write(as_markdown(figures))
    if given.json:
        given.json.write_text(as_json(figures))
    is_whole = set(given.operations) == set(OPERATIONS) and set(given.contestants) == set(CONTESTANTS)
    if is_whole and not given.quick and not given.free:
        written_into(given.page, as_markdown(figures))
        say(f"The figures stand in {given.page}.")


def sell(given: argparse.Namespace) -> None:
    seconds, warm_up = (QUICK.seconds, QUICK.warm_up_seconds) if given.quick else (given.seconds, given.warm_up)
    plan = purchases.Plan(given.rounds, seconds, warm_up, given.buyers)
    turns = purchases.bench(plan, given.size, say)
    figures = purchase_report.as_markdown(turns, plan, given.size.value, are_apart=cores().are_apart)
    sys.stdout.write(figures)
    if given.json:
        given.json.write_text(purchase_report.as_json(turns))
    if not given.quick:
        written_into(given.page, figures, purchase_report.BEGIN, purchase_report.END)
        say(f"The figures stand in {given.page}.")


if __name__ == "__main__":
    main()
