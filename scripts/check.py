#!/usr/bin/env python3
"""The quick rules that no compiler checks. Each rule first finds its canary, so that a broken rule cannot pass."""
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
CODE = {".rs", ".ts", ".tsx", ".py", ".mjs", ".sql", ".css"}
TEXT = CODE | {".md", ".toml", ".json", ".yaml", ".yml", ".sh", ".html", ""}
GENERATED = ("web/src/api/schema.d.ts", "openapi/", "package-lock.json", "Cargo.lock", "/data/", ".snap")
LONGEST = 800
# Written apart so that this file does not find itself.
OPEN_ENDS = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]) + r")\b")
SECRETS = re.compile(
    r"(-----BEGIN [A-Z ]*PRIVATE KEY-----|\bsk-[A-Za-z0-9]{32,}|\bAKIA[0-9A-Z]{16}\b|\bvxk_[A-Za-z0-9_-]{40,}|\bghp_[A-Za-z0-9]{36})"
)
LINK = re.compile(r"\[[^\]]*\]\(([^)#:\s]+)(?:#[^)]*)?\)")
# Who may depend on whom: server -> {app, providers, stores, local-ai, simulator} -> core.
ALLOWED = {
    "voxanne-core": set(),
    "voxanne-simulator": set(),
    "voxanne-app": {"voxanne-core"},
    "voxanne-providers": {"voxanne-core"},
    "voxanne-local-ai": {"voxanne-core"},
    "voxanne-store-sqlite": {"voxanne-core"},
    "voxanne-store-postgres": {"voxanne-core"},
    "voxanne-server": {
        "voxanne-core", "voxanne-app", "voxanne-providers", "voxanne-local-ai", "voxanne-store-sqlite",
        "voxanne-store-postgres", "voxanne-simulator",
    },
}
BARRED = {
    "voxanne-core": {"tokio", "sqlx", "axum", "reqwest"},
    "voxanne-app": {"sqlx", "axum", "reqwest"},
    "voxanne-providers": {"sqlx"},
}


def tracked():
    out = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in out.stdout.splitlines() if (ROOT / name).is_file()]


def generated(name):
    return any(part in name for part in GENERATED)


def lines_of(name):
    try:
        return (ROOT / name).read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        return []


def file_lengths(names):
    for name in names:
        if pathlib.Path(name).suffix in CODE and not generated(name):
            count = len(lines_of(name))
            if count > LONGEST:
                yield f"{name}: {count} lines, at most {LONGEST}: split it by subject"


def open_ends(names):
    for name in names:
        if pathlib.Path(name).suffix in TEXT and not generated(name):
            for number, line in enumerate(lines_of(name), 1):
                if OPEN_ENDS.search(line):
                    yield f"{name}:{number}: an open end; finish it or write it into an issue"


def secrets(names):
    for name in names:
        for number, line in enumerate(lines_of(name), 1):
            if SECRETS.search(line):
                yield f"{name}:{number}: looks like a secret"


def links(names):
    for name in names:
        if name.endswith(".md"):
            for number, line in enumerate(lines_of(name), 1):
                for target in LINK.findall(line):
                    if not (ROOT / name).parent.joinpath(target).exists():
                        yield f"{name}:{number}: link to {target} leads nowhere"


def directions():
    meta = subprocess.run(
        ["cargo", "metadata", "--locked", "--format-version", "1", "--no-deps"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for package in json.loads(meta.stdout)["packages"]:
        name = package["name"]
        normal = {d["name"] for d in package["dependencies"] if d["kind"] is None}
        ours = {d for d in normal if d.startswith("voxanne-")}
        for wrong in sorted(ours - ALLOWED.get(name, ours)):
            yield f"{name} depends on {wrong}: the direction is server -> adapters and use cases -> core"
        for wrong in sorted(normal & BARRED.get(name, set())):
            yield f"{name} depends on {wrong}, which belongs elsewhere"


def canaries():
    """Each pattern must find what it is for."""
    yield from (
        message
        for found, message in [
            (OPEN_ENDS.search("// TO" + "DO: later"), "the rule about open ends finds nothing"),
            (SECRETS.search("AKIA" + "ABCDEFGHIJKLMNOP"), "the rule about secrets finds nothing"),
            (LINK.findall("[x](docs/y.md)") == ["docs/y.md"], "the rule about links finds nothing"),
        ]
        if not found
    )


def main():
    names = tracked()
    problems = list(canaries())
    if len(names) < 50:
        problems.append("fewer than 50 files were found: the rules looked in the wrong place")
    for rule in (file_lengths, open_ends, secrets, links):
        problems.extend(rule(names))
    problems.extend(directions())
    for problem in problems:
        print(problem)
    print(f"{len(names)} files looked at, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
