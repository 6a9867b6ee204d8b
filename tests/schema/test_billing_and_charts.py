"""Subscriptions, birth data and charts: who sees them, and what they cost."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import SQLModel

from models.charts import ChartType
from models.identity import Role
from schema.ids import global_id
from tests import lives
from tests.world import Person, World

MINE = """{ me {
  subscription { status currentPeriodEnd cancelAtPeriodEnd createdAt user { username } }
  natalData { birthDate location latitude longitude timezone user { username } }
  charts { totalCount nodes { type interpretation computedAt expiresAt user { username } } }
} }"""
NODE = """query($id: ID!) { node(id: $id) { __typename
  ... on Subscription { status } ... on NatalData { location } ... on Chart { type user { username } } } }"""
LISTS = """{ users(first: 100) { nodes { subscription { status } natalData { location }
  charts(first: 2) { totalCount nodes { type } } } } }"""

MAKERS: dict[str, Callable[[World, Person], SQLModel]] = {
    "Subscription": lives.subscription,
    "NatalData": lives.natal_data,
    "Chart": lives.chart,
}


async def test_a_person_sees_their_subscription_birth_data_and_charts(world: World) -> None:
    person, other = await world.person(), await world.person()
    subscription, natal = lives.subscription(world, person), lives.natal_data(world, person)
    charts = [lives.chart(world, person), lives.chart(world, person, chart_type=ChartType.DRACONIC)]
    await world.save(subscription, natal, *charts)
    await world.save(lives.chart(world, other), lives.chart(world, None))
    assert subscription.current_period_end is not None

    whose = {"user": {"username": "person1"}}
    assert await world.ask(MINE, person) == {
        "data": {
            "me": {
                "subscription": {
                    "status": "ACTIVE",
                    "currentPeriodEnd": subscription.current_period_end.isoformat(),
                    "cancelAtPeriodEnd": False,
                    "createdAt": subscription.created_at.isoformat(),
                }
                | whose,
                "natalData": {
                    "birthDate": natal.birth_date.isoformat(),
                    "location": "Pune",
                    "latitude": 18.52,
                    "longitude": 73.86,
                    "timezone": "Asia/Kolkata",
                }
                | whose,
                "charts": {
                    "totalCount": 2,
                    "nodes": [
                        {
                            "type": chart.chart_type.value,
                            "interpretation": "A calm sky.",
                            "computedAt": chart.created_at.isoformat(),
                            "expiresAt": chart.expires_at.isoformat(),
                        }
                        | whose
                        for chart in reversed(charts)
                    ],
                },
            }
        }
    }


async def test_who_never_subscribed_nor_told_their_birth_has_none(world: World) -> None:
    person = await world.person()

    assert await world.ask(MINE, person) == {
        "data": {"me": {"subscription": None, "natalData": None, "charts": {"totalCount": 0, "nodes": []}}}
    }


async def test_a_chart_of_nobody_is_nobodys(world: World) -> None:
    person, admin = await world.person(), await world.person(Role.ADMIN)
    chart = lives.chart(world, None)
    await world.save(chart)

    async def seen(viewer: Person | None) -> Any:
        return (await world.ask(NODE, viewer, id=global_id("Chart", chart.id)))["data"]["node"]

    assert [await seen(viewer) for viewer in (None, person)] == [None, None]
    assert await seen(admin) == {"__typename": "Chart", "type": "TROPICAL", "user": None}


async def test_charts_are_filtered_by_type_and_age_and_sorted_by_age(world: World) -> None:
    person = await world.person()
    kinds = (ChartType.TROPICAL, ChartType.HORARY, ChartType.TROPICAL, ChartType.DRACONIC)
    charts = [lives.chart(world, person, chart_type=kind) for kind in kinds]
    await world.save(*charts)
    query = """query($where: ChartFilter, $orderBy: [ChartOrder!]) { me { charts(where: $where, orderBy: $orderBy) {
      nodes { computedAt } totalCount } } }"""
    times = [chart.created_at.isoformat() for chart in charts]

    async def found(where: Any = None, direction: str = "DESC") -> Any:
        order = [{"field": "computedAt", "direction": direction}]
        shown = (await world.ask(query, person, where=where, orderBy=order))["data"]["me"]["charts"]
        assert shown["totalCount"] == len(shown["nodes"])
        return [node["computedAt"] for node in shown["nodes"]]

    assert await found() == times[::-1]
    assert await found({"type": {"eq": "TROPICAL"}}, "ASC") == [times[0], times[2]]
    assert await found({"type": {"in": ["HORARY", "DRACONIC"]}}) == [times[3], times[1]]
    assert await found({"computedAt": {"gt": times[1]}, "not": {"type": {"eq": "DRACONIC"}}}) == [times[2]]


@pytest.mark.parametrize("rows", [3, 300])
async def test_they_cost_one_statement_each_for_a_page_of_people(world: World, rows: int) -> None:
    admin, gazer, other = await world.person(Role.ADMIN), await world.person(), await world.person()
    await world.save(*(lives.chart(world, gazer) for _ in range(rows)), lives.chart(world, other))
    await world.save(*(make(world, person) for person in (gazer, other) for make in list(MAKERS.values())[:2]))

    answer = await world.ask(LISTS, admin)

    totals = [each["charts"]["totalCount"] for each in answer["data"]["users"]["nodes"]]
    assert totals == [1, rows, 0]
    assert world.observed.statements == {"users": 1, "subscriptions": 1, "natal_data": 1, "chart_cache": 2}
    assert world.observed.rows == {"users": 3, "subscriptions": 2, "natal_data": 2, "chart_cache": 3 + 2}
