"""Entries of the audit log: what staff did, by ids alone."""

from datetime import datetime
from uuid import UUID

from pydantic import JsonValue

from gateway.seeding.people import Person
from gateway.seeding.world import World
from models.audit import AuditEntry


def audit(
    world: World,
    actor: Person,
    action: str,
    at: datetime,
    subject_id: UUID,
    *,
    about: Person | None = None,
    changes: dict[str, JsonValue] | None = None,
) -> None:
    """`action` is the kind of subject and what was done to it, like `coupon.created`."""
    world.batch.row(
        AuditEntry,
        id=world.draw.id(at),
        actor_id=actor.id,
        user_id=about.id if about else None,
        action=action,
        subject_type=action.partition(".")[0],
        subject_id=subject_id,
        changes=changes,
        created_at=at,
    )
