"""Who did what to whom.  Entries are only ever added, and hold no personal data beyond ids."""

from datetime import datetime
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from models.columns import key, stamp
from models.triggers import append_only


class AuditEntry(SQLModel, table=True):
    """One act.  `actor_id` did it (nobody: the gateway itself), `user_id` is whose affair it is, `subject_id` what
    it was done to.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index(None, "created_at", "id"),
        Index(None, "actor_id", "created_at", "id"),
        Index(None, "user_id", "created_at", "id"),
        Index(None, "subject_id", "created_at", "id"),
    )

    id: UUID = key()
    actor_id: UUID | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT")
    user_id: UUID | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT")
    action: str
    subject_type: str | None = None
    subject_id: UUID | None = None
    changes: dict[str, JsonValue] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    request_id: str | None = None
    created_at: datetime = stamp()


append_only(SQLModel.metadata.tables["audit_entries"])
