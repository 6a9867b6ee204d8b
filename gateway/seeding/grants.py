"""What an admin gives away, with the reason and the entry in the audit log."""

from datetime import datetime

from gateway.seeding.audit import audit
from gateway.seeding.learning import enrol
from gateway.seeding.people import Person
from gateway.seeding.shelf import Item
from gateway.seeding.world import World
from models.catalog import PurchasableKind
from models.orders import Ownership, OwnershipState


def grant_credits(world: World, admin: Person, person: Person, count: int, at: datetime, reason: str) -> None:
    world.ledger.grant(person.wallet, count, at, by=admin.id, reason=reason)
    audit(world, admin, "credits.granted", at, person.id, about=person, changes={"credits": count, "reason": reason})


def grant_item(world: World, admin: Person, person: Person, item: Item, at: datetime, reason: str) -> None:
    ownership_id = world.draw.id(at)
    world.batch.row(
        Ownership,
        id=ownership_id,
        user_id=person.id,
        kind=item.kind,
        item_id=item.id,
        granted_by=admin.id,
        reason=reason,
        state=OwnershipState.OWNED,
        created_at=at,
        updated_at=at,
        owned_at=at,
    )
    person.touched.add(item.id)
    person.own(item.kind, item.id, at)
    if item.kind is PurchasableKind.COURSE:
        enrol(world, person, item, at)
    audit(world, admin, "ownership.granted", at, ownership_id, about=person, changes={"reason": reason})
