"""Passwords of seeded people, hashed so that the same seed gives the same hash.

In production nobody but the admin gets one: a password that everybody can read opens no door there.
"""

from hashlib import sha256
from secrets import token_bytes

from argon2 import PasswordHasher

from gateway.settings import Settings

SAMPLE_PASSWORD = "let-me-in-please"  # noqa: S105 - documented, and refused in production


class SeedingRefused(Exception):
    """Seeding may not or cannot begin.  The message is one sentence for the person who asked for it."""


class Passwords:
    """`for_crowd` is hashed once for all who share it; a named person has a salt of their own."""

    def __init__(self, settings: Settings, seed: int) -> None:
        if settings.is_production and settings.admin_password is None:
            raise SeedingRefused(
                "ADMIN_PASSWORD is missing, and a production database gets no password that everybody knows. "
                "Set it to the first administrator's password, 8 characters or more."
            )
        self._settings = settings
        self._seed = seed
        self._hasher = PasswordHasher()
        self._crowd: str | None = None

    def for_admin(self) -> str:
        password = self._settings.admin_password
        if self._settings.is_production and password is not None:
            return self._hasher.hash(password.get_secret_value(), salt=token_bytes(16))
        return self._hash("admin", password.get_secret_value() if password else SAMPLE_PASSWORD)

    def for_person(self, email: str) -> str | None:
        return None if self._settings.is_production else self._hash(email, SAMPLE_PASSWORD)

    def for_crowd(self) -> str | None:
        if self._crowd is None:
            self._crowd = self.for_person("everybody")
        return self._crowd

    def notes(self, analyst: str, people: str) -> tuple[str, ...]:
        """What the person who seeded needs to know to log in."""
        if self._settings.is_production:
            return ("Only the administrator has a password.",)
        is_sample = self._settings.admin_password is None
        password = f'"{SAMPLE_PASSWORD}", as ADMIN_PASSWORD is not set' if is_sample else "ADMIN_PASSWORD"
        return (
            f"The administrator is {self._settings.admin_email}, with the password {password}.",
            f'The analyst {analyst} and {people} have the password "{SAMPLE_PASSWORD}".',
        )

    def _hash(self, who: str, password: str) -> str:
        salt = sha256(f"{self._seed}:{who}".encode()).digest()[:16]
        return self._hasher.hash(password, salt=salt)
