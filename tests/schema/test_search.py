"""Searches: whatever is stored and asked for, both databases find the same titles, those that have all the words."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlmodel.ext.asyncio.session import AsyncSession

from models.catalog import Course, ProductCategory, PurchasableKind
from models.identity import Role
from models.values import new_id
from models.words import words
from tests import shop
from tests.schema.catalog_oracle import Thing, clear, many, stock
from tests.schema.test_catalog import page
from tests.schema.test_catalog_indexes import found as told
from tests.schema.test_catalog_indexes import overheard
from tests.world import World

SEARCH = """query($search: String) {
  courses(search: $search, first: 100) { nodes { title } totalCount }
  products(search: $search, first: 100) { nodes { title } totalCount }
  typingTests(search: $search, first: 100) { nodes { title } totalCount }
  catalog(search: $search, first: 100) { nodes { title } totalCount } }"""

TITLES = (
    "Learn to type",
    "Typing courses for the blind",
    "A course in touch-typing",
    "Café Ångström",
    "100% keys_2",
    "TCP/IP and C++, not e-mail",
    "हिन्दी में टाइपिंग",
    "日本語 入門",
    "Straße, ﬁn",
)


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("type", {0}),
        ("TYPE learn", {0}),
        ("typing", {1, 2}),
        ("course", {2}),
        ("courses", {1}),
        ("the", {1}),
        ("courses the", {1}),
        ("touch typing", {2}),
        ("typing touch", {2}),
        ("touchtyping", set()),
        ("learn typ", set()),
        ("café", {3}),
        ("CAFE angstrom", {3}),
        ('"type" -learn', {0}),
        ("-not", {5}),
        ("type | nothing", set()),
        ("100%", {4}),
        ("keys_2", {4}),
        ("2", {4}),
        ("tcp/ip", {5}),
        ("tcp", {5}),
        ("C++", {5}),
        ("C#", {5}),
        ("mail-e", {5}),
        ("email", set()),
        ("हिन्दी", {6}),
        ("हिन", set()),
        ("入門", {7}),
        ("入", set()),
        ("STRASSE fin", {8}),
        ("$where", set()),
        ("{$gt: 1}", set()),
        ("🚀", set(range(len(TITLES)))),
        (" \0 ", set(range(len(TITLES)))),
    ],
)
async def test_a_search_finds_titles_with_all_its_words_in_every_list(
    world: World, search: str, found: set[int]
) -> None:
    admin, text = await world.person(Role.ADMIN), await shop.passage(world)
    for title in TITLES:
        await world.course(admin, title=title)
        await world.product(title=title)
        await shop.typing_test(world, text, title=title)

    data = (await world.ask(SEARCH, None, search=search))["data"]

    expected = sorted(TITLES[number] for number in found)
    *each_list, everything = (sorted(node["title"] for node in each["nodes"]) for each in data.values())
    assert each_list == [expected] * 3
    assert everything == sorted(expected * 3)
    assert [each["totalCount"] for each in data.values()] == [len(found)] * 3 + [3 * len(found)]


TOKENS = (
    *(
        "the",
        "The",
        "a",
        "of",
        "typing",
        "types",
        "TCP/IP",
        "foo_bar",
        "C++",
        "C#",
        "e-mail",
        "don't",
        "naïve",
        "NAIVE",
    ),
    *(
        "Straße",
        "ﬁn",
        "İ",
        "\u0131",
        "ς",
        "日本",
        "हिन्दी",
        "👍🏽",
        "½",
        "-word",
        '"phrase',
        "$where",
        "a|b",
        "\\d",
        "%",
    ),
)
LETTERS = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
TEXTS = st.lists(st.sampled_from(TOKENS) | st.text(LETTERS, max_size=4), max_size=5).map(" ".join)


@settings(
    max_examples=60,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(titles=st.lists(TEXTS, min_size=1, max_size=8), search=TEXTS, part=st.integers(0, 100))
async def test_the_same_titles_are_found_in_both_databases(
    world: World, titles: list[str], search: str, part: int
) -> None:
    admin = await world.person(Role.ADMIN)
    await clear(world.handles)
    await stock(world.handles, admin.id, [thing(kind, title) for kind in PurchasableKind for title in titles])
    of_a_title = titles[part % len(titles)].upper()

    for searched in (search, of_a_title, of_a_title[: part % 7], f'"{search}" -{of_a_title}'):
        asked = set(words(searched))
        expected = sorted(title for title in titles if asked <= set(words(title)))
        answer = await world.ask(SEARCH, admin, search=searched)
        if len(asked) > 20:
            assert {error["extensions"]["code"] for error in answer["errors"]} == {"BAD_FILTER"}
            continue
        *each_list, everything = (sorted(node["title"] for node in each["nodes"]) for each in answer["data"].values())
        assert each_list == [expected] * 3
        assert everything == sorted(expected * 3)


def thing(kind: PurchasableKind, title: str) -> Thing:
    return Thing(new_id(), kind, title, Decimal(1), "INR", ProductCategory.EBOOK, 0, 0, is_published=True)


@pytest.mark.parametrize("field", ["courses", "products", "typingTests", "catalog"])
@pytest.mark.parametrize("search", ["x" * 10_000, '"' * 501, " ".join("abcdefghijklmnopqrstu")], ids=len)
async def test_a_search_that_is_too_long_is_refused_before_any_statement(world: World, field: str, search: str) -> None:
    answer = await world.ask(f"query($search: String) {{ {field}(search: $search) {{ totalCount }} }}", search=search)

    assert answer["data"] == {field: None}
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_FILTER"]
    assert world.observed.read == []


async def test_a_course_is_found_by_the_words_of_its_new_title(world: World) -> None:
    admin = await world.person(Role.ADMIN)
    course = await world.course(admin, title="Old name")
    query = "query($search: String) { courses(search: $search) { nodes { title } } }"

    async with AsyncSession(world.handles.engine) as session, session.begin():
        kept = await session.get_one(Course, course.id)
        kept.title = "New name"

    assert (await world.ask(query, None, search="new"))["data"]["courses"]["nodes"] == [{"title": "New name"}]
    assert (await world.ask(query, None, search="old"))["data"]["courses"]["nodes"] == []


@pytest.mark.parametrize("field", ["PRICE", "TITLE", "NEWEST", "POPULARITY"])
async def test_a_rare_word_among_thousands_of_titles_is_found_by_the_index(
    world: World, monkeypatch: pytest.MonkeyPatch, field: str
) -> None:
    await stock(world.handles, (await world.person(Role.ADMIN)).id, list(many(6000)))
    author = await world.person()
    await stock(world.handles, author.id, [thing(kind, "A rare thing") for kind in PurchasableKind])
    await world.handles.postgres.execute("ANALYZE courses")
    sent = overheard(monkeypatch)

    first = await page(world, None, search="thing rare", first=1, orderBy={"field": field})
    after = first["pageInfo"]["endCursor"]
    second = await page(world, None, search="thing rare", first=5, after=after, orderBy={"field": field})

    assert (len(first["nodes"]), len(second["nodes"]), second["totalCount"]) == (1, 2, 3)
    # Beyond a position, so few courses may be left that another index is as good.
    for text, arguments in sent.sql[:2]:
        explained = await world.handles.postgres.fetchval(f"EXPLAIN (FORMAT JSON) {text}", *arguments)
        assert "ix_courses_title_words" in explained
    for collection, pipeline in sent.pipelines:
        split = next(number for number, stage in enumerate(pipeline) if "$unionWith" in stage)
        union = pipeline[split]["$unionWith"]
        for name, branch in ((collection, pipeline[:split]), (union["coll"], union["pipeline"])):
            examined = await explained_on_mongo(world, name, branch)
            assert set(told(examined, "stage")).isdisjoint({"COLLSCAN"}), examined
            assert max(told(examined, "totalDocsExamined")) <= 2


async def explained_on_mongo(world: World, name: str, pipeline: list[dict[str, Any]]) -> Any:
    mongo = world.handles.mongo
    command = {"explain": {"aggregate": name, "pipeline": pipeline, "cursor": {}}, "verbosity": "executionStats"}
    return await mongo.command(command, codec_options=mongo.codec_options)
