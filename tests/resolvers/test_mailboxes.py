"""Which addresses lead to one mailbox."""

import pytest

from resolvers.mailboxes import mailbox

ONE = [
    ("ada@example.com", "ADA@Example.COM"),
    ("ada@example.com", "ada+shop@example.com"),
    ("ada@example.com", "Ada+a+b@example.com"),
    ("ada@example.com", "ada@example.com."),
    ("ada@example.com", "\uff41da@example.com"),
    ("straße@example.com", "STRASSE@example.com"),
    ("adalovelace@gmail.com", "ada.lovelace@gmail.com"),
    ("adalovelace@gmail.com", "A.D.A.Lovelace+x@GoogleMail.com"),
]
TWO = [
    ("ada@example.com", "bob@example.com"),
    ("ada@example.com", "ada@example.org"),
    ("ada@example.com", "ada@mail.example.com"),
    ("a.da@example.com", "ada@example.com"),
    ("ada@gmail.com", "ada@example.com"),
    ("ada@gmail.com.example.com", "a.da@gmail.com.example.com"),
    ("+ada@example.com", "+bob@example.com"),
    ("ada-shop@example.com", "ada@example.com"),
]


@pytest.mark.parametrize(("one", "other"), ONE)
def test_addresses_that_differ_in_what_mail_servers_ignore_are_one_mailbox(one: str, other: str) -> None:
    assert mailbox(one) == mailbox(other)


@pytest.mark.parametrize(("one", "other"), TWO)
def test_addresses_that_differ_otherwise_are_two(one: str, other: str) -> None:
    assert mailbox(one) != mailbox(other)
