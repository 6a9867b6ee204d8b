"""Texts that lists are compared and sorted by go by code point, as MongoDB's do, whatever the database's locale."""

from migrations.postgres.runner import run

revision = "2026_11_20_17"
down_revision = "2026_11_20_16"

COLUMNS = {"courses": ("title", "slug", "category"), "orders": ("number",), "coupons": ("code",)}


def upgrade() -> None:
    run(*(statement(table, column, '"C"') for table, columns in COLUMNS.items() for column in columns))


def downgrade() -> None:
    run(*(statement(table, column, '"default"') for table, columns in COLUMNS.items() for column in columns))


def statement(table: str, column: str, collation: str) -> str:
    return f"ALTER TABLE {table} ALTER COLUMN {column} TYPE varchar COLLATE {collation}"
