"""A world in which one person has many of everything, another a few and a third nothing, made in bulk."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from models import catalog, coupons, identity, learning, orders, payments, purchases, referrals
from models.catalog import CourseLevel, ProductCategory, PurchasableKind
from models.coupons import UsageState
from models.identity import Role
from models.payments import PaymentState, RefundState
from models.values import new_id
from tests import lives, shop
from tests.world import PRICE, START, Person, World


@dataclass(frozen=True)
class Owner:
    """A person with what others have much or little of: things that are sold, a coupon, an order, a run of a test."""

    person: Person
    course: catalog.Course
    product: catalog.Product
    test: catalog.TypingTest
    coupon: coupons.Coupon
    order: orders.Order
    run: learning.TestResult

    @property
    def items(self) -> dict[PurchasableKind, Any]:
        return {
            PurchasableKind.COURSE: self.course,
            PurchasableKind.PRODUCT: self.product,
            PurchasableKind.TYPING_TEST: self.test,
        }


async def owner(world: World, role: Role = Role.USER) -> Owner:
    person = await world.person(role)
    course, product, test = await world.course(person), await world.product(), await shop.typing_test(world)
    run = await lives.result(world, person, test).insert()
    await lives.keystrokes(run)
    order = placed(world, person)
    await world.save(order)
    await shop.wallet(world, person, 0)
    return Owner(person, course, product, test, await shop.coupon(world, person), order, run)


async def fill(world: World, has: Owner, count: int) -> None:
    """Gives a person this many of everything that there are lists of, and the shop as many things more."""
    courses = [made_course(world, has.person) for _ in range(count)]
    await world.save(*courses, *(people := [person_of(world) for _ in range(count)]))
    await world.save(*(enrolled(world, each, has.course) for each in people))
    makers = (lives.session, lives.account, lives.api_key, lives.chart)
    await world.save(*(make(world, has.person) for make in makers for _ in range(count)))
    await fill_shop(world, count)
    await fill_doings(world, has, courses, count)
    await fill_order(world, has, count)
    await fill_coupon(world, has, count)
    await world.handles.postgres.execute(
        "INSERT INTO credit_entries (user_id, key, kind, amount, balance_after, version, granted_by, reason) "
        "SELECT $1::uuid, $1::uuid::text || n, 'GRANT', 1, n, n, $1, 'A gift' FROM generate_series(1, $2::int) AS n",
        has.person.id,
        count,
    )
    owned = {"purchasedCourses": [each.id for each in courses], "purchasedTests": [has.test.id] * count}
    owned["purchasedProducts"] = [each.id for each in await catalog.Product.find().limit(count).to_list()]
    await world.handles.mongo["members"].update_one({"_id": has.person.id}, {"$set": owned})


def person_of(world: World) -> identity.User:
    number, at = world.next()
    return identity.User(email=f"crowd{number}@example.com", username=f"crowd{number}", created_at=at)


def enrolled(world: World, person: Person | identity.User, course: catalog.Course) -> learning.CourseEnrollment:
    return learning.CourseEnrollment(user_id=person.id, course_id=course.id, created_at=world.next()[1])


def made_course(world: World, author: Person) -> catalog.Course:
    number, at = world.next()
    facts: dict[str, Any] = {"duration": 60, "price": PRICE, "currency": "INR", "category": "typing"}
    facts |= {"level": CourseLevel.BEGINNER, "is_published": True, "created_by": author.id, "created_at": at}
    return catalog.Course(id=new_id(), title=f"Course {number}", slug=f"course-{number}", **facts)


def placed(world: World, buyer: Person) -> orders.Order:
    number, at = world.next()
    facts: dict[str, Any] = {"amount": Decimal(1), "original_amount": Decimal(1), "currency": "INR"}
    return orders.Order(id=new_id(), number=f"N-{number:06}", user_id=buyer.id, created_at=at, **facts)


async def fill_shop(world: World, count: int) -> None:
    ats = [world.next()[1] for _ in range(count)]
    sold: dict[str, Any] = {"description": "One of many.", "price": PRICE, "currency": "INR", "is_published": True}
    product = {"author": "Somebody", "category": ProductCategory.EBOOK}
    test = {"level": CourseLevel.BEGINNER, "passage_id": new_id(), "duration_seconds": 60}
    numbered = list(enumerate(ats))
    await catalog.Product.insert_many(
        [catalog.Product(title=f"Product {n}", created_at=at, **sold, **product) for n, at in numbered]
    )
    await catalog.TypingTest.insert_many(
        [catalog.TypingTest(title=f"Test {n}", created_at=at, **sold, **test) for n, at in numbered]
    )
    await catalog.Passage.insert_many(
        [catalog.Passage(title=f"P {n}", text=f"Text {n}", level=CourseLevel.BEGINNER) for n, _ in numbered]
    )


async def fill_doings(world: World, has: Owner, courses: list[catalog.Course], count: int) -> None:
    number = range(count)
    await world.save(*(enrolled(world, has.person, each) for each in courses))
    await learning.TestResult.insert_many([lives.result(world, has.person, has.test) for _ in number])
    await learning.Activity.insert_many([lives.activity(world, has.person) for _ in number])
    brought = [
        referrals.Referral(referrer_id=has.person.id, referred_user_id=new_id(), created_at=world.next()[1])
        for _ in number
    ]
    await referrals.Referral.insert_many(brought)
    key = {"key": "a", "offsetMs": 1, "isCorrect": True}
    await world.handles.mongo["keystroke_logs"].update_one(
        {"resultId": has.run.id}, {"$set": {"keystrokes": [key] * count}}
    )


async def fill_order(world: World, has: Owner, count: int) -> None:
    """As many items as the count in one order, with as many purchases, attempts to pay and to give back."""
    kinds = list(has.items)
    of: dict[str, Any] = {"order_id": has.order.id, "user_id": has.person.id, "currency": "INR"}
    items = [
        orders.OrderItem(
            id=new_id(), position=n + 1, kind=kinds[n % 3], item_id=new_id(), title="Thing", price=PRICE, **of
        )
        for n in range(count)
    ]
    await world.save(*items)
    tried: list[Any] = []
    for item in items:
        at = world.next()[1]
        tried += [
            payments.Payment(state=PaymentState.DECLINED, amount=Decimal(1), created_at=at, settled_at=at, **of),
            payments.Refund(
                state=RefundState.FAILED,
                order_item_id=item.id,
                amount=Decimal(0),
                requested_by=has.person.id,
                created_at=at,
                completed_at=at,
                **of,
            ),
        ]
    await world.save(*tried)
    split: dict[str, Any] = {"credit_amount": Decimal(0), "cash_amount": PRICE, "discount": Decimal(0)}
    bought = [
        purchases.Purchase(
            order_item_id=item.id if kind is item.kind else new_id(),
            kind=kind,
            item_id=has.items[kind].id,
            product_name=item.title,
            amount=PRICE,
            purchased_at=START,
            created_at=START + timedelta(seconds=item.position),
            **of,
            **split,
        )
        for item in items
        for kind in kinds
    ]
    await purchases.Purchase.insert_many(bought)


async def fill_coupon(world: World, has: Owner, count: int) -> None:
    """Orders of the person, each with a use of the coupon that was given up."""
    others = [placed(world, has.person) for _ in range(count)]
    made = [shop.coupon_of(world, has.person) for _ in range(count)]
    await world.save(*others, *made)
    uses = [
        coupons.CouponUsage(
            coupon_id=has.coupon.id,
            order_id=each.id,
            user_id=has.person.id,
            state=UsageState.RELEASED,
            discount=Decimal(1),
            created_at=world.next()[1],
        )
        for each in others
    ]
    await world.save(*uses)
