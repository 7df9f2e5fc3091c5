#!/usr/bin/env python3
"""The dashboard in a real browser: its pages on scripted data, then the whole product through `voxanne demo`.

Usage: python3 tests/browser/run.py PATH_TO_VOXANNE [--out FOLDER]
"""
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import threading

ROOT = pathlib.Path(__file__).resolve().parents[2]
START_SECONDS = 90
LINK = re.compile(r"(https?://\S+)/welcome/\S+")


def node(*words):
    return subprocess.run(["node", *words], cwd=ROOT / "web", check=False).returncode


def npm(*words):
    return subprocess.run(["npm", "run", "--silent", *words], cwd=ROOT / "web", check=False).returncode


def first_link(process):
    """The printed link, or nothing when the program ends or stays silent."""
    found, lines = [], []
    done = threading.Event()

    def read():
        for line in process.stdout:
            lines.append(line)
            match = LINK.search(line)
            if match and not found:
                found.append((match.group(1), match.group(0)))
                done.set()
        done.set()

    threading.Thread(target=read, daemon=True).start()
    done.wait(START_SECONDS)
    if not found:
        sys.stdout.writelines(lines)
    return found[0] if found else None


def product(voxanne, out):
    with tempfile.TemporaryDirectory(prefix="voxanne-browser-") as folder:
        settings = [f"data_dir={folder}/data", f"key_ring={folder}/keys/ring", "listen=127.0.0.1:0"]
        command = [voxanne, "demo", "--time-scale", "10"]
        for setting in settings:
            command += ["--set", setting]
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=os.environ
        )
        try:
            link = first_link(process)
            if link is None:
                print("the demo printed no sign-in link: see above")
                return 1
            return node("tests/e2e/run.mjs", "--base", link[0], "--link", link[1], "--out", str(out))
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def main():
    if len(sys.argv) < 2:
        sys.exit("give the path of the program: target/debug/voxanne")
    out = pathlib.Path(sys.argv[sys.argv.index("--out") + 1]) if "--out" in sys.argv else ROOT / "target" / "browser"
    out.mkdir(parents=True, exist_ok=True)
    pages = npm("test:pages")
    whole = product(str(pathlib.Path(sys.argv[1]).resolve()), out.resolve())
    print(f"{(pages == 0) + (whole == 0)} passed, {(pages != 0) + (whole != 0)} failed")
    sys.exit(1 if pages or whole else 0)


if __name__ == "__main__":
    main()
