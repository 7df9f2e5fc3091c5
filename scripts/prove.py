#!/usr/bin/env python3
"""The long proofs on simulated calls: `prove.py PROGRAM`. Each line says what was shown; the last counts them."""
import json
import os
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROFILES = ["none", "duplicate", "reorder", "drop", "delay", "5xx", "429", "cut", "late-report", "shapes", "split", "interrupt"]
SABOTAGES = {
    "lose": "calls_lost",
    "double": "calls_duplicated",
    "alter-word": "transcripts_different",
    "flip-byte": "recordings_different",
}
LONGEST = 3 * 3600


def report_of(program, arguments):
    """Exit status and report; an empty report when there is none."""
    done = subprocess.run([program, *arguments, "--json"], cwd=ROOT, stdout=subprocess.PIPE, text=True, timeout=LONGEST)
    try:
        return done.returncode, json.loads(done.stdout)
    except json.JSONDecodeError:
        return done.returncode, {}


def proofs():
    """Name, arguments, and whether status and report are as they must be."""

    def good(status, report):
        return status == 0 and report.get("calls_recorded", 0) > 0

    yield "200 calls with everything going wrong", ["simulate", "--calls", "200", "--concurrency", "20", "--faults", "mixed"], good
    for profile in PROFILES:
        yield f"20 calls, faults {profile}", ["simulate", "--calls", "20", "--faults", profile], good
    yield "S1: a burst", ["scenario", "run", "S1"], good
    yield "S5: killed 20 times", ["scenario", "run", "S5", "--kills", "20"], good
    for name, figure in SABOTAGES.items():

        def noticed(status, report, figure=figure):
            return status != 0 and [report.get(f) for f in SABOTAGES.values()] == [int(f == figure) for f in SABOTAGES.values()]

        yield f"sabotage {name} is noticed", ["simulate", "--calls", "6", "--sabotage", name], noticed


def main():
    if len(sys.argv) < 2 or not os.access(sys.argv[1], os.X_OK):
        print("usage: prove.py PROGRAM [WORD of the proofs to run]; a debug build (cargo build -p voxanne-server)")
        return 2
    program, only = os.path.abspath(sys.argv[1]), sys.argv[2:]
    passed = failed = 0
    for name, arguments, judge in proofs():
        if only and not any(word in name for word in only):
            continue
        begun = time.monotonic()
        try:
            status, report = report_of(program, arguments)
            fine = judge(status, report)
        except subprocess.TimeoutExpired:
            fine, report = False, {}
        passed, failed = passed + fine, failed + (not fine)
        print(f"{'ok    ' if fine else 'FAILED'} {name} ({time.monotonic() - begun:.0f} s)", flush=True)
        if not fine:
            shown = {key: value for key, value in report.items() if value and key not in ("outcomes", "faults_injected")}
            print(f"       {json.dumps(shown)[:2000]}", flush=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
