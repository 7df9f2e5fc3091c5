#!/usr/bin/env python3
"""Builds the dashboard when its sources changed; npm runs only when the lock file did."""
import hashlib
import pathlib
import subprocess
import sys

WEB = pathlib.Path(__file__).resolve().parent.parent / "web"
INPUTS = ["package.json", "package-lock.json", "index.html", "vite.config.ts", "tsconfig.json", "src", "public"]


def digest(paths):
    hash_ = hashlib.sha256()
    for path in paths:
        root = WEB / path
        files = sorted(p for p in root.rglob("*") if p.is_file()) if root.is_dir() else [root] if root.exists() else []
        for file in files:
            hash_.update(str(file.relative_to(WEB)).encode())
            hash_.update(file.read_bytes())
    return hash_.hexdigest()


def fresh(stamp, value):
    return stamp.exists() and stamp.read_text() == value


def npm(*words):
    subprocess.run(["npm", "--prefix", str(WEB), *words], check=True, stdout=sys.stderr)


def install():
    stamp = WEB / "node_modules" / ".voxanne-installed"
    value = digest(["package-lock.json"])
    if not fresh(stamp, value):
        npm("ci", "--no-audit", "--no-fund", "--loglevel=error")
        stamp.write_text(value)


def build():
    stamp = WEB / ".built"
    value = digest(INPUTS)
    if fresh(stamp, value) and (WEB / "dist" / "index.html").exists():
        return
    install()
    npm("run", "--silent", "build")
    stamp.write_text(value)


def main():
    word = sys.argv[1] if len(sys.argv) > 1 else "build"
    try:
        if word == "build":
            build()
        else:
            install()
            if word != "install":
                npm("run", "--silent", word)
    except subprocess.CalledProcessError as error:
        print(f"the dashboard's step `{word}` failed: see above", file=sys.stderr)
        return error.returncode or 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
