"""Migrating both databases: once, again, at the same time, and after a crash."""

import asyncio
import signal
import sys
from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

import pytest

from migrations.drift import mongo_facts, postgres_facts
from migrations.mongo import runner as mongo_runner
from migrations.postgres import runner as postgres
from migrations.run import ForeignSchema, Step, migrate
from tests.migrations.conftest import Place

REVISIONS = [(script.revision, script.doc) for script in postgres.revisions()]
MIGRATIONS = [(migration.name, migration.subject) for migration in mongo_runner.migrations()]
EVERY_STEP = [
    *(f"PostgreSQL {name}: {subject}" for name, subject in REVISIONS),
    *(f"MongoDB {name}: {subject}." for name, subject in MIGRATIONS),
]
NOTHING_TO_DO = "Both databases are already current."


async def facts(place: Place) -> set[str]:
    async with postgres.connect(place.url) as connection:
        return await connection.run_sync(postgres_facts) | await mongo_facts(place.documents)


async def test_the_first_migration_says_each_step_and_leaves_both_databases_current(place: Place) -> None:
    assert not await place.is_current()

    await place.migrate()

    assert place.said == EVERY_STEP
    assert await place.is_current()
    assert await place.status() == [
        *(Step("PostgreSQL", name, subject, is_applied=True) for name, subject in REVISIONS),
        *(Step("MongoDB", name, subject, is_applied=True) for name, subject in MIGRATIONS),
    ]


async def test_before_anything_is_applied_the_status_lists_every_step_as_missing(place: Place) -> None:
    assert {step.is_applied for step in await place.status()} == {False}


async def test_migrating_again_changes_nothing_and_says_so(place: Place) -> None:
    await place.migrate()
    before = await facts(place)
    place.said.clear()

    await place.migrate()

    assert place.said == [NOTHING_TO_DO]
    assert await facts(place) == before


async def test_two_migrations_at_once_apply_every_step_once(place: Place) -> None:
    said: tuple[list[str], list[str]] = ([], [])

    async with asyncio.timeout(30), asyncio.TaskGroup() as together:
        for mine in said:
            together.create_task(migrate(place.url, place.mongo_uri, place.name, say=mine.append))

    first, second = sorted(said, key=len, reverse=True)
    assert first == EVERY_STEP
    assert second == ["Another migration is running; waiting for it.", NOTHING_TO_DO]


KILLED_AFTER_A_STEP = """
import asyncio, os, signal, sys
from migrations.run import migrate
url, uri, name, last = sys.argv[1:]
def say(line):
    if last in line:
        os.kill(os.getpid(), signal.SIGKILL)
asyncio.run(migrate(url, uri, name, say=say))
"""

KILLED_INSIDE_A_STEP = """
import asyncio, os, signal, sys
from migrations.postgres import runner
from migrations.run import migrate
url, uri, name, last = sys.argv[1:]
whole = runner.run
def half(*statements):
    if any(last in statement for statement in statements):
        whole(*statements[: len(statements) // 2])
        os.kill(os.getpid(), signal.SIGKILL)
    whole(*statements)
runner.run = half
asyncio.run(migrate(url, uri, name, say=lambda line: None))
"""


@pytest.mark.parametrize(
    ("script", "last"),
    [
        (KILLED_AFTER_A_STEP, "PostgreSQL 2026_11_20_05"),
        (KILLED_AFTER_A_STEP, "PostgreSQL 2026_11_20_14"),
        (KILLED_AFTER_A_STEP, "MongoDB m2026_11_20_02_referrals"),
        (KILLED_INSIDE_A_STEP, "CREATE TABLE orders"),
    ],
)
async def test_a_migration_that_was_killed_is_finished_by_the_next(place: Place, script: str, last: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, place.url, place.mongo_uri, place.name, last
    )
    assert await process.wait() == -signal.SIGKILL
    assert not await place.is_current()

    await place.migrate()

    assert place.said == EVERY_STEP[-len(place.said) :]
    assert await place.is_current()
    assert await facts(place) == await facts_of_a_whole_migration(place)


async def facts_of_a_whole_migration(place: Place) -> set[str]:
    await place.execute("DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
    await place.client.drop_database(place.name)
    await place.migrate()
    return await facts(place)


async def test_a_step_that_ran_and_was_not_remembered_is_run_again_without_harm(place: Place) -> None:
    await place.migrate()
    before = await facts(place)
    await place.documents[mongo_runner.APPLIED].delete_many({})
    place.said.clear()

    await place.migrate()

    assert place.said == [f"MongoDB {name}: {subject}." for name, subject in MIGRATIONS]
    assert await facts(place) == before


async def test_a_collection_that_a_write_made_before_the_migration_gets_its_validator(place: Place) -> None:
    await place.documents["products"].insert_one({"title": "too early"})

    await place.migrate()

    options = await place.documents["products"].options()
    assert (options["validationLevel"], options["validationAction"]) == ("strict", "error")
    assert options["validator"]["$jsonSchema"]["additionalProperties"] is False


async def test_activity_that_is_no_time_series_is_refused_with_the_remedy(place: Place) -> None:
    await place.documents["user_activity"].insert_one({"type": "test_completion"})

    with pytest.raises(RuntimeError, match="drop it, and migrate again"):
        await place.migrate()


async def test_every_revision_can_be_taken_back_and_applied_again(place: Place) -> None:
    await place.migrate()
    before = await facts(place)

    async with postgres.connect(place.url) as connection:
        await connection.run_sync(postgres.downgrade)
        left = await connection.run_sync(postgres_facts)
    await place.migrate()

    assert left == set()
    assert await facts(place) == before


async def test_databases_of_a_newer_release_are_left_alone_and_count_as_current(place: Place) -> None:
    await place.migrate()
    await place.execute("UPDATE alembic_version SET version_num = '2099_01_01_01'")
    await place.documents[mongo_runner.APPLIED].insert_one({"_id": "m2099_01_01_01_later"})
    place.said.clear()

    await place.migrate()

    assert place.said == [NOTHING_TO_DO]
    assert await place.is_current()
    newer = [step for step in await place.status() if step.subject == "Of a newer release."]
    assert newer == [
        Step("PostgreSQL", "2099_01_01_01", "Of a newer release.", is_applied=True),
        Step("MongoDB", "m2099_01_01_01_later", "Of a newer release.", is_applied=True),
    ]


async def forget_the_last_revision(place: Place) -> None:
    await place.execute("UPDATE alembic_version SET version_num = '2026_11_20_13'")


async def empty_the_version(place: Place) -> None:
    await place.execute("DELETE FROM alembic_version")


async def forget_a_document_migration(place: Place) -> None:
    await place.documents[mongo_runner.APPLIED].delete_one({"_id": MIGRATIONS[-1][0]})


@pytest.mark.parametrize("forget", [forget_the_last_revision, empty_the_version, forget_a_document_migration])
async def test_one_missing_step_is_enough_not_to_be_current(
    place: Place, forget: Callable[[Place], "asyncio.Future[None]"]
) -> None:
    await place.migrate()

    await forget(place)

    assert not await place.is_current()


async def test_an_url_may_say_the_host_as_a_parameter_as_sockets_need_it(place: Place) -> None:
    parts = urlsplit(place.url)
    said = dict(parse_qsl(parts.query))
    host, port = said.get("host", parts.hostname), said.get("port", parts.port or 5432)
    user = parts.netloc.rpartition("@")[0]
    url = f"postgresql://{user}@/{place.name}?host={host}&port={port}"

    await migrate(url, place.mongo_uri, place.name, say=place.said.append)

    assert place.said == EVERY_STEP


async def test_the_schema_of_another_program_is_left_alone(place: Place) -> None:
    await place.execute(
        "CREATE TABLE alembic_version (version_num varchar(32) NOT NULL)",
        "INSERT INTO alembic_version VALUES ('9f3a_other_app')",
    )

    with pytest.raises(ForeignSchema, match=r"another program.*DATABASE_URL"):
        await place.migrate()
