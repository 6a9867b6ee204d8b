"""What background checks of both books came to.  The invariants themselves are behaviour, and are not known here."""

from datetime import datetime
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import CheckConstraint, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from models.columns import MOMENT, key


class ConsistencyReport(SQLModel, table=True):
    """One check, that has ended.  `checked` counts the invariants that were looked at; `violations` names those that
    were broken, with their sentence, how many ids broke them and the first of those, and `skipped` those that could not
    be looked at, with the reason.
    """

    __tablename__ = "consistency_reports"
    __table_args__ = (
        Index(None, "finished_at", "id"),
        CheckConstraint("finished_at >= started_at AND checked >= 0", name="period"),
    )

    id: UUID = key()
    started_at: datetime = Field(sa_type=MOMENT)
    finished_at: datetime = Field(sa_type=MOMENT)
    checked: int
    violations: list[dict[str, JsonValue]] = Field(sa_type=JSONB)
    skipped: list[dict[str, JsonValue]] = Field(sa_type=JSONB)
