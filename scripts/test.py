#!/usr/bin/env python3
"""`make test` and, with --full, `make prove`: every step in order, cheap ones first, with the time each took."""
import os
import pathlib
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
PY = sys.executable


def has_nextest():
    return subprocess.run(["cargo", "nextest", "--version"], capture_output=True).returncode == 0


def chromium():
    named = os.environ.get("CHROMIUM")
    if named:
        return named if os.access(named, os.X_OK) else None
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        if shutil.which(name):
            return shutil.which(name)
    mac = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
    return mac if os.path.exists(mac) else None


def browser():
    """Finds a browser, or installs Debian's where that is allowed; else says how to get one."""
    if chromium() is None and shutil.which("apt-get") and os.geteuid() == 0:
        subprocess.run(["apt-get", "update", "-qq"], check=False, stdout=subprocess.DEVNULL)
        subprocess.run(["apt-get", "install", "-y", "-qq", "chromium"], check=False, stdout=subprocess.DEVNULL)
    found = chromium()
    if found:
        # The tests use the one that was found here.
        os.environ["CHROMIUM"] = found
    else:
        print("No Chromium or Chrome was found: install one (Debian: apt-get install chromium) and run this again.")
        return 1
    return 0


def rust_tests(full):
    env = dict(os.environ)
    if full:
        env["VOXANNE_TEST_FULL"] = "1"
    if has_nextest():
        command = ["cargo", "nextest", "run", "--locked", "--workspace", "--no-fail-fast"]
        if os.environ.get("CI"):
            command += ["--profile", "ci"]
    else:
        command = ["cargo", "test", "--locked", "--workspace", "--no-fail-fast"]
    return command, env


def steps(full):
    tests, env = rust_tests(full)
    voxanne = str(TARGET / "debug" / "voxanne")
    yield "format", ["cargo", "fmt", "--all", "--check"], None
    yield "rules", [PY, "scripts/check.py"], None
    yield "dashboard: install", [PY, "scripts/web.py", "install"], None
    yield "dashboard: lint", [PY, "scripts/web.py", "lint"], None
    yield "dashboard: types", [PY, "scripts/web.py", "typecheck"], None
    yield "dashboard: unit", [PY, "scripts/web.py", "test"], None
    yield "dashboard: build", [PY, "scripts/web.py", "build"], None
    yield "models", [PY, "scripts/models.py"], None
    yield "lints", ["cargo", "clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"], None
    # All targets at once: another selection of packages would build the dependencies with other features again.
    yield "program", ["cargo", "build", "--locked", "--workspace", "--all-targets"], None
    yield "tests", tests, env
    yield "official SDKs", [PY, "tests/sdk/run.py", voxanne], None
    yield "browser: present", browser, None
    yield "browser", [PY, "tests/browser/run.py", voxanne], None
    if full:
        yield "full proofs", [PY, "scripts/prove.py", voxanne], None


def run(step, env):
    if callable(step):
        return step()
    return subprocess.run(step, cwd=ROOT, env=env).returncode


def main():
    full = "--full" in sys.argv
    times, failed = [], []
    for name, step, env in steps(full):
        print(f"\n== {name}", flush=True)
        began = time.monotonic()
        status = run(step, env)
        times.append((name, time.monotonic() - began))
        if status != 0:
            failed.append(name)
            # What follows a broken build only repeats its errors.
            if name in ("format", "rules", "dashboard: install", "dashboard: build", "models", "lints", "program"):
                break
    print("\n== times")
    for name, took in times:
        print(f"{took:8.1f} s  {name}")
    print(f"{sum(t for _, t in times) / 60:8.1f} min in all")
    print(f"{len(times) - len(failed)} passed, {len(failed)} failed")
    for name in failed:
        print(f"failed: {name}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
