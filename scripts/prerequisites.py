#!/usr/bin/env python3
"""Says which prerequisite is missing and how to get it. Everything else is installed by the project's own files."""
import importlib.util
import re
import shutil
import subprocess
import sys


def version(command, pattern):
    if shutil.which(command[0]) is None:
        return None
    try:
        out = subprocess.run(command, capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(pattern, out.stdout + out.stderr)
    return tuple(int(part) for part in found.groups()) if found else None


def main():
    missing = []

    def need(name, found, least, how):
        if found is None:
            missing.append(f"{name} is missing: {how}")
        elif found < least:
            has, wants = (".".join(map(str, v)) for v in (found, least))
            missing.append(f"{name} {has} is too old, {wants} or newer is needed: {how}")

    need("Rust (cargo)", version(["cargo", "--version"], r"cargo (\d+)\.(\d+)"), (1, 95),
         "install it with rustup (the site rustup.rs has one line for it)")
    need("Node.js", version(["node", "--version"], r"v(\d+)\.(\d+)"), (20, 19),
         "install Node 20 or newer (Debian: apt-get install nodejs npm, or your system's package manager)")
    need("npm", version(["npm", "--version"], r"(\d+)\.(\d+)"), (9, 0), "it comes with Node.js (Debian: apt-get install npm)")
    if sys.version_info < (3, 9):
        missing.append("Python 3.9 or newer is needed")
    need("pip", version([sys.executable, "-m", "pip", "--version"], r"pip (\d+)\.(\d+)"), (20, 0),
         "Debian: apt-get install python3-pip; elsewhere: python3 -m ensurepip")
    if "--test" in sys.argv and importlib.util.find_spec("ensurepip") is None:
        missing.append("Python's venv cannot install pip: Debian: apt-get install python3-venv")
    if not any(shutil.which(cc) for cc in ("cc", "gcc", "clang")):
        missing.append("a C compiler is missing: Debian: apt-get install build-essential; macOS: xcode-select --install")
    for line in missing:
        print(line, file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
