"""What was ordered before it noted a category has that of its course; no other item is changed, and none is touched."""

from alembic import command

from migrations.postgres import runner as postgres
from tests.migrations.conftest import Place

BEFORE = "2026_11_20_25"
COURSE = """INSERT INTO courses (title, slug, duration, price, currency, category, level, created_by)
    SELECT 'A', 'a', 1, 9, 'INR', 'yoga', 'beginner', id FROM users"""
ORDER = """INSERT INTO orders (number, user_id, amount, original_amount, currency)
    SELECT 'N-1', id, 18, 18, 'INR' FROM users"""
ITEM = """INSERT INTO order_items (order_id, user_id, position, kind, item_id, title, price, currency, updated_at)
    SELECT o.id, o.user_id, {}, '{}', {}, 'A', 9, 'INR', '2020-01-01Z' FROM orders o, courses c"""


async def test_items_that_were_ordered_before_have_the_categories_of_their_courses(place: Place) -> None:
    await place.migrate()
    async with postgres.connect(place.url) as connection:
        config = postgres._configured
        await connection.run_sync(lambda each: command.downgrade(config(each, hear=()), BEFORE))
    await place.execute(
        "INSERT INTO users (email, username) VALUES ('a@example.com', 'a')",
        COURSE,
        ORDER,
        ITEM.format(1, "COURSE", "c.id"),
        ITEM.format(2, "PRODUCT", "uuidv7()"),
    )

    await place.migrate()

    async with postgres.connect(place.url) as connection:
        asked = "SELECT category, extract(year FROM updated_at) FROM order_items ORDER BY position"
        rows = [tuple(row) for row in (await connection.exec_driver_sql(asked)).all()]
    assert rows == [("yoga", 2020), (None, 2020)]
