"""The people of the demo and what they do, told by hand so that every state of an order and of a referral is there.

Times are UTC.  Everybody has a password; see `passwords`.
"""

from typing import NamedTuple

from gateway.seeding.carts import Outcome


class Part(NamedTuple):
    """A person.  The e-mail address is the handle's at example.com."""

    handle: str
    name: str
    joins: str
    brought_by: str | None = None
    bio: str | None = None
    phone: str | None = None
    theme: str = "light"
    language: str = "en"


class Return(NamedTuple):
    """A refund of the items at those places, or of all."""

    at: str
    places: tuple[int, ...] | None
    reason: str
    is_by_admin: bool = False


class Scene(NamedTuple):
    """An order."""

    buyer: str
    at: str
    items: tuple[str, ...]
    outcome: Outcome = Outcome.COMPLETED
    coupon: str | None = None
    credits: int = 0
    method: str = "card"
    returns: tuple[Return, ...] = ()
    flag: str | None = None
    voided: str | None = None


LOG_IN_AS = "alice@example.com, bob@example.com and the other people of the demo"

CAST = (
    Part("alice", "Alice Moreau", "2026-01-05 09:12", None, "Translator. Types all day, wants to type less of it.",
         "+33 1 70 18 00 41", "dark"),
    Part("bob", "Bob Adeyemi", "2026-01-12 18:40", "alice", "Back-end developer in Lagos.", None, "dark"),
    Part("carol", "Carol Hansen", "2026-01-20 07:55", "alice", "Court reporter, aiming for 120.", "+45 32 12 34 56"),
    Part("dave", "Dave Kapoor", "2026-02-02 13:05", "bob", "Student of statistics.", None, "system", "hi"),
    Part("erin", "Erin Walsh", "2026-02-10 20:31", "alice"),
    Part("frank", "Frank Castillo", "2026-02-18 11:47", None, "Has a print shop.", "+34 910 12 34 56", "light", "es"),
    Part("grace", "Grace Nakamura", "2026-03-01 05:20", "carol", "Data analyst, night owl."),
    Part("heidi", "Heidi Bergström", "2026-03-08 16:02", "alice", "Reads charts for friends."),
    Part("ivan", "Ivan Petrov", "2026-03-20 08:15", None, "Database administrator.", None, "dark"),
    Part("judy", "Judy Mensah", "2026-04-02 10:10", "heidi", "Started with one finger."),
    Part("mallory", "Mallory Quinn", "2026-04-11 23:48", "alice"),
    Part("niaj", "Niaj Rahman", "2026-04-20 14:26", "bob"),
    Part("olivia", "Olivia Costa", "2026-05-05 12:00", None, "Freelance designer.", "+351 21 123 4567", "light", "pt"),
    Part("peggy", "Peggy Larsen", "2026-05-16 19:33", "grace"),
    Part("rupert", "Rupert Singh", "2026-06-01 06:44", "frank", "Teaches evening classes.", None, "system", "hi"),
    Part("sybil", "Sybil Haddad", "2026-06-15 15:15", "alice", "Buys for a school of forty."),
    Part("trent", "Trent Okonkwo", "2026-07-01 17:29", None, "Plays chess by mail."),
    Part("victor", "Victor Ivanov", "2026-07-20 21:08", "dave", "Front-end developer.", None, "dark"),
    Part("wendy", "Wendy Zhang", "2026-08-08 09:37", "victor"),
)  # fmt: skip

EMAILS = frozenset(f"{part.handle}@example.com" for part in CAST)

SCENES = (
    Scene("bob", "2026-01-14 19:02", ("Clean Code", "Touch Typing from Zero"), coupon="WELCOME10"),
    Scene("alice", "2026-01-16 10:26", ("Designing Data-Intensive Applications",), credits=2),
    Scene("carol", "2026-01-25 08:40", ("The lighthouse sprint", "Regex Flashcards"), coupon="EARLYBIRD",
          method="paypal"),
    Scene("dave", "2026-02-05 15:11", ("Speed: From 40 to 80 WPM",), method="upi"),
    Scene("frank", "2026-02-20 12:33", ("KeyTrace Desktop",), coupon="EARLYBIRD"),
    Scene("bob", "2026-03-01 21:17", ("The lighthouse sprint", "Office certificate"), credits=4),
    Scene("heidi", "2026-03-10 18:22", ("Reading a Natal Chart",), method="paypal",
          returns=(Return("2026-03-18 09:05", None, "Too much for a beginner."),)),
    Scene("grace", "2026-03-12 01:44", ("SQL by Asking Questions",), coupon="EARLYBIRD", method="netbanking"),
    Scene("heidi", "2026-03-15 11:58", ("Regex Flashcards", "Resume in Markdown"), credits=2),
    Scene("ivan", "2026-03-25 07:31", ("PostgreSQL under Load",), Outcome.DECLINED),
    Scene("ivan", "2026-03-26 07:36", ("PostgreSQL under Load",), coupon="TYPE5", method="upi"),
    Scene("alice", "2026-04-02 22:19", ("GraphQL for Front Ends",), coupon="FLASH50", credits=2),
    Scene("judy", "2026-04-05 10:45", ("Clean Code",), method="wallet"),
    Scene("mallory", "2026-04-13 00:07", ("Git in Pictures",), flag="Signed up on the referrer's device."),
    Scene("olivia", "2026-05-08 13:14", ("Invoice Kit", "Clean Code", "Code at speed"),
          returns=(Return("2026-05-12 16:50", (0,), "The templates do not open here."),)),
    Scene("peggy", "2026-05-18 20:02", ("The Pragmatic Programmer",), voided="2026-06-02 10:30"),
    Scene("olivia", "2026-05-20 09:28", ("Typing for Programmers",), Outcome.PENDING, coupon="WELCOME10"),
    Scene("peggy", "2026-05-25 18:41", ("Figures and symbols", "Regex Flashcards"), credits=2),
    Scene("rupert", "2026-06-05 06:59", ("Touch Typing from Zero",), coupon="SUMMER25", method="upi"),
    Scene("carol", "2026-06-20 17:20", ("KeyTrace Desktop",), Outcome.CANCELLED),
    Scene("dave", "2026-07-03 14:48", ("PostgreSQL under Load",), Outcome.ABANDONED, coupon="LOYAL15"),
    Scene("trent", "2026-07-10 18:06", ("Resume in Markdown", "Invoice Kit"), credits=3),
    Scene("victor", "2026-07-25 22:51", ("Typing for Programmers", "Code at speed"), coupon="LOYAL15"),
    Scene("victor", "2026-08-20 12:12", ("Everyday prose", "Office certificate"), coupon="LOYAL15", credits=2,
          returns=(Return("2026-08-28 08:08", None, "Has them at work."),)),
    Scene("bob", "2026-09-10 20:35", ("Git in Pictures",), credits=2, method="paypal"),
    Scene("grace", "2026-09-15 02:27", ("Clean Code", "Reading a Natal Chart"), credits=2,
          returns=(Return("2026-09-20 11:11", (1,), "A present that was not wanted."),)),
    Scene("niaj", "2026-10-02 16:16", ("Clean Code",), Outcome.PENDING),
    Scene("frank", "2026-10-11 09:54", ("Typing for Programmers",), Outcome.DECLINED, coupon="TYPE5"),
    Scene("judy", "2026-10-12 15:39", ("Everyday prose", "Figures and symbols"),
          returns=(Return("2026-10-14 09:00", (0,), "Was down for two days.", is_by_admin=True),
                   Return("2026-10-16 09:00", (1,), "Was down again.", is_by_admin=True))),
    Scene("rupert", "2026-10-19 07:07", ("Code at speed", "The Pragmatic Programmer"), credits=2, method="upi"),
    Scene("alice", "2026-10-25 13:31", ("KeyTrace Desktop",), coupon="TYPE5", credits=10),
    Scene("trent", "2026-10-31 20:05", ("SQL by Asking Questions",), Outcome.WAITING, coupon="TYPE5", credits=1),
)  # fmt: skip
