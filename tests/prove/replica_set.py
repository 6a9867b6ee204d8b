"""Three mongods on loopback that are one replica set, as children of this process, to be killed and started again."""

import asyncio
import socket
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from pymongo import AsyncMongoClient
from pymongo.errors import PyMongoError

from gateway.embedded.account import servers_account
from gateway.embedded.mongod import mongod_program

NAME = "proof"
MEMBERS = 3
PATIENCE = 60.0


class Member:
    """One mongod on a directory and a port of its own."""

    def __init__(self, data: Path, port: int) -> None:
        self.data, self.port = data, port
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        program = mongod_program()
        assert program is not None
        account = servers_account(self.data.parent, program)
        self.data.mkdir(mode=0o700, exist_ok=True)
        account.give(self.data)
        options = ["--dbpath", str(self.data), "--port", str(self.port), "--bind_ip", "127.0.0.1", "--replSet", NAME]
        sizes = ["--oplogSize", "256", "--wiredTigerCacheSizeGB", "0.25"]
        # As the documents ask of every node: what a killed client has locked is free again soon.
        parameters = ["--setParameter", "transactionLifetimeLimitSeconds=5"]
        with (self.data.parent / f"{self.data.name}.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*account.prefix, str(program), "--quiet", "--nounixsocket", *options, *sizes, *parameters],
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
            )

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()


class ReplicaSet:
    def __init__(self, members: Sequence[Member]) -> None:
        self.members = members

    @property
    def uri(self) -> str:
        return f"mongodb://{','.join(member.host for member in self.members)}/?replicaSet={NAME}"

    async def begin(self) -> None:
        for member in self.members:
            member.start()
        hosts = [{"_id": place, "host": member.host} for place, member in enumerate(self.members)]
        async with AsyncMongoClient[dict[str, Any]](self.members[0].host, directConnection=True) as client:
            await client.admin.command("replSetInitiate", {"_id": NAME, "members": hosts})
        await self.primary()

    async def primary(self) -> Member:
        """The member that takes writes, once there is one."""
        async with asyncio.timeout(PATIENCE):
            while True:
                for member in self.members:
                    if await is_primary(member):
                        return member
                await asyncio.sleep(0.2)

    async def kill_primary(self) -> Member:
        member = await self.primary()
        await asyncio.to_thread(member.kill)
        return member


async def is_primary(member: Member) -> bool:
    client = AsyncMongoClient[dict[str, Any]](member.host, directConnection=True, serverSelectionTimeoutMS=500)
    try:
        async with client:
            return bool((await client.admin.command("hello"))["isWritablePrimary"])
    except PyMongoError:
        return False


@asynccontextmanager
async def replica_set(folder: Path) -> AsyncIterator[ReplicaSet]:
    members = made(folder)
    running = ReplicaSet(members)
    try:
        await running.begin()
        yield running
    finally:
        for member in members:
            member.kill()


def made(folder: Path) -> list[Member]:
    # Others may pass through, since the servers run under another account where this one is root.
    folder.mkdir(mode=0o711)
    return [Member(folder / f"member{place}", port) for place, port in enumerate(free_ports(MEMBERS))]


def free_ports(number: int) -> list[int]:
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    try:
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()
