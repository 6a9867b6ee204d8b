"""The sandbox as another process's child, `python -m gateway.sandbox DATA_DIR PORT`: it starts soon, because it imports
nothing of the gateway, and ends when its stdin does.
"""

import sys
from pathlib import Path

from gateway.sandbox.running import SandboxFailed, run


def main() -> None:
    directory, port = sys.argv[1:]
    try:
        run(Path(directory), int(port), (), say, until_stdin_ends=True)
    except SandboxFailed as failure:
        sys.exit(str(failure))


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


main()
