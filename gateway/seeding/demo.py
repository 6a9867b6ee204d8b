"""Plays the demo: the cast signs up, the scenes happen, and staff does what only staff can do."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

from pydantic import JsonValue

from gateway.seeding.audit import audit
from gateway.seeding.carts import Cart, GivingBack, Outcome, Voiding
from gateway.seeding.cast import CAST, SCENES, Part, Return, Scene
from gateway.seeding.charts import look_at_chart
from gateway.seeding.extras import TRIALS, be_born, experiment, subscribe
from gateway.seeding.grants import grant_credits, grant_item
from gateway.seeding.learning import enrol, record, take_test
from gateway.seeding.opening import open_shop
from gateway.seeding.orders import place
from gateway.seeding.passwords import Passwords
from gateway.seeding.people import Newcomer, Person
from gateway.seeding.referrals import Verdict
from gateway.seeding.shapes import Batch
from gateway.seeding.sizes import WORLD_ENDS
from gateway.seeding.world import World
from gateway.settings import Settings
from models.billing import SubscriptionStatus
from models.catalog import PurchasableKind
from models.charts import ChartType
from models.learning import ActivityType
from models.referrals import ClaimState


def demo(world: World, settings: Settings, passwords: Passwords) -> Iterator[tuple[Batch, int, int]]:
    happenings = sorted(Demo(world, settings, passwords).happenings(), key=lambda happening: happening[0])
    for at, happen in happenings:
        world.pass_until(at)
        happen()
    for batch, people in world.close():
        yield batch, people, len(world.people)


class Demo:
    def __init__(self, world: World, settings: Settings, passwords: Passwords) -> None:
        self._world = world
        self._passwords = passwords
        self._shop = open_shop(world, settings, passwords)
        self._items = {item.title: item for item in self._shop.stock.items}
        self._people: dict[str, Person] = {}

    def happenings(self) -> Iterator[tuple[datetime, Callable[[], object]]]:
        for part in CAST:
            at = self._moment(part.joins)
            yield at, partial(self._join, part, at)
        for scene in SCENES:
            at = self._moment(scene.at)
            yield at, partial(self._play, scene, at)
        yield from self._staff()
        yield from self._beside_purchases()

    def _moment(self, text: str) -> datetime:
        """The time that is written, with seconds, which nobody writes."""
        at = datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
        return self._world.draw.after(at, least=0, most=60)

    def _join(self, part: Part, at: datetime) -> None:
        first, last = part.name.split()
        email = f"{part.handle}@example.com"
        newcomer = Newcomer(
            first,
            last,
            part.handle,
            email,
            self._passwords.for_person(email),
            bio=part.bio,
            phone_number=part.phone,
            theme=part.theme,
            language=part.language,
            clerk_user_id=self._world.draw.provider_id("user") if part.bio else None,
        )
        referrer = self._people[part.brought_by] if part.brought_by else None
        person = self._people[part.handle] = self._world.sign_up(newcomer, at, referrer)
        while at < WORLD_ENDS:
            record(self._world, person, ActivityType.LOG_IN, at)
            at += timedelta(
                days=self._world.draw.random.randrange(4, 30), minutes=self._world.draw.random.randrange(600)
            )

    def _play(self, scene: Scene, at: datetime) -> None:
        buyer = self._people[scene.buyer]
        admin = self._shop.admin
        voiding = None
        if scene.voided:
            voiding = Voiding(self._moment(scene.voided), admin.id, "Referrer and referred are one person.")
            self._audit_referral("voided", buyer, voiding.at, voiding.reason)
        place(
            self._world,
            Cart(
                buyer,
                tuple(self._items[title] for title in scene.items),
                at,
                scene.outcome,
                scene.method,
                coupon=self._world.coupons[scene.coupon] if scene.coupon else None,
                credits=scene.credits,
                givings=tuple(map(self._giving, scene.returns)),
                flag=scene.flag,
                voiding=voiding,
            ),
        )
        if scene.outcome is Outcome.COMPLETED:
            record(self._world, buyer, ActivityType.PURCHASE, at, items=float(len(scene.items)))
            self._practise(scene, buyer, at)

    def _giving(self, planned: Return) -> GivingBack:
        by = self._shop.admin.id if planned.is_by_admin else None
        return GivingBack(self._moment(planned.at), planned.places, planned.reason, by)

    def _practise(self, scene: Scene, buyer: Person, at: datetime) -> None:
        """Three runs of each test that was bought, each a little better."""
        wpm = self._world.draw.random.uniform(35, 85)
        for title in scene.items:
            if self._items[title].kind is PurchasableKind.TYPING_TEST:
                for attempt in range(3):
                    later = at + timedelta(hours=2 + 19 * attempt)
                    take_test(self._world, buyer, self._items[title], later, wpm=wpm + 4 * attempt, is_logged=True)

    def _staff(self) -> Iterator[tuple[datetime, Callable[[], object]]]:
        at = self._moment("2026-07-02 09:41")
        yield at, partial(self._convert_by_hand, "sybil", at)
        at = self._moment("2026-07-05 11:20")
        yield at, partial(self._grant_credits, "trent", at)
        at = self._moment("2026-08-11 10:02")
        yield at, partial(self._grant_course, "rupert", at)
        for trial in TRIALS:
            at = self._moment(trial.begins)
            yield at, partial(experiment, self._world, self._shop.analyst, trial, at)

    def _grant_credits(self, handle: str, at: datetime) -> None:
        reason = "Found a bug in the checkout."
        grant_credits(self._world, self._shop.admin, self._people[handle], 5, at, reason)

    def _grant_course(self, handle: str, at: datetime) -> None:
        course, reason = self._items["Typing for Programmers"], "Uses it with the evening class."
        grant_item(self._world, self._shop.admin, self._people[handle], course, at, reason)

    def _convert_by_hand(self, handle: str, at: datetime) -> None:
        person, reason = self._people[handle], "Paid by invoice for the whole school."
        verdict = Verdict(ClaimState.CONVERTED, at, decided_by=self._shop.admin.id, reason=reason)
        self._audit_referral("converted", person, at, reason)
        self._world.referrals.decide(self._world.batch, person, verdict)

    def _audit_referral(self, what: str, referred: Person, at: datetime, reason: str) -> None:
        """To be called while the claim still waits."""
        claim_id = self._world.referrals.waiting(referred)
        if claim_id is not None:
            changes: dict[str, JsonValue] = {"reason": reason}
            audit(self._world, self._shop.admin, f"referral.{what}", at, claim_id, about=referred, changes=changes)

    def _beside_purchases(self) -> Iterator[tuple[datetime, Callable[[], object]]]:
        for handle in ("carol", "erin", "wendy"):
            at = self._moment("2026-08-09 12:00")
            yield at, partial(self._enrol, handle, at)
        for handle in ("alice", "bob", "erin", "ivan", "wendy"):
            at = self._moment("2026-08-15 18:00")
            yield at, partial(self._warm_up, handle, at)
        for handle in ("alice", "grace", "heidi", "olivia", "trent"):
            at = self._moment("2026-08-10 19:30")
            yield at, partial(self._be_born, handle, at)
        for handle, status in zip(("alice", "bob", "carol", "dave", "erin"), SubscriptionStatus, strict=True):
            at = self._moment("2026-09-03 07:45")
            yield at, partial(self._subscribe, handle, status, at, is_ending=False)
        at = self._moment("2026-09-05 16:10")
        yield at, partial(self._subscribe, "frank", SubscriptionStatus.ACTIVE, at, is_ending=True)

    def _enrol(self, handle: str, at: datetime) -> None:
        enrol(self._world, self._people[handle], self._items["Your First Hundred Words"], at)

    def _warm_up(self, handle: str, at: datetime) -> None:
        for day in range(4):
            wpm = self._world.draw.random.uniform(30, 70)
            later = at + timedelta(days=day)
            take_test(self._world, self._people[handle], self._items["Warm-up"], later, wpm=wpm, is_logged=day == 0)

    def _be_born(self, handle: str, at: datetime) -> None:
        birth = be_born(self._world, self._people[handle], at)
        for kind in (ChartType.TROPICAL, ChartType.DRACONIC):
            look_at_chart(self._world, self._people[handle], birth, kind, at)

    def _subscribe(self, handle: str, status: SubscriptionStatus, at: datetime, *, is_ending: bool) -> None:
        subscribe(self._world, self._people[handle], status, at, is_ending=is_ending)
