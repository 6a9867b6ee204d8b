"""`make prove`: money when processes are killed or frozen, when databases die, when all come at once, and when guards
are taken away.  Says the seed that repeats it.
"""

import argparse
import asyncio
import logging
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog

from tests.prove import contention, killing, mutants, outages, zombies
from tests.prove.place import a_stage
from tests.prove.report import Report, say

PARTS = ("kills", "zombies", "contention", "databases", "mutants")
LONG = 24 * 3600.0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.prove", description=__doc__)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().getrandbits(32))
    parser.add_argument("--only", action="append", choices=PARTS, help="only this part; may be given several times")
    parser.add_argument("--seconds", type=float, default=LONG, help="how long to kill, and half as long to freeze")
    parser.add_argument("--cases", type=int, help="how many cases to draw; all of them unless told")
    parser.add_argument("--point", help="kill and freeze only there")
    parser.add_argument("--mutant", help="only mutants whose name has this text")
    parser.add_argument(
        "--hasty",
        action="store_true",
        help="have the claims of the dead on messages end at once, which is no time told",
    )
    return parser.parse_args()


async def main(given: argparse.Namespace) -> int:
    # What the drivers and the service say of outages is expected here.
    logging.getLogger("asyncpg").setLevel(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    say(f"seed {given.seed}")
    draw = random.Random(given.seed)
    parts: dict[str, Callable[[Path], Awaitable[Report]]] = {
        "kills": lambda folder: killed(given, draw, folder),
        "zombies": lambda folder: frozen(given, draw, folder),
        "contention": contended,
        "databases": outages.prove,
        "mutants": lambda folder: mutants.prove(folder, given.mutant),
    }
    reports: list[Report] = []
    for name in given.only or PARTS:
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="prove-") as folder:
            say(f"{name}:")
            reports.append(await parts[name](Path(folder)))
            if reports[-1].failures:
                keep(Path(folder), f"prove-{name}-{given.seed}.log")
        say(f"  {time.monotonic() - began:.0f} s")
    say(f"seed {given.seed}")
    for report in reports:
        say(str(report))
    return 1 if any(report.failures for report in reports) else 0


def keep(folder: Path, name: str) -> None:
    """Keeps what the processes have said, beside where everything else was."""
    kept = folder.with_name(name)
    kept.write_text("".join(log.read_text() for log in sorted(folder.rglob("service.log"))))
    say(f"  what they said is in {kept}")


async def killed(given: argparse.Namespace, draw: random.Random, folder: Path) -> Report:
    async with a_stage(folder) as stage:
        stage.is_hasty = given.hasty
        until = time.monotonic() + given.seconds
        return await killing.prove(stage, draw, until, most=given.cases, point=given.point)


async def frozen(given: argparse.Namespace, draw: random.Random, folder: Path) -> Report:
    async with a_stage(folder) as stage:
        stage.is_hasty = given.hasty
        until = time.monotonic() + given.seconds / 2
        return await zombies.prove(stage, draw, until, most=given.cases, point=given.point)


async def contended(folder: Path) -> Report:
    async with a_stage(folder, postgres_pool_size=30) as stage:
        return await contention.prove(stage)


if __name__ == "__main__":
    sys.exit(asyncio.run(main(arguments())))
