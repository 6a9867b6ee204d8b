"""The page that the benchmark writes: medians, multiples, and nothing else touched."""

import json
from pathlib import Path

import pytest

from tests.bench.ceiling import Ceiling
from tests.bench.report import BEGIN, END, Figures, as_json, as_markdown, written_into
from tests.bench.rounds import Measurement


def turn(contestant: str, per_second: float, server_cpu: float, failures: int = 0) -> Measurement:
    return Measurement(
        operation="point",
        contestant=contestant,
        connections=32,
        requests=1000,
        failures=failures,
        per_second=per_second,
        p50=0.001,
        p99=0.0055,
        server_cpu=server_cpu,
        databases_cpu=0.00005,
        server_busy=0.98,
        load_busy=0.2,
    )


@pytest.fixture
def figures() -> Figures:
    rounds = [turn("engine", speed, 0.0001) for speed in (11_000, 12_000, 10_000)]
    rounds += [turn("bare", speed, 0.00015, failures) for speed, failures in ((8_000, 0), (8_800, 2), (9_000, 0))]
    ceilings = {"canned": Ceiling(50_000, 0.00001), "trivial": Ceiling(20_000, 0.00001)}
    return Figures("s", 3, 5.0, rounds, ceilings, is_apart=True)


def test_a_table_shows_medians_and_how_many_times_as_fast_the_engine_is(figures: Figures) -> None:
    lines = as_markdown(figures).splitlines()

    assert [line for line in lines if line.startswith(("| engine |", "| bare |"))] == [
        "| engine | 11,000 | 18% | 1.00 | 5.50 | 100 | 50 | 98% | 20% | 1.00 | 1.00 |",
        "| bare | 8,800, 2 failed | 11% | 1.00 | 5.50 | 150 | 50 | 98% | 20% | 1.25 | 1.50 |",
    ]
    assert "| hand-written for these operations, bare ASGI | 1.25 (goal 1.2; by CPU 1.50) |" in lines
    assert "| plain Strawberry, SQLModel objects and Beanie documents | ? (goal 30) |" in lines


def test_the_json_holds_every_turn_and_the_medians(figures: Figures) -> None:
    told = json.loads(as_json(figures))

    assert [each["per_second"] for each in told["measured"]] == [11_000, 12_000, 10_000, 8_000, 8_800, 9_000]
    assert [(each["contestant"], each["per_second"]) for each in told["medians"]] == [
        ("engine", 11_000),
        ("bare", 8_800),
    ]


def test_the_figures_of_a_page_are_replaced_and_nothing_else_is(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")

    written_into(page, "new\n")
    written_into(page, "newer\n")

    assert page.read_text() == f"before\n{BEGIN}\n\nnewer\n\n{END}\nafter\n"
