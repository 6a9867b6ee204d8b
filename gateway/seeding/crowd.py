"""The people of the sizes s, m and l, and what they do, drawn from the seed."""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import datetime, timedelta
from heapq import merge
from itertools import accumulate

from gateway.seeding import plans
from gateway.seeding.carts import Cart, GivingBack, Outcome
from gateway.seeding.extras import PERIOD, be_born, subscribe
from gateway.seeding.learning import enrol, record, take_test
from gateway.seeding.names import FIRST_NAMES, LAST_NAMES
from gateway.seeding.opening import open_shop
from gateway.seeding.orders import place
from gateway.seeding.passwords import Passwords
from gateway.seeding.people import Newcomer, Person
from gateway.seeding.shapes import Batch
from gateway.seeding.shelf import Item, for_nothing, for_sale
from gateway.seeding.sizes import WORLD_ENDS, Extent
from gateway.seeding.variety import fill
from gateway.seeding.world import World
from gateway.settings import Settings
from models.billing import SubscriptionStatus
from models.catalog import PurchasableKind
from models.learning import ActivityType

METHODS = (("card", "upi", "paypal", "netbanking", "wallet"), (45, 30, 12, 8, 5))
OUTCOMES = ((Outcome.PENDING, Outcome.CANCELLED, Outcome.ABANDONED, Outcome.DECLINED), (35, 30, 15, 20))
REASONS = ("Bought by mistake.", "Not what I expected.", "Found it elsewhere.", None)
THEMES = (("light", "dark", "system"), (60, 30, 10))
LANGUAGES = (("en", "hi", "es", "pt", "de"), (60, 15, 12, 8, 5))
STAFF = 2
CROWD_DOMAIN = "crowd.example.com"


def crowd(world: World, settings: Settings, passwords: Passwords, extent: Extent) -> Iterator[tuple[Batch, int, int]]:
    """The world in batches, each with how much has happened and how much there is."""
    drawn = Crowd(world, settings, passwords, extent)
    total = drawn.happenings + extent.people
    yield world.take(), 0, total
    for done, _ in enumerate(drawn.live(), start=1):
        if world.is_full():
            yield world.take(), done, total
    for batch, people in world.close():
        yield batch, drawn.happenings + people, total


class Crowd:
    def __init__(self, world: World, settings: Settings, passwords: Passwords, extent: Extent) -> None:
        self._world, self._draw, self._random = world, world.draw, world.draw.random
        shop = open_shop(world, settings, passwords)
        fill(shop.stock, world.draw, extent.shelf)
        self._password_hash = passwords.for_crowd()
        self._sale = for_sale(shop.stock.items)
        self._free_courses = [item for item in for_nothing(shop.stock.items) if item.kind is PurchasableKind.COURSE]
        self._popularity = list(accumulate((rank + 1) ** -0.7 for rank in range(len(self._sale))))
        self._coupons = list(world.coupons.values())
        self._modest = [world.coupons["TYPE5"]]
        self._signed_up = plans.sign_ups(self._random, extent.people - STAFF)
        self._orders = plans.orders(self._random, self._signed_up, at_most_each=int(len(self._sale) * 0.95))
        self._people: list[Person] = []
        self.happenings = len(self._signed_up) + len(self._orders)

    def live(self) -> Iterator[None]:
        """Let everybody sign up and order, a step for each."""
        arrivals = ((at, -1, 0) for at in self._signed_up)
        carts = ((order.at, order.person, order.items) for order in self._orders)
        for at, person, items in merge(arrivals, carts):
            self._world.pass_until(at)
            if person < 0:
                self._arrive(at)
            else:
                self._order(self._people[person], at, items)
            yield

    def _arrive(self, at: datetime) -> None:
        number, random = len(self._people), self._random
        first, last = random.choice(FIRST_NAMES), random.choice(LAST_NAMES)
        handle = f"{first}.{last}".lower().replace(" ", "")
        newcomer = Newcomer(
            first,
            last,
            f"{handle}{number}",
            f"{handle}.{number}@{CROWD_DOMAIN}",
            self._password_hash,
            theme=random.choices(*THEMES)[0],
            language=random.choices(*LANGUAGES)[0],
            notifications=self._draw.chance(0.8),
            clerk_user_id=self._draw.provider_id("user") if self._draw.chance(0.3) else None,
        )
        brought_by = plans.referrer_of(random, number)
        person = self._world.sign_up(newcomer, at, None if brought_by is None else self._people[brought_by])
        self._people.append(person)
        record(self._world, person, ActivityType.LOG_IN, at)
        self._settle_in(person, at)

    def _settle_in(self, person: Person, at: datetime) -> None:
        soon = at + timedelta(minutes=self._random.randrange(60))
        if self._draw.chance(0.08):
            enrol(self._world, person, self._random.choice(self._free_courses), soon)
        if self._draw.chance(0.1):
            be_born(self._world, person, soon)
        if soon < WORLD_ENDS - PERIOD and self._draw.chance(0.05):
            subscribe(self._world, person, self._random.choice(list(SubscriptionStatus)), soon)

    def _order(self, buyer: Person, at: datetime, count: int) -> None:
        if self._draw.chance(0.12):
            came_to_nothing = self._random.choices(*OUTCOMES)[0]
            earlier = self._draw.between(at - timedelta(minutes=20), at - timedelta(minutes=5))
            place(self._world, self._cart(buyer, earlier, 1, came_to_nothing))
        cart = self._cart(buyer, at, count, Outcome.COMPLETED)
        place(self._world, cart)
        record(self._world, buyer, ActivityType.PURCHASE, at, items=float(count))
        for item in cart.items:
            if item.kind is PurchasableKind.TYPING_TEST:
                self._practise(buyer, item, at)

    def _practise(self, person: Person, test: Item, at: datetime) -> None:
        wpm = self._random.uniform(25, 95)
        for attempt in range(self._random.randrange(1, 4)):
            later = min(at + timedelta(hours=1 + 20 * attempt * self._random.random()), WORLD_ENDS)
            take_test(self._world, person, test, later, wpm=wpm + 3 * attempt, is_logged=self._draw.chance(0.05))

    def _cart(self, buyer: Person, at: datetime, count: int, outcome: Outcome) -> Cart:
        random, draw = self._random, self._draw
        completed = outcome is Outcome.COMPLETED
        refunded = completed and draw.chance(0.04)
        spendable = buyer.wallet.spendable
        first_of_a_referred = completed and self._world.referrals.waiting(buyer) is not None
        flag = "Both sides share a device." if first_of_a_referred and not refunded and draw.chance(0.02) else None
        return Cart(
            buyer,
            self._choose(buyer, count),
            at,
            outcome,
            random.choices(*METHODS)[0],
            coupon=random.choice(self._coupons if completed else self._modest) if draw.chance(0.15) else None,
            credits=random.randrange(1, spendable + 1) if completed and spendable and draw.chance(0.35) else 0,
            givings=self._givings(at, count) if refunded else (),
            flag=flag,
        )

    def _givings(self, at: datetime, count: int) -> tuple[GivingBack, ...]:
        """All at once or the first item alone, days later; none if the world ends before."""
        returned_at = self._draw.between(at + timedelta(hours=2), at + timedelta(days=20))
        if returned_at >= WORLD_ENDS:
            return ()
        places = (0,) if count > 1 and self._draw.chance(0.5) else None
        return (GivingBack(returned_at, places, self._random.choice(REASONS)),)

    def _choose(self, buyer: Person, count: int) -> tuple[Item, ...]:
        """Popular things that the buyer never had; when none comes up, the next one on the shelf."""
        chosen: list[Item] = []
        while len(chosen) < count:
            for _ in range(6):
                place_ = bisect_left(self._popularity, self._random.random() * self._popularity[-1])
                if self._is_new(buyer, chosen, self._sale[place_]):
                    break
            else:
                place_ = self._random.randrange(len(self._sale))
                while not self._is_new(buyer, chosen, self._sale[place_]):
                    place_ = (place_ + 1) % len(self._sale)
            chosen.append(self._sale[place_])
        return tuple(chosen)

    @staticmethod
    def _is_new(buyer: Person, chosen: list[Item], item: Item) -> bool:
        return item.id not in buyer.touched and item not in chosen
