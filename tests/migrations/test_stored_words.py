"""What was stored before searches and draws went by stored columns gets those columns when it is migrated."""

from decimal import Decimal
from typing import Any

from alembic import command
from bson import Decimal128

from migrations.mongo import runner as mongo_runner
from migrations.postgres import runner as postgres
from models.values import new_id, now
from tests.migrations.conftest import Place

OLD_TITLE, WORDS = "Café: the TYPING-course", ["cafe", "the", "typing", "course"]


async def test_old_courses_get_the_words_of_their_titles_and_keep_their_times(place: Place) -> None:
    await place.migrate()
    async with postgres.connect(place.url) as connection:
        config = postgres._configured
        await connection.run_sync(lambda each: command.downgrade(config(each, hear=()), "2026_11_20_17"))
    await place.execute(
        "INSERT INTO users (id, email, username) VALUES (uuidv7(), 'a@example.com', 'a')",
        f"""INSERT INTO courses (title, slug, duration, price, currency, category, level, created_by, updated_at)
        SELECT '{OLD_TITLE}', 'old', 1, 1, 'INR', 'x', 'beginner', id, '2020-01-01Z' FROM users""",
    )

    await place.migrate()

    async with postgres.connect(place.url) as connection:
        [stored] = (await connection.exec_driver_sql("SELECT title_words, updated_at FROM courses")).all()
    assert stored.title_words == WORDS
    assert stored.updated_at.year == 2020


async def test_old_products_get_the_words_of_their_titles_and_old_passages_a_key(place: Place) -> None:
    await place.migrate()
    documents = place.documents
    stamps = {"createdAt": now(), "updatedAt": now()}
    product: dict[str, Any] = {"_id": new_id(), "title": OLD_TITLE, "price": Decimal128(Decimal(1)), **stamps}
    named = {**product, "_id": new_id(), "titleWords": ["kept"]}
    await documents["products"].insert_many([product, named], bypass_document_validation=True)
    passages = [{"_id": new_id(), "text": "x", **stamps} for _ in range(20)]
    await documents["passages"].insert_many(passages, bypass_document_validation=True)
    await documents[mongo_runner.APPLIED].delete_many({})

    await place.migrate()

    assert [each["titleWords"] async for each in documents["products"].find(sort=[("titleWords", 1)])] == [
        WORDS,
        ["kept"],
    ]
    keys = {each["randomKey"] async for each in documents["passages"].find()}
    assert len(keys) == 20
    assert all(0 <= key <= 1 for key in keys)
