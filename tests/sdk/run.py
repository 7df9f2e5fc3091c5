"""Runs both official clients against the simulated provider, through the simulator's own tests.

They fetch the clients from their registries into the build folder, which is why a plain test run
leaves them out. Exit status 0 only when every row of both passed.
"""

import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
NEEDED = {
    "cargo": "install Rust from your distribution or rustup",
    "node": "install Node 20 or later",
    "npm": "install npm, which comes with Node",
    "python3": "install Python 3 with venv and pip",
}


def main():
    missing = [f"{tool}: {remedy}" for tool, remedy in NEEDED.items() if not shutil.which(tool)]
    if missing:
        sys.exit("The official clients cannot be run.\n" + "\n".join(missing))
    # The whole workspace is named, so that nothing is built again with other features.
    package = ["--locked", "--workspace"]
    nextest = subprocess.run(["cargo", "nextest", "--version"], capture_output=True, check=False)
    if nextest.returncode == 0:
        only = ["-E", "package(voxanne-simulator)"]
        command = ["cargo", "nextest", "run", *package, *only, "--run-ignored", "only", "--no-fail-fast"]
    else:
        command = ["cargo", "test", *package, "--", "--ignored", "sdk"]
    sys.exit(subprocess.run(command, cwd=ROOT, env=os.environ, check=False).returncode)


if __name__ == "__main__":
    main()
