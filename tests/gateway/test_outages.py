"""A database that goes away while the service runs: a typed answer, soon, and everything again when it is back."""

import asyncio
import os
import re
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from gateway.databases import handles
from gateway.embedded import embedded
from gateway.settings import Settings
from migrations.run import migrate
from schema.ids import global_id
from tests.observed import Observed
from tests.world import Person, World

BOTH = "query($id: ID!) { node(id: $id) { ... on User { username member { credits } } } }"
LONGEST_ANSWER = 5.5
LONGEST_OUTAGE = 30.0


@pytest.fixture
async def fragile(tmp_path: Path) -> AsyncIterator[tuple[World, Person, Path]]:
    """A service on databases of its own, which are started again when they die."""
    with embedded(tmp_path / "data", holder="the test") as databases:
        where = databases.addresses
        settings = Settings(
            _env_file=None, database_url=SecretStr(where.database_url), mongo_uri=SecretStr(where.mongo_uri)
        )
        await migrate(where.database_url, where.mongo_uri, settings.mongo_db, say=lambda _: None)
        async with handles(settings) as opened, World(opened, Observed()) as world:
            yield world, await world.person(), tmp_path / "data"


def processes(data: Path, program: str) -> list[int]:
    """The ids of the processes of a program whose command line names this directory."""
    found = []
    for directory in Path("/proc").iterdir():
        if directory.name.isdigit():
            try:
                words = (directory / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if words[0].decode().endswith(f"/{program}") and any(str(data).encode() in word for word in words):
                found.append(int(directory.name))
    return found


@pytest.mark.parametrize(("program", "store"), [("postgres", "PostgreSQL"), ("mongod", "MongoDB")])
async def test_a_killed_database_is_a_typed_answer_and_then_it_is_back(
    fragile: tuple[World, Person, Path], program: str, store: str
) -> None:
    world, person, data = fragile
    ask = {"query": BOTH, "variables": {"id": global_id("User", person.id)}}
    whole = {"data": {"node": {"username": person.username, "member": {"credits": 1}}}}
    assert (await world.post(ask, person)).json() == whole

    os.kill(processes(data, program)[0], signal.SIGKILL)

    died = time.monotonic()
    while (body := await timed(world, ask, person)) != whole:
        assert [error["extensions"] for error in body["errors"]] == [
            {"code": "DATABASE_UNAVAILABLE", "retryable": True}
        ]
        assert body["errors"][0]["message"] == f"{store} does not answer at the moment: try again shortly."
        assert time.monotonic() - died < LONGEST_OUTAGE
        await asyncio.sleep(0.05)
    assert (await world.client.get("/readyz")).status_code == 200


@pytest.mark.parametrize(("program", "store"), [("postgres", "postgresql"), ("mongod", "mongodb")])
async def test_a_database_that_hangs_is_a_typed_answer_within_its_time(
    fragile: tuple[World, Person, Path], program: str, store: str
) -> None:
    world, person, data = fragile
    ask = {"query": BOTH, "variables": {"id": global_id("User", person.id)}}
    await world.post(ask, person)
    frozen = [pid for found in processes(data, program) for pid in (found, *children(found))]

    for pid in frozen:
        os.kill(pid, signal.SIGSTOP)
    try:
        body = await timed(world, ask, person)
        ready = (await world.client.get("/readyz")).json()
        alive = await world.client.get("/healthz")
    finally:
        for pid in frozen:
            os.kill(pid, signal.SIGCONT)

    assert body["errors"][0]["extensions"]["retryable"] is True
    assert body["errors"][0]["extensions"]["code"] in {"DATABASE_UNAVAILABLE", "TIMEOUT"}
    assert ready[store] == "no answer"
    assert alive.status_code == 200


async def test_many_who_ask_while_a_database_hangs_get_what_the_other_has(
    fragile: tuple[World, Person, Path],
) -> None:
    world, person, data = fragile
    ask = {"query": BOTH, "variables": {"id": global_id("User", person.id)}}
    await world.post(ask, person)
    (frozen,) = processes(data, "mongod")

    os.kill(frozen, signal.SIGSTOP)
    try:
        bodies = await asyncio.gather(*(timed(world, ask | {"query": f"{BOTH} #{n}"}, person) for n in range(60)))
    finally:
        os.kill(frozen, signal.SIGCONT)

    assert [body["data"] for body in bodies] == [{"node": {"username": person.username, "member": None}}] * 60
    assert {error["extensions"]["code"] for body in bodies for error in body["errors"]} == {"DATABASE_UNAVAILABLE"}


async def timed(world: World, ask: dict[str, Any], person: Person) -> dict[str, Any]:
    started = time.monotonic()
    response = await world.post(ask, person)
    assert time.monotonic() - started < LONGEST_ANSWER
    body: dict[str, Any] = response.json()
    return body


def children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in re.findall(r"\d+", listed)]
