"""Where it is measured: databases of the benchmark's own, seeded, away from the core of the server under test."""

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from gateway.cli.databases import DEFAULT_SEED, apply_migrations, fill_databases
from gateway.databases import addressed, handles
from gateway.seeding import Size
from gateway.settings import Settings
from tests.bench.cores import Cores, cores, family, parent
from tests.bench.samples import Samples, drawn
from tests.bench.servers import on_cores

DATA = Path(__file__).parents[2] / ".venv" / "benchmark"


@dataclass(frozen=True)
class Place:
    """`databases` are the processes of the servers that run here; none where the environment names others."""

    settings: Settings
    cores: Cores
    databases: tuple[int, ...]

    def samples(self) -> Samples:
        """What can be asked for now, by people whose sessions begin now."""

        async def draw() -> Samples:
            async with handles(self.settings) as opened:
                return await drawn(opened, self.settings)

        return asyncio.run(draw())


@contextmanager
def place(size: Size, name: str | None = None, *, are_free: bool = False) -> Iterator[Place]:
    """The databases of this size, filled when they are new, and running meanwhile; when they `are_free`, on the
    server's core too.  DATABASE_URL and MONGO_URI name others instead, except where a name says that they are for one
    purpose only.
    """
    DATA.mkdir(parents=True, exist_ok=True)
    own = dict.fromkeys(("database_url", "postgres_host", "mongo_uri")) if name else {}
    settings = Settings(_env_file=None).model_copy(update={"data_dir": DATA / (name or size.value), **own})
    split = cores()
    before = set(family(os.getpid()))
    with on_cores(None if are_free else split.others), addressed(settings) as found:
        # What these have started by now is found again among their children.
        databases = tuple(pid for pid in set(family(os.getpid())) - before if parent(pid) == os.getpid())
        # What is printed are figures, and what happens on the way is said beside them.
        with redirect_stdout(sys.stderr):
            asyncio.run(apply_migrations(found.settings))
            asyncio.run(fill_databases(found.settings, size, DEFAULT_SEED, reset=False))
        yield Place(found.settings, split, databases)
