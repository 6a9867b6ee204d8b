"""`make prove-engine`: compares both executors on many operations, and stops at the first differences; `--mutants`
shows that each of many mistakes in the engine would be noticed.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import structlog

from gateway.embedded import embedded
from schema.build import build
from tests.engine.cases import case_of
from tests.engine.executors import Difference, Executors
from tests.engine.generator import charts
from tests.engine.mutants import DoesNotApply, mutated
from tests.engine.mutations import MUTATIONS, Mutation
from tests.engine.place import made_rough
from tests.engine.values import Pool, harvested
from tests.gateway.seeding_place import new_place

MOST_SHOWN = 5
AT_ONCE = 8
SILENT = 50
MUTANT_SEED = 7
LEAST_COMPILED = 0.8
FEW = 3
PART = 100


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def ignore(text: str) -> None:
    """Nobody watches."""


async def compared(
    executors: Executors, pool: Pool, seed: int, numbers: range, *, most: int = MOST_SHOWN, watch: bool = False
) -> list[Difference]:
    """The first differences in these operations, of which some run at the same time."""
    found: list[Difference] = []
    schema, tell = executors.schema._schema, say if watch else ignore
    started, every = time.monotonic(), max(len(numbers) // 50, 200) // AT_ONCE * AT_ONCE
    for start in range(0, len(numbers), AT_ONCE):
        part = numbers[start : start + AT_ONCE]
        cases = [case_of(schema, pool, executors.viewers, seed, number) for number in part]
        differing = [each for each in await asyncio.gather(*map(executors.compare, cases)) if each is not None]
        found += differing
        for each in differing:
            again = each.case.replace("/", " --first ")
            tell(f"\n{each}\n  again: make prove-engine ARGS='--seed {again} --count 1'\n")
        if len(found) >= most:
            break
        if start % every == 0 and start:
            speed = start / (time.monotonic() - started)
            tell(f"{start} of {len(numbers)} operations, {speed:.0f} a second, {len(found)} differ")
    return found


def compiled_share(outcomes: Counter[str]) -> float:
    """Of all askings that graphql-core did not refuse as a whole, how many were answered by the engine."""
    valid = sum(count for outcome, count in outcomes.items() if not outcome.endswith("(refused)"))
    return outcomes["compiled"] / valid if valid else 1.0


def summed(outcomes: Counter[str]) -> str:
    return "\n".join(f"{count:7}  {outcome}" for outcome, count in outcomes.most_common())


@asynccontextmanager
async def opened(data: Path | None) -> AsyncIterator[tuple[Executors, Pool]]:
    """Executors over rough data, in databases of their own."""
    with tempfile.TemporaryDirectory() as temporary, embedded(data or Path(temporary), holder="a proof") as running:
        where = running.addresses
        async with new_place(where.database_url, where.mongo_uri) as place:
            viewers = await made_rough(place.handles, place.settings)
            pool = await harvested(place.handles)
            yield await Executors(build(), place.handles, viewers).with_charts(charts(pool)), pool


async def prove(executors: Executors, pool: Pool, seed: int, numbers: range) -> bool:
    found = await compared(executors, pool, seed, numbers, watch=True)
    say(f"\n{summed(executors.outcomes)}\n{compiled_share(executors.outcomes):.1%} of the valid ones were compiled.")
    for masked in executors.masked[:MOST_SHOWN]:
        say(f"\nAn error of ours from graphql-core: {masked}")
    return not found and not executors.masked


async def prove_mutants(executors: Executors, pool: Pool, count: int) -> bool:
    """Whether each mistake is noticed within so many operations; says by which."""
    is_proven, numbers = True, range(count)
    if await compared(executors, pool, MUTANT_SEED, numbers, most=1):
        say("The engine as it is differs: prove it first.")
        return False
    usual = executors.outcomes["surprise"]
    for mutation in MUTATIONS:
        noticed = await noticed_at(executors, pool, mutation, numbers, usual)
        is_proven &= noticed is not None
        say(f"{mutation.module:12} {mutation.name:40} {noticed or 'NOT NOTICED'}")
    return is_proven


async def noticed_at(executors: Executors, pool: Pool, mutation: Mutation, numbers: range, usual: int) -> str | None:
    """How a mistake is noticed, if it is.  One that the engine itself stumbles over is no wrong answer, and shows in
    how often graphql-core has to answer.
    """
    try:
        engine = mutated(mutation, executors.schema)
    except DoesNotApply as error:
        say(str(error))
        return None
    mistaken = Executors(executors.schema, executors.handles, executors.viewers, engine)
    for start in range(0, len(numbers), PART):
        found = await compared(mistaken, pool, MUTANT_SEED, numbers[start : start + PART], most=1)
        if found:
            return f"differs at operation {found[0].case.partition('/')[2]}"
        if (surprises := mistaken.outcomes["surprise"]) > usual + FEW:
            return f"{surprises} surprises instead of {usual} within {start + PART} operations"
    return None


async def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="the number of the first operation")
    parser.add_argument(
        "--count", type=int, help="of operations: 100,000 unless told, or at most 3,000 for each mistake"
    )
    parser.add_argument("--mutants", action="store_true", help="show that mistakes in the engine are noticed")
    parser.add_argument("--data", type=Path, help="a directory of databases to use again")
    options = parser.parse_args()
    # What the engine leaves to graphql-core is counted, and not told each time.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(SILENT))
    async with opened(options.data) as (executors, pool):
        if options.mutants:
            return 0 if await prove_mutants(executors, pool, options.count or 3000) else 1
        numbers = range(options.first, options.first + (options.count or 100_000))
        return 0 if await prove(executors, pool, options.seed, numbers) else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
