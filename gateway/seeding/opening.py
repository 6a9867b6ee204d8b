"""What every seeded shop opens with: its admin and its analyst, coupons and a shelf."""

from dataclasses import dataclass
from datetime import timedelta

from gateway.seeding.audit import audit
from gateway.seeding.coupons import OFFERS, open_coupons
from gateway.seeding.passwords import Passwords
from gateway.seeding.people import Newcomer, Person
from gateway.seeding.shelf import STOCKED_FOR, Stock
from gateway.seeding.sizes import WORLD_BEGINS
from gateway.seeding.world import World
from gateway.settings import Settings
from models.identity import Role

ANALYST_EMAIL = "analyst@example.com"


@dataclass(frozen=True, slots=True)
class Shop:
    admin: Person
    analyst: Person
    stock: Stock


def open_shop(world: World, settings: Settings, passwords: Passwords) -> Shop:
    founded_at = WORLD_BEGINS - STOCKED_FOR - timedelta(days=2)
    admin = world.sign_up(
        Newcomer("Ada", "Okafor", "admin", settings.admin_email, passwords.for_admin(), Role.ADMIN, theme="dark"),
        founded_at,
    )
    hired_at = founded_at + timedelta(days=1, hours=3)
    analyst = world.sign_up(
        Newcomer(
            "Mei", "Tanaka", "analyst", ANALYST_EMAIL, passwords.for_person(ANALYST_EMAIL), Role.ANALYST, theme="dark"
        ),
        hired_at,
    )
    audit(world, admin, "role.set", hired_at, analyst.id, about=analyst, changes={"role": ["USER", "ANALYST"]})
    stock = Stock(world.draw, world.batch, currency=world.terms.currency, created_by=admin.id)
    stock.samples()
    world.coupons = open_coupons(world.batch, world.draw, OFFERS, currency=world.terms.currency, created_by=admin.id)
    for coupon in world.coupons.values():
        audit(world, admin, "coupon.created", coupon.offer.starts_at, coupon.id)
        if coupon.offer.disabled_at:
            audit(world, admin, "coupon.disabled", coupon.offer.disabled_at, coupon.id)
    return Shop(admin, analyst, stock)
