"""What an address of a database or of the payment provider says about where it leads, and how safely."""

from ipaddress import ip_address
from urllib.parse import parse_qs, urlsplit

from pymongo.errors import PyMongoError
from pymongo.uri_parser import parse_uri


def is_mongo(uri: str) -> bool:
    """Whether this can be an address of MongoDB; one that is looked up in the DNS is taken at its word."""
    if uri.startswith("mongodb+srv://"):
        return True
    try:
        parse_uri(uri)
    except (PyMongoError, ValueError):
        return False
    return True


def is_socket(postgres_url: str) -> bool:
    """Whether an address names sockets of this machine and nothing else."""
    parts = urlsplit(postgres_url)
    hosts = ",".join(parse_qs(parts.query).get("host", [])).split(",")
    return parts.hostname is None and all(host.startswith("/") for host in hosts)


def is_verified(postgres_url: str) -> bool:
    return parse_qs(urlsplit(postgres_url).query).get("sslmode") == ["verify-full"]


def is_verified_mongo(uri: str) -> bool:
    parts = urlsplit(uri)
    options = {name.lower(): [value.lower() for value in values] for name, values in parse_qs(parts.query).items()}
    said = options.get("tls", []) + options.get("ssl", [])
    is_encrypted = set(said) == {"true"} if said else parts.scheme == "mongodb+srv"
    unverified = {"tlsinsecure", "tlsallowinvalidcertificates", "tlsallowinvalidhostnames"}
    return is_encrypted and not any("true" in options.get(name, []) for name in unverified)


def is_sandbox(address: str) -> bool:
    """Whether payments sent there would be those of a double on this machine, or readable on their way."""
    parts = urlsplit(address)
    host = (parts.hostname or "").rstrip(".")
    try:
        is_here = ip_address(host).is_loopback or ip_address(host).is_unspecified
    except ValueError:
        is_here = host == "localhost" or host.endswith(".localhost")
    return is_here or parts.scheme != "https"
