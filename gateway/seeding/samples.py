"""What the demo shop sells.  Every larger shop sells it too, among thousands of made-up things."""

from decimal import Decimal
from typing import NamedTuple

from models.catalog import CourseLevel, ProductCategory

_B, _I, _A = CourseLevel.BEGINNER, CourseLevel.INTERMEDIATE, CourseLevel.ADVANCED


class SampleCourse(NamedTuple):
    title: str
    slug: str
    description: str
    minutes: int
    price: Decimal
    features: tuple[str, ...]
    category: str
    level: CourseLevel
    is_published: bool = True
    is_featured: bool = False


class SampleProduct(NamedTuple):
    title: str
    author: str
    description: str
    price: Decimal
    category: ProductCategory
    is_published: bool = True


class SampleTest(NamedTuple):
    title: str
    description: str
    level: CourseLevel
    price: Decimal
    passage: str
    seconds: int
    is_published: bool = True


COURSES = (
    SampleCourse("Touch Typing from Zero", "touch-typing-from-zero", "Ten fingers, an hour a day.",
                 360, Decimal("24.99"), ("24 lessons", "Charts", "Certificate"), "typing", _B, is_featured=True),
    SampleCourse("Your First Hundred Words", "your-first-hundred-words", "A taste: the home row in an afternoon.",
                 45, Decimal("0.00"), ("5 lessons",), "typing", _B),
    SampleCourse("Speed: From 40 to 80 WPM", "speed-from-40-to-80", "Rhythm and the art of not correcting.",
                 540, Decimal("39.99"), ("36 lessons", "Weekly tests", "Certificate"), "typing", _I, is_featured=True),
    SampleCourse("Typing for Programmers", "typing-for-programmers", "Brackets without tears.",
                 420, Decimal("44.99"), ("Symbol drills", "Twelve languages"), "typing", _A),
    SampleCourse("SQL by Asking Questions", "sql-by-asking-questions", "Forty questions to one database.",
                 600, Decimal("59.99"), ("40 exercises", "A real database"), "data", _B),
    SampleCourse("PostgreSQL under Load", "postgresql-under-load", "Locks, plans and indexes while they hurt.",
                 780, Decimal("89.99"), ("Lab environment", "Certificate"), "data", _A, is_featured=True),
    SampleCourse("GraphQL for Front Ends", "graphql-for-front-ends", "Queries, caches and streams, on your side.",
                 480, Decimal("49.99"), ("Apollo and urql", "Final project"), "web", _I),
    SampleCourse("Reading a Natal Chart", "reading-a-natal-chart", "Houses, aspects and what people make of them.",
                 300, Decimal("34.99"), ("12 lessons", "Chart templates"), "astrology", _B),
    SampleCourse("Ergonomics at the Desk", "ergonomics-at-the-desk", "Wrists, screens, chairs. Not edited yet.",
                 120, Decimal("19.99"), ("8 lessons",), "health", _B, is_published=False),
    SampleCourse("Steno in a Year", "steno-in-a-year", "Two hundred words a minute. A draft.",
                 1800, Decimal("129.99"), ("52 lessons",), "typing", _A, is_published=False),
)  # fmt: skip

PRODUCTS = (
    SampleProduct("Clean Code", "Robert C. Martin", "A handbook of agile software craftsmanship",
                  Decimal("32.99"), ProductCategory.EBOOK),
    SampleProduct("The Pragmatic Programmer", "David Thomas and Andrew Hunt", "Your journey to mastery",
                  Decimal("37.99"), ProductCategory.EBOOK),
    SampleProduct("Designing Data-Intensive Applications", "Martin Kleppmann",
                  "The big ideas behind reliable and scalable systems", Decimal("42.50"), ProductCategory.EBOOK),
    SampleProduct("Regex Flashcards", "Ingrid Solberg", "120 printable cards, from dots to lookbehinds",
                  Decimal("9.99"), ProductCategory.OTHER),
    SampleProduct("Resume in Markdown", "Tomás Herrera", "Three templates and the script that prints them",
                  Decimal("12.00"), ProductCategory.TEMPLATE),
    SampleProduct("Invoice Kit", "Tomás Herrera", "Templates for invoices that get paid",
                  Decimal("18.00"), ProductCategory.TEMPLATE),
    SampleProduct("KeyTrace Desktop", "Halvorsen Software", "Sees which fingers slow you down; one licence",
                  Decimal("64.00"), ProductCategory.SOFTWARE),
    SampleProduct("Git in Pictures", "Noor Rahman", "A recorded course of six hours, to download",
                  Decimal("27.50"), ProductCategory.COURSE),
    SampleProduct("Mechanical Keyboards Explained", "Noor Rahman", "Switches, layouts, keycaps. Not out yet",
                  Decimal("21.00"), ProductCategory.EBOOK, is_published=False),
)  # fmt: skip

TESTS = (
    SampleTest("Warm-up", "One minute on the home row, for nothing.", _B, Decimal("0.00"), "Home row", 60),
    SampleTest("Everyday prose", "Short sentences, full stops.", _B, Decimal("4.99"), "The bakery", 60),
    SampleTest("The lighthouse sprint", "Two minutes without a pause.", _I, Decimal("7.99"), "The lighthouse", 120),
    SampleTest("Office certificate", "Letters, times of day.", _I, Decimal("14.99"), "A letter home", 300),
    SampleTest("Figures and symbols", "Invoices and brackets.", _A, Decimal("9.99"), "Invoice no. 2,048", 180),
    SampleTest("Code at speed", "C, with everything that makes it C.", _A, Decimal("11.99"), "Pointer arithmetic", 180),
    SampleTest("Pangrams", "Still being calibrated.", _A, Decimal("5.99"), "Weather report", 60, is_published=False),
)  # fmt: skip
