"""Thousands of things for sale, made up: the shelf of a shop in which some people buy thousands."""

from decimal import Decimal

from gateway.seeding.draw import Draw
from gateway.seeding.names import AUDIENCES, FIRST_NAMES, LAST_NAMES, MANNERS, SUBJECTS
from gateway.seeding.passages import PASSAGES
from gateway.seeding.samples import SampleCourse, SampleProduct, SampleTest
from gateway.seeding.shelf import Stock
from models.catalog import CourseLevel, ProductCategory

_PRICES = [
    Decimal(price).scaleb(-2) for price in (499, 799, 999, 1299, 1499, 1999, 2499, 2999, 3499, 4999, 7999, 12999)
]
_LEVELS = list(CourseLevel)
_CATEGORIES = [*ProductCategory, ProductCategory.EBOOK, ProductCategory.EBOOK]


def fill(stock: Stock, draw: Draw, things: int) -> None:
    """Fill the shelf up to so many things: half products, three in ten courses, two in ten tests."""
    random = draw.random
    for number in range(len(stock.items) + 1, things + 1):
        subject, field = random.choice(SUBJECTS)
        title = f"{random.choice(MANNERS)} {subject} for {random.choice(AUDIENCES)}"
        price, is_published = random.choice(_PRICES), not draw.chance(0.03)
        match number % 10:
            case 0 | 2 | 4 | 6 | 8:
                author = f"{random.choice(FIRST_NAMES)} {random.choice(LAST_NAMES)}"
                category = random.choice(_CATEGORIES)
                text = f"{subject}, by someone who does it daily. Volume {number}."
                stock.product(SampleProduct(title, author, text, price, category, is_published))
            case 1 | 5 | 9:
                slug = f"{title.lower().replace(' ', '-')}-{number}"
                minutes = random.randrange(60, 1500, 15)
                features = (f"{minutes // 15} lessons", "Certificate")
                level = random.choice(_LEVELS)
                text = f"{subject} from the first lesson to a project of your own."
                course = SampleCourse(title, slug, text, minutes, price, features, field, level, is_published)
                stock.course(course)
            case _:
                passage, level, _ = random.choice(PASSAGES)
                seconds = random.choice((60, 120, 180, 300))
                text = f"{passage}, against the clock of {seconds} seconds."
                stock.typing_test(SampleTest(f"{title}: a test", text, level, price, passage, seconds, is_published))
