"""Copies of the source with one guard taken away, and whether the tests notice."""

import asyncio
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from gateway.embedded import embedded
from tests.prove.mutation import Mutation
from tests.prove.mutations import MUTATIONS
from tests.prove.report import Report, say

ROOT = Path(__file__).parents[2]
COPIED = ("gateway", "schema", "resolvers", "models", "migrations", "tests", "pyproject.toml", "Makefile", "docs")
PATIENCE = 240.0
FAILED = 1


class DoesNotApply(Exception):
    """The text that a mutation changes is not in its module once."""


def mutated(mutation: Mutation, root: Path = ROOT) -> str:
    """The source of its module with the change.  Raises DoesNotApply."""
    source = (root / mutation.module).read_text()
    if source.count(mutation.old) != 1:
        raise DoesNotApply(f"{mutation.name}: {source.count(mutation.old)} times in {mutation.module}")
    return source.replace(mutation.old, mutation.new)


async def prove(folder: Path, only: str | None = None) -> Report:
    chosen = [each for each in MUTATIONS if only is None or only in each.name]
    return await asyncio.to_thread(run, folder, chosen)


def run(folder: Path, chosen: Sequence[Mutation]) -> Report:
    report = Report("mutants")
    copy = copied(folder / "source")
    # One pair of servers for all; each run has databases of its own there.
    with embedded(folder / "databases", say=lambda _: None) as running:
        where = {
            "GATEWAY_TEST_DATABASE_URL": running.addresses.database_url,
            "GATEWAY_TEST_MONGO_URI": running.addresses.mongo_uri,
        }
        for mutation in chosen:
            report.cases += 1
            with report.trying(mutation.name):
                began = time.monotonic()
                noticed = is_noticed(copy, mutation, where)
                say(f"  {time.monotonic() - began:5.1f} s  {mutation.name:48} {noticed}")
        # Each test that is to fail for want of a guard passes with it.
        tests = sorted({test for mutation in chosen for test in mutation.tests})
        if ended(copy, tests, where, PATIENCE * len(tests)) != 0:
            report.fail(f"with all guards in place one of these fails: {' '.join(tests)}")
    return report


def copied(target: Path) -> Path:
    target.mkdir()
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
        else:
            shutil.copy(source, target / name)
    return target


def is_noticed(copy: Path, mutation: Mutation, where: dict[str, str]) -> str:
    """How the tests notice.  Raises AssertionError where they do not, or cannot be run."""
    module = copy / mutation.module
    before, changed = module.read_text(), mutated(mutation, copy)
    module.write_text(changed)
    try:
        status = ended(copy, mutation.tests, where)
    finally:
        module.write_text(before)
    if status is None:
        return f"never ends: {' '.join(mutation.tests)}"
    assert status == FAILED, "survives" if status == 0 else f"the tests cannot be run ({status})"
    return f"noticed by {' '.join(mutation.tests)}"


def ended(copy: Path, tests: Sequence[str], where: dict[str, str], seconds: float = PATIENCE) -> int | None:
    """How pytest ends, or None where it does not."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    more = {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    with (copy.parent / "tests.log").open("ab") as log:
        try:
            return subprocess.run(
                command,
                cwd=copy,
                env={**os.environ, **where, **more},
                stdout=log,
                stderr=log,
                timeout=seconds,
                check=False,
            ).returncode
        except subprocess.TimeoutExpired:
            return None
