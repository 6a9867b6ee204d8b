"""Values that a scalar lets through and a database would not: each is a typed answer, and none is ours to be blamed
for.
"""

import pytest

from tests.world import World


@pytest.mark.parametrize("price", ["0E-99999", "0E+9999999999", "-0", "0." + "0" * 20_000])
async def test_every_zero_is_a_price(world: World, price: str) -> None:
    query = "query($price: Decimal) { catalog(minPrice: $price) { totalCount } }"

    assert await world.ask(query, price=price) == {"data": {"catalog": {"totalCount": 0}}}


@pytest.mark.parametrize(
    "moment", ["9999-12-31T24:00:00Z", "0001-01-01T00:00:00+14:00", "not a time", "2026-02-30T00:00:00Z"]
)
async def test_a_time_that_cannot_be_is_the_callers_mistake(world: World, moment: str) -> None:
    literal = f'{{ courses(where: {{createdAt: {{gt: "{moment}"}}}}) {{ totalCount }} }}'
    variable = "query($at: DateTime) { courses(where: {createdAt: {gt: $at}}) { totalCount } }"

    for answer in (await world.ask(literal), await world.ask(variable, at=moment)):
        assert {error["extensions"]["code"] for error in answer["errors"]} <= {"BAD_REQUEST", "BAD_FILTER"}
        assert world.observed.read == []


async def test_text_that_lists_are_sorted_by_goes_by_code_point_whatever_the_locale(world: World) -> None:
    collated = await world.handles.postgres.fetch(
        """
        SELECT attrelid::regclass || '.' || attname AS name
        FROM pg_attribute JOIN pg_collation ON pg_collation.oid = attcollation
        WHERE collname = 'C' AND attrelid IN ('courses'::regclass, 'orders'::regclass, 'coupons'::regclass)
        """
    )

    assert {row["name"] for row in collated} == {
        "courses.title",
        "courses.slug",
        "courses.category",
        "orders.number",
        "coupons.code",
    }


@pytest.mark.parametrize("spelt", ["1_0", "\uff11", "\u0663", " 1 ", "1 000", "", "0x10"])
async def test_an_amount_is_written_in_plain_digits(world: World, spelt: str) -> None:
    asked = "query($most: Decimal) { courses(where: {price: {lte: $most}}) { totalCount } }"

    answer = await world.ask(asked, most=spelt)

    assert answer["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
