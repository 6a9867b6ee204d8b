"""The life of the embedded databases, with real processes that are killed, as root and as an ordinary user."""

import fcntl
import os
import re
import shutil
import signal
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.gateway.embedded_place import Place, a_place

NEEDS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as both accounts")


@pytest.fixture(params=[pytest.param("root", marks=NEEDS_ROOT), "user"])
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    with a_place(request.param, mode=0o755 if request.param == "root" else 0o700) as found:
        yield found


@pytest.fixture
def any_place() -> Iterator[Place]:
    """With as much to arrange as there can be here: root's, where the tests run as root."""
    with a_place("root" if os.geteuid() == 0 else "user", mode=0o755) as found:
        yield found


@pytest.fixture
def users_place() -> Iterator[Place]:
    """For what does not depend on the account."""
    with a_place("user") as found:
        yield found


def wait_until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 5
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.005)


@contextmanager
def a_program_on(port: int) -> Iterator[None]:
    """Another program that listens on the port and hangs up on whoever calls."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", port), socketserver.BaseRequestHandler) as program:
        threading.Thread(target=program.serve_forever, daemon=True).start()
        try:
            yield
        finally:
            program.shutdown()


def test_a_first_start_makes_both_databases_and_the_next_keeps_data_and_addresses(place: Place) -> None:
    began = time.monotonic()
    first = place.start()
    addresses = first.addresses()
    first_took = time.monotonic() - began
    assert first.keep(1) == [[1], [1]]
    first.leave()
    assert place.servers() == {}
    began = time.monotonic()
    second = place.start()
    assert second.addresses() == addresses
    second_took = time.monotonic() - began
    assert second.kept() == [[1], [1]]
    second.leave()

    assert place.servers() == {}
    assert re.fullmatch(r"PostgreSQL and MongoDB are ready \(first start, \d+\.\d s\)\.", first.said[0])
    assert re.fullmatch(r"PostgreSQL and MongoDB are ready \(\d+\.\d s\)\.", second.said[0])
    assert first_took < 15
    assert second_took < 4


def test_after_kill_9_of_the_gateway_the_next_start_takes_over_and_both_commits_are_there(place: Place) -> None:
    gateway = place.start(holder="gateway dev")
    addresses = gateway.addresses()
    gateway.keep(1)
    gateway.kill()
    running = place.servers()
    successor = place.start(holder="gateway dev")

    assert successor.addresses() == addresses
    assert successor.kept() == [[1], [1]]
    assert place.servers() == running
    assert sorted(running) == ["mongod", "postgres"]
    successor.leave()
    assert place.servers() == {}


def test_a_server_killed_under_a_holder_is_started_again_in_its_place(place: Place) -> None:
    gateway = place.start(holder="gateway dev")
    gateway.addresses()
    gateway.keep(1)
    for value, (server, name) in enumerate((("postgres", "PostgreSQL"), ("mongod", "MongoDB")), start=2):
        killed = place.servers()[server]
        os.kill(killed, signal.SIGKILL)

        assert gateway.hear(lambda line: "ended" in line) == f"{name} ended unexpectedly and will be started again."
        assert re.fullmatch(rf"{name} is ready \(\d+\.\d s\)\.", gateway.hear(lambda line: "ready" in line))
        assert place.servers()[server] != killed
        assert gateway.keep(value) == [list(range(1, value + 1))] * 2


def test_a_server_whose_port_was_taken_when_it_died_is_started_again_on_the_same_port(users_place: Place) -> None:
    gateway = users_place.start(holder="gateway dev")
    gateway.addresses()
    gateway.keep(1)
    port = int((users_place.home / "mongod.port").read_text())
    with (users_place.home / "turn.lock").open() as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        os.kill(users_place.servers()["mongod"], signal.SIGKILL)
        gateway.hear(lambda line: "ended" in line)
        taker = socket.create_server(("127.0.0.1", port))

    assert gateway.hear(lambda line: "port" in line) == (
        f"Another program has taken MongoDB's port {port} meanwhile; end it, or start the gateway again."
    )
    taker.close()
    gateway.hear(lambda line: "ready" in line)
    assert gateway.keep(2) == [[1, 2], [1, 2]]


def test_after_kill_9_of_everything_the_next_start_finds_both_commits(place: Place) -> None:
    gateway = place.start(holder="gateway dev")
    addresses = gateway.addresses()
    gateway.keep(1)
    gateway.kill()
    for pid in place.servers().values():
        os.kill(pid, signal.SIGKILL)
    successor = place.start(holder="gateway dev")

    assert successor.addresses() == addresses
    assert successor.keep(2) == [[1, 2], [1, 2]]


def test_two_commands_at_once_on_an_empty_directory_share_what_one_of_them_starts(place: Place) -> None:
    commands = [place.start(), place.start()]
    one, other = (command.addresses() for command in commands)
    commands[0].keep(1)

    assert one == other
    assert commands[1].keep(2) == [[1, 2], [1, 2]]
    for command in commands:
        command.leave()
    assert sorted(len(command.said) for command in commands) in ([0, 1], [0, 2], [1, 1])
    assert place.servers() == {}


def test_whoever_leaves_last_stops_the_servers_and_nobody_before(users_place: Place) -> None:
    gateway = users_place.start(holder="gateway dev")
    gateway.addresses()
    running = users_place.servers()
    short, long = users_place.start(), users_place.start()
    short.addresses()
    long.addresses()
    short.keep(1)
    short.leave()
    assert users_place.servers() == running
    gateway.leave()

    assert users_place.servers() == running
    assert long.keep(2) == [[1, 2], [1, 2]]
    long.leave()
    assert users_place.servers() == {}


def test_a_second_holder_on_the_same_data_is_told_who_holds_it(users_place: Place) -> None:
    gateway = users_place.start(holder="gateway dev")
    gateway.addresses()

    assert re.fullmatch(
        rf"The databases in {users_place.home} are in use by `gateway dev` \(process {gateway.pid},"
        r" since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\S+, at http://127\.0\.0\.1:8000\);"
        r" stop it first, or give this one a directory of its own with --data-dir\.",
        users_place.refused(holder="gateway dev"),
    )


def test_a_server_that_stays_a_zombie_of_its_starter_is_started_by_the_next_command(users_place: Place) -> None:
    starter = users_place.start()
    starter.addresses()
    starter.keep(1)
    for pid in users_place.servers().values():
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: users_place.servers() == {})
    successor = users_place.start()

    successor.addresses()
    assert successor.keep(2) == [[1, 2], [1, 2]]


def test_a_signal_stops_the_servers_even_when_it_comes_twice(users_place: Place) -> None:
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    gateways = [users_place.start(holder="gateway dev", home=users_place.top / sign.name) for sign in signals]
    for gateway in gateways:
        gateway.addresses()
    groups = {os.getpgid(pid) for pid in users_place.servers().values()}
    for _ in range(2):
        for gateway, sign in zip(gateways, signals, strict=True):
            gateway.signal(sign)
        time.sleep(0.2)

    assert [gateway.ended() for gateway in gateways] == [-2, 128 + 15, 128 + 1]
    assert groups.isdisjoint(gateway.pid for gateway in gateways)
    assert users_place.servers() == {}


def test_a_deep_and_strange_path_works(any_place: Place) -> None:
    home = any_place.top.joinpath(*["a directory, 50% deeper: ä" for _ in range(8)])
    first = any_place.start(home=home)
    database_url, _ = first.addresses()
    first.keep(1)
    first.leave()
    sockets = Path(database_url.partition("host=")[2])
    sockets.chmod(0o777)
    refusal = any_place.refused(home=home)
    sockets.chmod(0o700)
    second = any_place.start(home=home)
    second.addresses()
    kept = second.kept()
    shutil.rmtree(sockets)

    assert len(str(home)) > 107
    assert re.fullmatch(r"/tmp/gateway-\d+-[0-9a-f]{16}", str(sockets))
    assert kept == [[1], [1]]
    assert re.fullmatch(
        rf"{sockets}, where PostgreSQL's socket would be, is not a private directory of the user with id \d+;"
        r" remove it, or set TMPDIR to another place\.",
        refusal,
    )


@NEEDS_ROOT
def test_root_may_keep_data_where_nobody_else_may_look() -> None:
    with a_place("root", mode=0o700) as closed:
        program = closed.start()
        program.addresses()

        assert program.keep(1) == [[1], [1]]


def test_a_first_start_that_was_killed_at_any_moment_is_done_again(users_place: Place) -> None:
    making = users_place.home / "postgres.new"
    for moment in (making, making / "PG_VERSION", making / "global" / "pg_control", users_place.home / "postgres"):
        program = users_place.start()
        wait_until(moment.exists)
        program.kill()
    program = users_place.start()
    program.addresses()

    assert program.keep(1) == [[1], [1]]


def test_a_port_that_another_program_has_taken_is_given_up_and_nothing_is_lost(users_place: Place) -> None:
    first = users_place.start()
    _, before = first.addresses()
    first.keep(1)
    first.leave()
    port = int((users_place.home / "mongod.port").read_text())
    with a_program_on(port):
        second = users_place.start()
        _, after = second.addresses()
        kept = second.keep(2)

    assert after != before
    assert kept == [[1, 2], [1, 2]]
