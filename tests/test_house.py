"""House rules that a reader would have to remember otherwise."""

import ast
import re
from pathlib import Path

import pytest

from resolvers.context import Context, Handles

ROOT = Path(__file__).parents[1]
FLOORS = ("gateway", "schema", "resolvers", "models", "migrations", "tests")
FILES = [file for floor in FLOORS for file in sorted((ROOT / floor).rglob("*.py")) if "versions" not in file.parts]
LONGEST_FILE = 300


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_file_has_one_subject_and_reads_in_a_sitting(file: Path) -> None:
    lines = len(file.read_text().splitlines())

    assert lines <= LONGEST_FILE, f"{file.name} has {lines} lines: a second subject wants a file of its own."


@pytest.mark.parametrize(
    "file", [file for file in FILES if file.read_text()], ids=lambda file: str(file.relative_to(ROOT))
)
def test_a_module_opens_with_what_is_in_it(file: Path) -> None:
    assert ast.get_docstring(ast.parse(file.read_text())), f"{file} does not say what is in it."


def test_documents_are_changed_by_conditional_updates_and_never_saved_whole() -> None:
    saving = [
        file.name
        for file in FILES
        if "tests" not in file.parts and re.search(r"\.(save|replace)\(\s*\)", file.read_text())
    ]

    assert saving == [], "Beanie's save() writes every field and loses what others changed: update what you mean."


def test_neither_lifetime_holds_a_session_a_request_or_a_response() -> None:
    named = {**Handles.__annotations__, **Context.__annotations__}

    assert not [
        name for name, kind in named.items() if re.search("session|request|response", f"{name} {kind}", re.IGNORECASE)
    ]
