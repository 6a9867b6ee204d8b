"""The command line, as a newcomer and an operator use it, and what it says when it cannot do what it was asked."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.settings import Settings

ROOT = Path(__file__).parents[2]
SOON = 30.0


def environment(**variables: str) -> dict[str, str]:
    """This process's environment without settings, and these variables."""
    settings = {name.upper() for name in Settings.model_fields}
    return {name: value for name, value in os.environ.items() if name not in settings} | variables


def run(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """A command that ends by itself, run where there is no `.env`."""
    return subprocess.run(
        [sys.executable, "-m", "gateway", *words],
        capture_output=True,
        text=True,
        timeout=SOON,
        cwd="/",
        env=environment(PYTHONPATH=str(ROOT), **variables),
        check=False,
    )


@dataclass
class Service:
    """A running `gateway dev` or `serve`."""

    process: subprocess.Popen[bytes]
    log: Path

    def said(self, pattern: str) -> str:
        """The first group of a pattern in what the command has printed, waited for."""
        until = time.monotonic() + SOON
        while time.monotonic() < until:
            if found := re.search(pattern, self.log.read_text()):
                return found[1]
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise AssertionError(f"The command never said {pattern}:\n{self.log.read_text()}")

    @property
    def url(self) -> str:
        return self.said(r"GraphQL\s+(http://\S+)/graphql")

    @property
    def token(self) -> str:
        return self.said(r"Token\s+(gws_\S+)")

    def ask(self, query: str, **variables: Any) -> Any:
        until = time.monotonic() + SOON
        while True:
            try:
                headers = {"Authorization": f"Bearer {self.token}"}
                body = {"query": query, "variables": variables}
                return httpx.post(f"{self.url}/graphql", json=body, headers=headers).json()
            except httpx.ConnectError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)


@contextmanager
def service(directory: Path, *words: str, **variables: str) -> Iterator[Service]:
    log = directory / f"{words[0]}-{time.monotonic_ns()}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "gateway", *words],
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=environment(PYTHONPATH=str(ROOT), PYTHONUNBUFFERED="1", **variables),
        )
    try:
        yield Service(process, log)
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(SOON)


def using(data: Path) -> list[str]:
    """The programs that run on a data directory."""
    found = []
    for directory in Path("/proc").iterdir():
        try:
            command = (directory / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if directory.name.isdigit() and str(data) in command:
            found.append(command.replace("\0", " "))
    return found


def free_port() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return str(free.getsockname()[1])


def readme(language: str, marker: str) -> str:
    """The first block of the README in a language that contains a marker."""
    blocks = re.findall(rf"```{language}\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    block: str = next(block for block in blocks if marker in block)
    return block


def test_a_newcomer_runs_one_command_and_the_readmes_query_gives_the_readmes_answer(tmp_path: Path) -> None:
    data = tmp_path / "data"
    port = free_port()
    with service(tmp_path, "dev", "--port", port, "--data-dir", str(data)) as dev:
        assert dev.ask(readme("graphql", "orders(first:")) == json.loads(readme("json", '"orders"'))

        second = run("dev", "--port", port, "--data-dir", str(data))
        assert second.returncode == 1
        assert re.fullmatch(rf"gateway: .*gateway dev.*{dev.process.pid}.*:{port}.*\n", second.stderr)
        other = run("dev", "--port", port, "--data-dir", str(tmp_path / "other"))
        assert other.returncode == 1
        assert f"{port} is not free" in other.stderr

        token = run("user", "token", "alice@example.com", "--data-dir", str(data))
        assert (token.returncode, token.stdout[:4]) == (0, "gws_")
        unknown = run("user", "token", "nobody@example.com", "--data-dir", str(data))
        assert (unknown.returncode, unknown.stderr.count("\n")) == (1, 1)

        again = run("migrate", "--data-dir", str(data))
        assert (again.returncode, again.stdout) == (0, "Both databases are already current.\n")
        status = run("migrate", "--status", "--data-dir", str(data))
        assert status.returncode == 0
        assert "pending" not in status.stdout
        filled = run("seed", "--data-dir", str(data))
        assert filled.returncode == 0
        assert "nothing was changed" in filled.stdout

        assert dev.ask("{ orders { totalCount } }")["data"]["orders"]["totalCount"] > 0
        dev.process.send_signal(signal.SIGINT)
        assert dev.process.wait(SOON) == 0
    assert "Traceback" not in dev.log.read_text()
    assert using(data) == []


def test_workers_share_the_port_and_end_together(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert run("migrate", "--data-dir", str(data)).returncode == 0
    port = free_port()
    with service(tmp_path, "serve", "--workers", "2", "--port", port, "--data-dir", str(data)) as served:
        served.said(r"(Application startup complete)(?s:.*)Application startup complete")
        assert httpx.get(f"http://127.0.0.1:{port}/readyz").json()["status"] == "ready"
        served.process.terminate()
        served.process.wait(SOON)
    assert "Traceback" not in served.log.read_text()
    assert using(data) == []


def test_workers_end_when_the_process_that_started_them_was_killed(tmp_path: Path) -> None:
    data, port = tmp_path / "data", free_port()
    assert run("migrate", "--data-dir", str(data)).returncode == 0
    with service(tmp_path, "serve", "--workers", "2", "--port", port, "--data-dir", str(data)) as served:
        served.said(r"(Application startup complete)(?s:.*)Application startup complete")
        served.process.kill()
        served.process.wait(SOON)
        until = time.monotonic() + SOON
        while served.log.read_text().count("Finished server process") < 2:
            assert time.monotonic() < until
            time.sleep(0.05)
        # Whoever comes next takes the databases over, and takes them along.
        assert run("migrate", "--status", "--data-dir", str(data)).returncode == 0
    assert using(data) == []


def test_a_service_on_databases_that_are_not_migrated_does_not_start(tmp_path: Path) -> None:
    data = str(tmp_path / "data")

    for words in (("serve", "--port", "0"), ("user", "token", "a@example.com")):
        refused = run(*words, "--data-dir", data)
        assert refused.returncode == 1
        assert refused.stderr.splitlines()[-1] == (
            "gateway: The databases are not migrated to this version; run 'gateway migrate' first."
        )


def test_the_first_administrator_is_made_from_the_settings(tmp_path: Path) -> None:
    data = str(tmp_path / "data")
    assert run("migrate", "--data-dir", data).returncode == 0

    missing = run("user", "admin", "--data-dir", data)
    made = run("user", "admin", "--data-dir", data, ADMIN_EMAIL="root@example.com", ADMIN_PASSWORD="correct horse")
    again = run("user", "admin", "--data-dir", data, ADMIN_EMAIL="root@example.com", ADMIN_PASSWORD="another one")

    assert (missing.returncode, missing.stderr[:36]) == (1, "gateway: ADMIN_PASSWORD is missing; ")
    assert made.stdout == "root@example.com is an administrator now.\n"
    assert again.stdout == "root@example.com is known already, and nothing was changed.\n"


def test_a_port_that_is_taken_is_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        refused = run("dev", "--port", port, "--data-dir", str(tmp_path / "data"))

    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.splitlines()[-1] == (
        f"gateway: 127.0.0.1:{port} is not free to listen on (Address already in use); choose another."
    )


AWAY = "postgresql://gateway@127.0.0.1:1/gateway", "mongodb://127.0.0.1:1/?directConnection=true"


@pytest.mark.parametrize("command", ["migrate", "seed", "user token a@example.com", "serve --port 0"])
@pytest.mark.parametrize("away", ["PostgreSQL", "MongoDB"])
def test_a_database_that_is_away_at_the_start_is_one_sentence_within_five_seconds(
    command: str, away: str, postgres_url: str
) -> None:
    started = time.monotonic()

    address = AWAY[0] if away == "PostgreSQL" else postgres_url
    refused = run(*command.split(), DATABASE_URL=address, MONGO_URI=AWAY[1])

    assert time.monotonic() - started < 5 + 2  # Two seconds are for Python to start on a busy machine.
    assert refused.returncode == 1
    said = refused.stderr.splitlines()
    assert "Traceback" not in refused.stderr
    assert away in said[-1]
    assert said[-1].startswith("gateway: ")


@pytest.mark.parametrize(
    ("variables", "name"),
    [
        ({"PORT": "x"}, "PORT"),
        ({"ENVIRONMENT": "production"}, "SECRET_KEY"),
        ({"MONGO_URI": "mongodb://h"}, "DATABASE_URL"),
    ],
)
def test_an_unusable_setting_is_one_sentence(variables: dict[str, str], name: str) -> None:
    refused = run("serve", **variables)

    assert (refused.returncode, refused.stdout) == (1, "")
    assert re.fullmatch(rf"gateway: {name} .*\n", refused.stderr)


def test_the_committed_schema_is_what_the_code_declares() -> None:
    assert run("schema", "--check").returncode == 0
    assert run("schema").stdout == (ROOT / "schema" / "schema.graphql").read_text()
