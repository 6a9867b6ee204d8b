"""Charts through the graph: what they say, how long they are kept, who may ask for which, and what is refused."""

import asyncio
import threading
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from gateway.seeding import Size, seed
from gateway.settings import Settings
from models.charts import ChartCache, ChartData, ChartType
from models.identity import Role
from models.values import new_id
from resolvers import astrology, chart_cache
from resolvers.chart_cache import MOST_KEPT
from resolvers.identity import start_session
from schema.ids import global_id
from tests import lives
from tests.world import Person, World

CHART = """query($type: ChartType!, $at: DateTime, $with: ID) { chart(type: $type, at: $at, with: $with) {
  id type cached moment houseSystem } }"""
WHOLE = """query($type: ChartType!, $at: DateTime, $with: ID) { chart(type: $type, at: $at, with: $with) {
  type cached moment houseSystem computedAt expiresAt user { username }
  ascendant { sign degree longitude } midheaven { sign degree }
  positions { body sign degree longitude latitude speed retrograde house } otherPositions { body }
  houses { number sign degree longitude } aspects { first kind second orb } } }"""
MINE = "{ me { charts { totalCount nodes { id type cached houses { number } positions { body } } } } }"
NODE = "query($id: ID!) { node(id: $id) { ... on Chart { cached type } } }"

SOMEBODY = UUID(int=7)
DIANA = {"birth_date": datetime(1961, 7, 1, 18, 45, tzinfo=UTC), "latitude": 52 + 50 / 60, "longitude": 0.5}


async def born(world: World, role: Role = Role.USER, **changes: Any) -> Person:
    person = await world.person(role)
    await world.save(lives.natal_data(world, person, **DIANA | changes))
    return person


async def refused(world: World, person: Person | None, **arguments: Any) -> str:
    """The code with which a chart is refused, and not a row is kept."""
    answer = await world.ask(CHART, person, **arguments)
    assert answer["data"] == {"chart": None}
    assert await world.handles.postgres.fetchval("SELECT count(*) FROM chart_cache") == 0
    (error,) = answer["errors"]
    return str(error["extensions"]["code"])


async def test_a_natal_chart_says_where_everything_was(world: World) -> None:
    person = await born(world)

    chart = (await world.ask(WHOLE, person, type="TROPICAL"))["data"]["chart"]

    sun, aspect = chart["positions"][0], chart["aspects"][0]
    assert {**sun, "degree": round(sun["degree"], 2), "speed": round(sun["speed"], 2)} == {
        "body": "SUN",
        "sign": "CANCER",
        "degree": 9.66,
        "longitude": pytest.approx(99.663, abs=0.001),
        "latitude": pytest.approx(0, abs=0.001),
        "speed": 0.95,
        "retrograde": False,
        "house": 7,
    }
    assert [each["body"] for each in chart["positions"] if each["retrograde"]] == [
        "MERCURY", "JUPITER", "SATURN", "NEPTUNE", "LUNAR_NODE",
    ]  # fmt: skip
    assert [(each["number"], each["sign"]) for each in chart["houses"][:3]] == [
        (1, "SAGITTARIUS"), (2, "CAPRICORN"), (3, "PISCES"),
    ]  # fmt: skip
    assert aspect == {"first": "SUN", "kind": "CONJUNCTION", "second": "MERCURY", "orb": pytest.approx(6.46, abs=0.01)}
    assert chart["midheaven"]["sign"] == "LIBRA"
    assert chart["ascendant"]["longitude"] == chart["houses"][0]["longitude"]
    assert {name: chart[name] for name in ("type", "cached", "moment", "houseSystem", "otherPositions", "user")} == {
        "type": "TROPICAL",
        "cached": False,
        "moment": "1961-07-01T18:45:00+00:00",
        "houseSystem": "PLACIDUS",
        "otherPositions": [],
        "user": {"username": person.username},
    }


@pytest.mark.parametrize("kind", [each.value for each in ChartType])
async def test_a_chart_is_computed_once_and_then_read(world: World, kind: str) -> None:
    person = await born(world)
    arguments: dict[str, Any] = {"type": kind}
    if kind in ("HORARY", "PROGRESSED", "SOLAR_RETURN"):
        arguments["at"] = "2020-03-01T12:00:00Z"
    if kind == "SYNASTRY":
        arguments["with"] = global_id("User", person.id)

    first = (await world.ask(WHOLE, person, **arguments))["data"]["chart"]
    second = (await world.ask(WHOLE, person, **arguments))["data"]["chart"]

    assert world.observed.statements == {"natal_data": 1, "chart_cache": 1, "users": 1}
    assert (first["cached"], second["cached"]) == (False, True)
    assert {**first, "cached": True} == second
    assert len(first["positions"]) == 11
    assert len(first["houses"]) == 12


async def test_charts_of_one_question_cost_as_many_statements_as_one(world: World) -> None:
    person = await born(world)
    many = " ".join(
        f'c{year}: chart(type: SOLAR_RETURN, at: "{year}-06-01T00:00:00Z") {{ moment }}' for year in range(2000, 2010)
    )
    one = 'query { chart(type: SOLAR_RETURN, at: "1999-06-01T00:00:00Z") { moment } }'

    await world.ask(one, person)
    alone = world.observed.statements
    await world.ask(f"{{ {many} }}", person)
    together = world.observed.statements
    await world.ask(f"{{ {many} }}", person)

    assert alone == together
    assert world.observed.statements == {"natal_data": 1, "chart_cache": 1}


async def test_more_charts_than_may_be_computed_at_once_are_refused(world: World) -> None:
    person = await born(world)
    # What is selected of each makes no difference.
    many = " ".join(
        f'c{year}: chart(type: SOLAR_RETURN, at: "{year}-06-01T00:00:00Z") {{ {("id", "moment")[year % 2]} }}'
        for year in range(2000, 2011)
    )

    answer = await world.ask(f"{{ {many} }}", person)

    assert {error["extensions"]["code"] for error in answer["errors"]} == {"TOO_MANY"}
    assert await world.handles.postgres.fetchval("SELECT count(*) FROM chart_cache") == 0


async def test_many_who_ask_at_once_get_the_same_chart_and_one_is_kept(world: World) -> None:
    person = await born(world)

    answers = await asyncio.gather(*(world.ask(CHART, person, type="DRACONIC") for _ in range(6)))

    charts = [answer["data"]["chart"] for answer in answers]
    assert len({chart["id"] for chart in charts}) == 1
    assert [chart["cached"] for chart in charts].count(False) == 1
    assert await world.handles.postgres.fetchval("SELECT count(*) FROM chart_cache") == 1


async def test_a_chart_is_computed_once_beside_the_event_loop(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    person, computing = await born(world), []

    def compute(*arguments: Any) -> ChartData:
        computing.append(threading.current_thread())
        return astrology.compute(*arguments)

    monkeypatch.setattr(chart_cache, "compute", compute)
    await world.ask("{ one: chart(type: TROPICAL) { id } same: chart(type: TROPICAL) { moment } }", person)

    assert len(computing) == 1
    assert computing[0] is not threading.main_thread()


async def test_a_chart_that_has_expired_is_computed_anew_under_its_id(world: World) -> None:
    person = await born(world)
    first = (await world.ask(CHART, person, type="TROPICAL"))["data"]["chart"]
    await world.handles.postgres.execute("UPDATE chart_cache SET expires_at = now() - interval '1 minute'")

    again = (await world.ask(CHART, person, type="TROPICAL"))["data"]["chart"]

    assert again == first | {"cached": False}


async def test_whoever_corrects_their_birth_gets_another_chart(world: World) -> None:
    person = await born(world)
    await world.ask(CHART, person, type="TROPICAL")
    await world.handles.postgres.execute("UPDATE natal_data SET birth_date = birth_date + interval '1 hour'")

    chart = (await world.ask(CHART, person, type="TROPICAL"))["data"]["chart"]

    assert (chart["cached"], chart["moment"]) == (False, "1961-07-01T19:45:00+00:00")


async def test_expired_charts_are_swept_when_one_is_kept(world: World) -> None:
    person, other = await born(world), await world.person()
    await world.save(lives.chart(world, other, expires_at=datetime(2020, 1, 1, tzinfo=UTC)), lives.chart(world, other))

    await world.ask(CHART, person, type="TROPICAL")

    assert await world.handles.postgres.fetchval("SELECT count(*) FROM chart_cache") == 2


async def test_a_person_keeps_a_bounded_number_of_computed_charts(world: World) -> None:
    person = await born(world)
    kept = [lives.chart(world, person, input_key=f"key {number}") for number in range(MOST_KEPT)]
    await world.save(*kept, lives.chart(world, person))

    chart = (await world.ask(CHART, person, type="TROPICAL"))["data"]["chart"]

    left = await world.handles.postgres.fetch("SELECT id, input_key FROM chart_cache")
    assert len(left) == MOST_KEPT + 1
    assert kept[0].id not in {row["id"] for row in left}
    assert (await world.ask(NODE, person, id=chart["id"]))["data"]["node"] == {"cached": True, "type": "TROPICAL"}


async def test_a_chart_that_another_system_left_has_nothing_in_it_and_breaks_nothing(world: World) -> None:
    person = await world.person()
    odd: list[Any] = [{"positions": []}, {"planets": {"sun": "Aries"}}, {"version": 2}, [1], "text"]
    await world.save(*(ChartCache(
        id=new_id(), user_id=person.id, chart_type=ChartType.TROPICAL, chart_data=each,
        expires_at=datetime(2100, 1, 1, tzinfo=UTC),
    ) for each in odd))  # fmt: skip

    charts = (await world.ask(MINE, person))["data"]["me"]["charts"]

    assert charts["totalCount"] == len(odd)
    assert all(each["houses"] == each["positions"] == [] and each["cached"] for each in charts["nodes"])


async def test_beyond_the_polar_circle_the_houses_are_whole_signs_and_say_so(world: World) -> None:
    person = await born(world, latitude=69.65, longitude=18.96)

    chart = (await world.ask(WHOLE, person, type="TROPICAL"))["data"]["chart"]

    assert chart["houseSystem"] == "WHOLE_SIGN"
    assert [house["degree"] for house in chart["houses"]] == [0] * 12
    assert chart["houses"][0]["sign"] == chart["ascendant"]["sign"]


async def test_only_administrators_compare_with_another_person_and_the_chart_is_nobodys(world: World) -> None:
    admin, person, other = await born(world, Role.ADMIN), await born(world), await born(world, latitude=None)
    blank = await world.person()

    def compare(viewer: Person, whom: Any) -> Any:
        return world.ask(WHOLE, viewer, **{"type": "SYNASTRY", "with": global_id("User", whom)})

    for whom in (other.id, blank.id, new_id()):
        answer = await compare(person, whom)
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"]
        assert world.observed.read == []
    chart = (await compare(admin, other.id))["data"]["chart"]
    assert (chart["user"], len(chart["otherPositions"]), chart["cached"]) == (None, 11, False)
    assert chart["aspects"][0]["orb"] == 0
    for whom in (blank.id, new_id()):
        answer = await compare(admin, whom)
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["NO_BIRTH_DATA"]
    # Who is an administrator no more sees nothing of it, and it goes with either person.
    await world.handles.postgres.execute("UPDATE users SET role = 'USER' WHERE id = $1", admin.id)
    assert (await world.ask(MINE, admin))["data"]["me"]["charts"]["totalCount"] == 0
    await world.handles.postgres.execute("DELETE FROM users WHERE id = $1", other.id)
    assert await world.handles.postgres.fetchval("SELECT count(*) FROM chart_cache") == 0


async def test_who_told_no_birth_or_no_place_gets_no_chart(world: World) -> None:
    blank, nowhere = await world.person(), await born(world, latitude=None, longitude=None)
    ancient = await born(world, birth_date=datetime(1699, 12, 31, tzinfo=UTC))

    for person in (blank, nowhere, ancient):
        assert await refused(world, person, type="TROPICAL") == "NO_BIRTH_DATA"
    assert await refused(world, None, type="TROPICAL") == "FORBIDDEN"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"type": "HORARY", "at": "1699-12-31T23:59:59Z"}, "INVALID_INPUT"),
        ({"type": "HORARY", "at": "2200-01-01T00:00:00Z"}, "INVALID_INPUT"),
        ({"type": "HORARY", "at": "9999-12-31T23:59:59-12:00"}, "INVALID_INPUT"),
        ({"type": "HORARY", "at": "0001-01-01T00:00:00+12:00"}, "INVALID_INPUT"),
        ({"type": "HORARY", "at": "2020-01-01T00:00:00"}, "INVALID_INPUT"),
        ({"type": "PROGRESSED", "at": "1961-07-01T18:44:00Z"}, "INVALID_INPUT"),
        ({"type": "TROPICAL", "at": "2020-01-01T00:00:00Z"}, "INVALID_INPUT"),
        ({"type": "SYNASTRY"}, "INVALID_INPUT"),
        ({"type": "TROPICAL", "with": global_id("User", SOMEBODY)}, "INVALID_INPUT"),
        ({"type": "SYNASTRY", "with": global_id("Order", SOMEBODY)}, "BAD_ID"),
        ({"type": "SYNASTRY", "with": "§😀"}, "BAD_ID"),
    ],
    ids=str,
)
async def test_what_cannot_be_asked_for_is_refused(world: World, arguments: dict[str, Any], code: str) -> None:
    person = await born(world)

    assert await refused(world, person, **arguments) == code


async def test_the_charts_of_the_demo_are_those_that_the_graph_would_compute(world: World, settings: Settings) -> None:
    await seed(world.handles, settings, size=Size.DEMO, seed=42, reset=False, progress=lambda *_: None)
    token = await start_session(world.handles, "alice@example.com", "test", timedelta(hours=1))
    assert token is not None
    alice = Person(new_id(), "alice", "alice@example.com", token)
    # They are kept for a year of the demo's calendar, which ends whenever this is run.
    await world.handles.postgres.execute("UPDATE chart_cache SET expires_at = now() + interval '1 day'")

    kept = {kind: (await world.ask(WHOLE, alice, type=kind))["data"]["chart"] for kind in ("TROPICAL", "DRACONIC")}
    await world.handles.postgres.execute("DELETE FROM chart_cache")
    computed = {kind: (await world.ask(WHOLE, alice, type=kind))["data"]["chart"] for kind in kept}

    said = ("moment", "houseSystem", "ascendant", "midheaven", "positions", "houses", "aspects")
    for kind, chart in kept.items():
        assert (chart["cached"], computed[kind]["cached"]) == (True, False)
        assert {name: chart[name] for name in said} == {name: computed[kind][name] for name in said}
