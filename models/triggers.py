"""Rules that only a trigger can hold: ledgers that are append-only, `updated_at` that moves with its row, currencies
that are those of orders, and statuses of orders that become only what they may.
"""

from collections.abc import Iterable

from sqlalchemy import Connection, MetaData, Table, event
from sqlmodel import SQLModel

FUNCTIONS = (
    """
    CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% is append-only: write a new row that corrects the old one', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE OR REPLACE FUNCTION touch_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.updated_at := now();
        RETURN NEW;
    END $$
    """,
    """
    CREATE OR REPLACE FUNCTION take_currency_of_order() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.currency := (SELECT currency FROM orders WHERE id = NEW.order_id);
        RETURN NEW;
    END $$
    """,
    """
    CREATE OR REPLACE FUNCTION refuse_status() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'an order that is % may not become %', OLD.status, NEW.status
            USING ERRCODE = 'restrict_violation';
    END $$
    """,
)


def append_only(table: Table) -> None:
    """Refuse UPDATE, DELETE and TRUNCATE, also to the owner of the table."""
    _run(
        f"CREATE TRIGGER {table.name}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table.name} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
        after=table,
    )


def touch_updated_at(table: Table) -> None:
    """Move `updated_at` when an update does not set it itself."""
    _run(
        f"CREATE TRIGGER {table.name}_touch BEFORE UPDATE ON {table.name} FOR EACH ROW "
        "WHEN (NEW.updated_at = OLD.updated_at) EXECUTE FUNCTION touch_updated_at()",
        after=table,
    )


def take_currency_of_order(table: Table) -> None:
    """Give each new row the currency of its order, whatever the writer says."""
    _run(
        f"CREATE TRIGGER {table.name}_currency BEFORE INSERT ON {table.name} "
        "FOR EACH ROW EXECUTE FUNCTION take_currency_of_order()",
        after=table,
    )


def hold_to_statuses(table: Table, steps: Iterable[tuple[str, str]]) -> None:
    """Refuse every change of `status` but these, each from one to another."""
    allowed = ", ".join(f"('{before}', '{after}')" for before, after in steps)
    _run(
        f"CREATE TRIGGER {table.name}_status BEFORE UPDATE ON {table.name} FOR EACH ROW "
        f"WHEN (NEW.status <> OLD.status AND (OLD.status::text, NEW.status::text) NOT IN ({allowed})) "
        "EXECUTE FUNCTION refuse_status()",
        after=table,
    )


def _run(statement: str, *, after: Table) -> None:
    def create(_target: Table, connection: Connection, **_: object) -> None:
        connection.exec_driver_sql(statement)

    event.listen(after, "after_create", create)


@event.listens_for(SQLModel.metadata, "before_create")
def _create_functions(_target: MetaData, connection: Connection, **_: object) -> None:
    for function in FUNCTIONS:
        connection.exec_driver_sql(function)
