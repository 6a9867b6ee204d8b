"""`gateway verify` as an operator meets it: exit codes, JSON, repair, what is only under way, and who looks when."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from gateway.verifying import books, check_if_due, lease
from models.values import new_id
from resolvers.invariants import INVARIANTS
from resolvers.invariants.verifying import verify
from tests.gateway.seeding_place import Place, new_place
from tests.money.verify_place import Change, broken_document

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
async def place(postgres_url: str, mongo_uri: str) -> AsyncIterator[Place]:
    async with new_place(postgres_url, mongo_uri) as place:
        await place.seed()
        yield place


async def run(place: Place, *options: str) -> tuple[int | None, str, str]:
    """What the command exits with and prints."""
    settings = place.settings
    assert settings.database_url
    assert settings.mongo_uri
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateway", "verify", *options,
        cwd=ROOT,
        env={
            "DATABASE_URL": settings.database_url.get_secret_value(),
            "MONGO_URI": settings.mongo_uri.get_secret_value(),
            "MONGO_DB": settings.mongo_db,
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await child.communicate()
    return child.returncode, out.decode(), err.decode()


async def test_a_seeded_shop_breaks_nothing_and_every_invariant_is_listed_with_what_came_of_it(place: Place) -> None:
    code, out, _ = await run(place)

    assert code == 0
    lines = out.splitlines()
    assert [line.split()[1].rstrip(":") for line in lines[:-1]] == [invariant.name for invariant in INVARIANTS]
    assert {line.split()[0] for line in lines[:-1]} == {"ok", "skipped"}
    assert lines[-1].endswith("0 broken, 2 not checked.")


async def test_what_is_broken_is_told_in_json_and_exits_with_1_until_it_is_repaired(place: Place) -> None:
    change = Change("members", {"purchasedProducts.0": {"$exists": True}}, {"$pop": {"purchasedProducts": -1}})
    name = "members-show-what-they-own"
    async with broken_document(place, change) as whole:
        code, out, _ = await run(place, "--json", "--only", name)
        text = await run(place, "--only", name, "--repair")
        again, _, _ = await run(place, "--only", name)
        [member] = await place.handles.mongo["members"].find({"_id": whole["_id"]}).to_list()

    report = json.loads(out)
    [found] = report["invariants"]
    assert code == 1
    assert (report["ok"], report["startedAt"] <= report["finishedAt"]) == (False, True)
    assert {key: found[key] for key in ("name", "number", "count", "isMore", "ids", "skipped")} == {
        "name": name, "number": 11, "count": 1, "isMore": False, "ids": [str(whole["_id"])], "skipped": None,
    }  # fmt: skip
    assert (text[0], text[1].splitlines()[0], again) == (0, f"ok       {name}", 0)
    assert sorted(member["purchasedProducts"]) == sorted(whole["purchasedProducts"])


async def test_an_unknown_name_is_refused_with_those_that_there_are(place: Place) -> None:
    code, _, err = await run(place, "--only", "nothing-like-it")

    assert code == 1
    assert err.startswith("gateway: There is no invariant called nothing-like-it; there are payments-are-driven,")


async def test_what_is_right_when_it_is_looked_at_again_is_not_reported(place: Place) -> None:
    change = Change("members", {}, {"$inc": {"credits": 1}})
    only = [invariant for invariant in INVARIANTS if invariant.name == "members-show-their-credits"]
    async with books(place.settings, place.handles) as both:
        async with broken_document(place, change):
            checking = asyncio.create_task(verify(both, only, pauses=(1.0,)))
            await asyncio.sleep(0.5)
        passing = (await checking).violations
        async with broken_document(place, change) as whole:
            staying = (await verify(both, only, pauses=(0.1,))).violations

    assert (passing, staying) == ({}, {"members-show-their-credits": (str(whole["_id"]),)})


async def test_what_is_still_on_its_way_to_mongodb_is_not_held_against_the_documents(place: Place) -> None:
    change = Change("members", {}, {"$inc": {"credits": 1}})
    async with broken_document(place, change) as whole, books(place.settings, place.handles) as both:
        await place.handles.postgres.execute(
            "INSERT INTO outbox (aggregate, aggregate_id, sequence, kind, payload) VALUES ('MEMBER', $1, 1, 'm', '{}')",
            whole["_id"],
        )
        young = (await verify(both, pauses=(0,))).violations
        await place.handles.postgres.execute("UPDATE outbox SET created_at = now() - interval '61 seconds'")
        old = (await verify(both, pauses=(0,))).violations
        await place.handles.postgres.execute("DELETE FROM outbox")
        delivered = (await verify(both, pauses=(0,))).violations

    hurt = (str(whole["_id"]),)
    assert young == {}
    assert old == {"effects-are-delivered": hurt}
    assert delivered == {"members-show-their-credits": hurt}


async def test_many_ids_are_cut_and_said_to_be_more(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resolvers.invariants.verifying.MOST_IDS", 3)
    only = [invariant for invariant in INVARIANTS if invariant.name == "members-show-their-credits"]
    members = place.handles.mongo["members"]
    await members.update_many({}, {"$inc": {"credits": 1}})
    try:
        async with books(place.settings, place.handles) as both:
            [found] = (await verify(both, only, pauses=(0,))).findings
    finally:
        await members.update_many({}, {"$inc": {"credits": -1}})

    assert (len(found.ids), found.is_more) == (3, True)


async def test_one_replica_at_a_time_checks_and_only_when_it_is_due(place: Place) -> None:
    async def reports() -> int:
        count: int = await place.handles.postgres.fetchval("SELECT count(*) FROM consistency_reports")
        return count

    async with lease(place.handles) as is_mine:
        beside = await check_if_due(place.settings, place.handles, 60)
        nothing = await reports()
    first = await check_if_due(place.settings, place.handles, 60)
    soon = await check_if_due(place.settings, place.handles, 60)
    at_once = await asyncio.gather(*(check_if_due(place.settings, place.handles, 0) for _ in range(2)))

    assert (is_mine, beside, nothing) == (True, None, 0)
    assert first is not None
    assert soon is None
    assert await reports() == 1 + len([each for each in at_once if each is not None])


async def test_a_snapshot_changes_nothing(place: Place) -> None:
    async with books(place.settings, place.handles) as both, both.snapshot() as connection:
        with pytest.raises(Exception, match="read-only transaction"):
            await connection.execute("UPDATE orders SET discount = 0 WHERE id = $1", new_id().bytes)


def test_names_are_stable_words_and_sentences_are_sentences() -> None:
    names: list[str] = [invariant.name for invariant in INVARIANTS]
    assert len(set(names)) == len(names)
    assert [name for name in names if not all(part.isalnum() and part.islower() for part in name.split("-"))] == []
    said: list[Any] = [invariant.says for invariant in INVARIANTS if not invariant.says.endswith(".")]
    assert said == []
