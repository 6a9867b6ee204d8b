"""The uses of coupons that were stored before they told a currency tell that of their orders, and new ones cannot tell
another.
"""

from alembic import command

from migrations.postgres import runner as postgres
from tests.migrations.conftest import Place

BEFORE = "2026_11_20_21"
USE = """INSERT INTO coupon_usages (coupon_id, order_id, user_id, discount, updated_at)
    SELECT c.id, o.id, o.user_id, 1, '2020-01-01Z' FROM coupons c, orders o WHERE o.number = 'N-1'"""
OTHER = """INSERT INTO coupon_usages (coupon_id, order_id, user_id, discount, slot, currency)
    SELECT c.id, o.id, o.user_id, 1, 2, 'EUR' FROM coupons c, orders o WHERE o.number = 'N-2'"""
ORDER = """INSERT INTO orders (number, user_id, amount, original_amount, currency)
    SELECT '{}', id, 9, 9, '{}' FROM users"""


async def test_a_use_of_a_coupon_is_in_the_currency_of_its_order(place: Place) -> None:
    await place.migrate()
    async with postgres.connect(place.url) as connection:
        config = postgres._configured
        await connection.run_sync(lambda each: command.downgrade(config(each, hear=()), BEFORE))
    await place.execute(
        "INSERT INTO users (email, username) VALUES ('a@example.com', 'a')",
        """INSERT INTO coupons (code, type, value, starts_at, ends_at, created_by)
        SELECT 'SAVE', 'percentage', 10, now(), now() + interval '1 day', id FROM users""",
        ORDER.format("N-1", "USD"),
        ORDER.format("N-2", "JPY"),
        USE,
    )

    await place.migrate()
    await place.execute(OTHER)

    async with postgres.connect(place.url) as connection:
        asked = "SELECT currency, updated_at FROM coupon_usages ORDER BY slot"
        old, new = (await connection.exec_driver_sql(asked)).all()
    assert (old.currency, old.updated_at.year) == ("USD", 2020)
    assert new.currency == "JPY"
