"""Which core does what, and how much of its time a process has used."""

import os
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
KIB = 1024


@dataclass(frozen=True)
class Cores:
    """The server under test has one core to itself; the load and the databases share all others."""

    server: frozenset[int]
    others: frozenset[int]

    @property
    def are_apart(self) -> bool:
        return self.server.isdisjoint(self.others)


def cores() -> Cores:
    first, *others = sorted(os.sched_getaffinity(0))
    return Cores(frozenset({first}), frozenset(others or {first}))


def family(*pids: int) -> list[int]:
    """These processes and all that they have started, which live."""
    started: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := stat(int(entry.name))):
            started.setdefault(int(fields[1]), []).append(int(entry.name))
    found = list(pids)
    for each in found:
        found += started.get(each, [])
    return found


def parent(pid: int) -> int:
    """0 for a process that is gone."""
    fields = stat(pid)
    return int(fields[1]) if fields else 0


def cpu_seconds(*pids: int) -> float:
    """What these processes and all that they started have used, in user and in kernel mode, ended children too."""
    ticks = 0
    for pid in family(*pids):
        if fields := stat(pid):
            ticks += sum(int(each) for each in fields[11:15])
    return ticks / TICKS


def resident_bytes(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) * KIB for line in status.splitlines() if line.startswith("VmRSS"))


def stat(pid: int) -> list[str]:
    """The fields of `/proc/<pid>/stat` from the state on; nothing for a process that is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def processor() -> str:
    """What this is measured on, without a name of it."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.partition(": ")[2] for line in lines if line.startswith("model name")), "unknown processor")
    return f"{model}, {len(os.sched_getaffinity(0))} cores"
