"""Which mailbox an address of electronic mail leads to, since one mailbox has many addresses."""

import unicodedata

GMAIL = "gmail.com"
IGNORING_DOTS = (GMAIL, "googlemail.com")
"""Names of the one provider that delivers to an address with dots as to one without."""


def mailbox(address: str) -> str:
    """The same for addresses that differ only in case, in what follows a plus sign, and in dots where those mean
    nothing.
    """
    local, _, domain = unicodedata.normalize("NFKC", address).casefold().rpartition("@")
    domain = domain.rstrip(".")
    # What begins with the sign has no name before it and is a name itself.
    name = local.partition("+")[0] or local
    if domain in IGNORING_DOTS:
        return f"{name.replace('.', '')}@{GMAIL}"
    return f"{name}@{domain}"
