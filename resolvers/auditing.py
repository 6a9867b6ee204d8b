"""Writing down who did what to whom, in the transaction that does it."""

from collections.abc import Mapping
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy.dialects.postgresql import insert
from sqlmodel.ext.asyncio.session import AsyncSession

from models.audit import AuditEntry


async def note(
    session: AsyncSession,
    by: UUID | None,
    action: str,
    subject_id: UUID,
    *,
    about: UUID | None = None,
    changes: Mapping[str, JsonValue] | None = None,
) -> None:
    """`action` is the kind of subject and what was done to it, like `coupon.created`; `about` is whose affair it is."""
    await session.exec(
        insert(AuditEntry).values(
            actor_id=by,
            user_id=about,
            action=action,
            subject_type=action.partition(".")[0],
            subject_id=subject_id,
            changes=None if changes is None else dict(changes),
        )
    )
