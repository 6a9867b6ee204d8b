"""The numbers that people read out of an order, such as ORD-261120-7K3M-9QX2: a day, and letters that cannot be taken
for one another.
"""

import secrets
from datetime import datetime

# Without 0 and O, 1, I and L, and U, which is heard as other letters.
LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
LONG = 8
NUMBERS = len(LETTERS) ** LONG
"""How many numbers a day has: 650 thousand million, so that those of others are not met by trying."""


def order_number(at: datetime, which: int) -> str:
    """The number of an order of that day in UTC; each `which` below NUMBERS is another one."""
    letters = ""
    for _ in range(LONG):
        which, place = divmod(which, len(LETTERS))
        letters = LETTERS[place] + letters
    return f"ORD-{at:%y%m%d}-{letters[:4]}-{letters[4:]}"


def drawn_number(at: datetime) -> str:
    """A number that nobody can foresee.  That it is free is for the database to say."""
    return order_number(at, secrets.randbelow(NUMBERS))
