"""The load: so many connections, each of which asks again as soon as it is answered.  It runs as a process of its own
that imports nothing of ours, on plain sockets, so that it costs little beside what it measures.

`load.py` reads a job from stdin and writes what happened to stdout, both as JSON.
"""

import json
import select
import socket
import sys
import time
from dataclasses import asdict, dataclass, field
from itertools import cycle

READ_AT_ONCE = 1 << 18
PATIENCE_SECONDS = 60.0
HEAD_END = b"\r\n\r\n"
LENGTH = b"content-length:"
LAST_CHUNK = b"0\r\n\r\n"


@dataclass
class Outcome:
    """What happened; times in seconds.  `failures` are answers that are not 200, or that hold errors."""

    requests: int = 0
    failures: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    p50: float = 0.0
    p99: float = 0.0
    failed_with: str = ""


@dataclass
class Connection:
    socket: socket.socket
    sent_at: float = 0.0
    received: list[bytes] = field(default_factory=list)
    missing: int = -1
    """How many bytes of the answer are to come; -1 while that is not known."""


def rendered(port: int, token: str, body: str) -> bytes:
    sent = body.encode()
    head = (
        f"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: application/json\r\n"
        f"Content-Type: application/json\r\nAuthorization: Bearer {token}\r\nContent-Length: {len(sent)}\r\n\r\n"
    )
    return head.encode() + sent


def run(port: int, requests: list[bytes], connections: int, seconds: float) -> Outcome:
    """Asks for so many seconds and then waits for what is under way, which counts as well."""
    outcome, latencies = Outcome(), []
    poll = select.epoll()
    opened = {}
    for _ in range(connections):
        connected = socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        poll.register(connected.fileno(), select.EPOLLIN)
        opened[connected.fileno()] = Connection(connected)
    following = cycle(requests)
    began = time.perf_counter()
    until = began + seconds
    for connection in opened.values():
        connection.sent_at = time.perf_counter()
        connection.socket.sendall(next(following))
    waiting = connections
    while waiting:
        ready = poll.poll(PATIENCE_SECONDS)
        if not ready:
            raise SystemExit(f"No answer came within {PATIENCE_SECONDS:.0f} s.")
        for descriptor, _ in ready:
            connection = opened[descriptor]
            data = connection.socket.recv(READ_AT_ONCE)
            if not data:
                raise SystemExit("The server closed a connection.")
            if not is_complete(connection, data):
                continue
            done_at = time.perf_counter()
            latencies.append(done_at - connection.sent_at)
            check(outcome, connection.received)
            connection.received, connection.missing = [], -1
            if done_at < until:
                connection.sent_at = done_at
                connection.socket.sendall(next(following))
            else:
                waiting -= 1
    outcome.seconds = time.perf_counter() - began
    latencies.sort()
    outcome.requests = len(latencies)
    outcome.p50, outcome.p99 = latencies[len(latencies) // 2], latencies[len(latencies) * 99 // 100]
    for connection in opened.values():
        connection.socket.close()
    return outcome


def is_complete(connection: Connection, data: bytes) -> bool:
    """Takes what came and says whether the answer ends with it."""
    connection.received.append(data)
    if connection.missing > 0:
        connection.missing -= len(data)
        return connection.missing == 0
    whole = b"".join(connection.received)
    end = whole.find(HEAD_END)
    if end < 0:
        return False
    head = whole[:end].lower()
    start = head.find(LENGTH)
    if start < 0:
        return whole.endswith(LAST_CHUNK)
    length = int(head[start + len(LENGTH) :].split(b"\r\n", 1)[0])
    connection.missing = end + len(HEAD_END) + length - len(whole)
    return connection.missing == 0


def check(outcome: Outcome, received: list[bytes]) -> None:
    if received[0][9:12] == b"200" and not any(b'"errors":' in part for part in received):
        return
    outcome.failures += 1
    outcome.failed_with = outcome.failed_with or b"".join(received)[:500].decode(errors="replace")


def main() -> None:
    job = json.load(sys.stdin)
    requests = [rendered(job["port"], token, body) for token, body in job["requests"]]
    before = time.process_time()
    outcome = run(job["port"], requests, job["connections"], job["seconds"])
    outcome.cpu_seconds = time.process_time() - before
    json.dump(asdict(outcome), sys.stdout)


if __name__ == "__main__":
    main()
