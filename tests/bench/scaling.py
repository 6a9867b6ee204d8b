"""What must stay flat: the cost of a row as pages grow, of a request as a table grows, and the memory of a process."""

import asyncio
import shutil
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager

import asyncpg

from gateway.seeding import Size
from tests.bench.contestants import CONTESTANTS
from tests.bench.cores import KIB, resident_bytes
from tests.bench.operations import OPERATIONS
from tests.bench.place import DATA, Place, place
from tests.bench.rounds import REQUESTS, USUAL_CONNECTIONS, Measurement, Say, asked, measure
from tests.bench.samples import Samples
from tests.bench.servers import Running, serving

SIZES = (10, 25, 50, 100)
SMALLEST_TABLE = 1_000
GROWTH = 10
WARM_UP_SECONDS = 1.0
FEW = 8
"""Connections where single requests are long, so that none waits until it is given up."""
STEPS = 20
GROWING = "growing"
INSERTING_SECONDS = 900

GROW = """INSERT INTO courses SELECT made.*
FROM generate_series($1::int, $2::int) AS number, courses AS template,
jsonb_populate_record(template, jsonb_build_object(
    'id', uuidv7(), 'slug', template.slug || '-' || number, 'is_published', true,
    'created_at', template.created_at + number * interval '1 second')) AS made
WHERE template.id = $3"""


def rows(size: Size, contestants: Sequence[str], seconds: float, say: Say) -> None:
    """Pages and joined queries of 10 to 100 rows."""
    tell("contestant", "operation", "rows", "server µs", "µs/row", "µs/further row", "databases µs/row")
    with place(size) as where, served(where, contestants) as running:
        samples = where.samples()
        for name in contestants:
            for operation in ("page", "joined"):
                fewer, less = 0, 0.0
                for count in SIZES:
                    one = turn(where, running[name], operation, samples, seconds, connections=FEW, size=count)
                    say(f"{name} {operation} with {count} rows: {one.per_second:,.0f}/s")
                    further = (one.server_cpu - less) / (count - fewer)
                    cells = (one.server_cpu, one.server_cpu / count, further, one.databases_cpu / count)
                    tell(name, operation, count, *(f"{cell * 1e6:.1f}" for cell in cells))
                    fewer, less = count, one.server_cpu


def table(contestants: Sequence[str], seconds: float, most: int, say: Say) -> None:
    """A table of courses of a thousand rows, and ten times as many until `most`, in databases for just this."""
    tell("contestant", "operation", "rows in the table", "requests/s", "server µs", "databases µs")
    shutil.rmtree(DATA / GROWING, ignore_errors=True)
    with place(Size.S, GROWING) as where:
        count = SMALLEST_TABLE
        while count <= most:
            there = asyncio.run(grown(where, count))
            say(f"The table has {there:,} rows.")
            samples = where.samples()
            # Statements were planned for the table as it was, so everybody begins again.
            with served(where, contestants) as running:
                for name in contestants:
                    for operation in ("point", "page"):
                        one = turn(where, running[name], operation, samples, seconds)
                        cells = (one.per_second, one.server_cpu * 1e6, one.databases_cpu * 1e6)
                        tell(name, operation, f"{there:,}", *(f"{cell:,.0f}" for cell in cells))
            count *= GROWTH
    shutil.rmtree(DATA / GROWING)


def memory(size: Size, contestants: Sequence[str], requests: int, seconds: float, say: Say) -> None:
    """What is resident while so many requests of all operations but the joined one are answered, in twenty steps."""
    tell("contestant", "requests", "resident MiB")
    with place(size) as where:
        samples = where.samples()
        for name in contestants:
            with served(where, [name]) as running:
                watched(where, running[name], samples, requests, seconds, say)


def watched(where: Place, running: Running, samples: Samples, requests: int, seconds: float, say: Say) -> None:
    done, told = 0, 0
    operations = [name for name in ("point", "page", "catalog", "mine") if name in running.contestant.answers]
    while done < requests:
        for operation in operations:
            done += turn(where, running, operation, samples, seconds).requests
        if done >= told:
            tell(running.contestant.name, f"{done:,}", f"{resident_bytes(running.pid) / KIB / KIB:.1f}")
            say(f"{done:,} of {requests:,} requests")
            told = done + requests // STEPS


def served(where: Place, contestants: Sequence[str]) -> AbstractContextManager[dict[str, Running]]:
    return serving([CONTESTANTS[name] for name in contestants], where.settings, where.cores.server)


def turn(
    where: Place,
    running: Running,
    operation: str,
    samples: Samples,
    seconds: float,
    *,
    connections: int = USUAL_CONNECTIONS,
    size: int | None = None,
) -> Measurement:
    """A turn after a short one that warms up."""
    asking = OPERATIONS[operation].requests(samples, REQUESTS, size=size)
    asked(where, running, OPERATIONS[operation], asking, connections, WARM_UP_SECONDS)
    return measure(where, running, OPERATIONS[operation], asking, connections, seconds)


async def grown(where: Place, count: int) -> int:
    """Courses like the first one, until there are so many."""
    connection = await asyncpg.connect(where.settings.postgres_url)
    try:
        there: int = await connection.fetchval("SELECT count(*) FROM courses")
        first = await connection.fetchval("SELECT min(id::text)::uuid FROM courses")
        if there < count:
            await connection.execute(GROW, there, count - 1, first, timeout=INSERTING_SECONDS)
            for settling in ("VACUUM ANALYZE courses", "CHECKPOINT"):
                await connection.execute(settling, timeout=INSERTING_SECONDS)
        return max(there, count)
    finally:
        await connection.close()


def tell(*cells: object) -> None:
    sys.stdout.write("| " + " | ".join(map(str, cells)) + " |\n")
    sys.stdout.flush()
