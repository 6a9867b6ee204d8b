"""Fills the databases with consistent data that is the same on every machine and every day.

One world is made for every size, in the order of its time: people sign up, order, pay, refund and refer.  `demo` is a
story told by hand, `crowd` draws thousands of lives.  Sessions are not seeded, nor is what only a running service can
vouch for.
"""

from gateway.seeding.passwords import SeedingRefused
from gateway.seeding.run import Summary, seed
from gateway.seeding.sizes import Size

__all__ = ["SeedingRefused", "Size", "Summary", "seed"]
