#!/usr/bin/env python3
"""The scenario runner itself: wrong cases fail, with the right lines and exit status.

usage: runner_test.py GEO_SCENARIO WRONG_CASES

WRONG_CASES holds files that must not pass, and expected.json: for each file its lines, as
[id, outcome, a part of the reason].
"""

import json
import os
import subprocess
import sys
import tempfile

problems = []


def check(what, condition, shown=""):
    if not condition:
        problems.append(f"{what}: {shown}")


def run(program, *arguments, **environment):
    return subprocess.run([program, *arguments], capture_output=True, text=True, timeout=300,
                          env={**os.environ, **environment}, check=False)


def counts(expected):
    outcomes = [outcome for _, outcome, _ in expected]
    return [outcomes.count(outcome) for outcome in ("pass", "fail", "unsupported")]


def check_lines(name, expected, done):
    lines = done.stdout.splitlines()
    not_yet = [id for id, outcome, _ in expected if outcome == "unsupported"]
    ending = ["not yet: " + " ".join(not_yet)] if not_yet else []
    ending.append("{} passed, {} failed, {} skipped".format(*counts(expected)))
    check(f"{name}: the end", lines[len(expected):] == ending, lines[len(expected):])
    for (id, outcome, reason), line in zip(expected, lines):
        fits = line.startswith(f"{id} {outcome}") and reason in line
        fits = fits and (outcome != "pass" or line == f"{id} pass")
        check(f"{name}: {id} {outcome} {reason}", fits, line)


def check_json(name, expected, done):
    said = json.loads(done.stdout)
    numbers = [said["passed"], said["failed"], said["unsupported"]]
    check(f"{name} --json: counts", numbers == counts(expected), numbers)
    cases = [(case["id"], case["outcome"]) for case in said["cases"]]
    check(f"{name} --json: cases", cases == [(id, outcome) for id, outcome, _ in expected], cases)
    for (id, _, reason), case in zip(expected, said["cases"]):
        check(f"{name} --json: {id}", reason in case["reason"], case["reason"])


def check_files(program, folder):
    with open(os.path.join(folder, "expected.json"), encoding="utf-8") as file:
        expectations = json.load(file)
    listed = {name for name in os.listdir(folder) if name.endswith(".json")} - {"expected.json"}
    check("expected.json names every file", listed == set(expectations), listed)
    for name, expected in expectations.items():
        path = os.path.join(folder, name)
        done = run(program, "--store", "memory", path)
        check(f"{name}: exit status", done.returncode == 1, f"{done.returncode} {done.stderr}")
        check_lines(name, expected, done)
        done = run(program, "--store", "memory", "--json", path)
        check(f"{name} --json: exit status", done.returncode == 1, f"{done.returncode}")
        check_json(name, expected, done)


def check_absence(program):
    with tempfile.TemporaryDirectory() as empty:
        done = run(program, GEO_CASES=os.path.join(empty, "nothing"))
        check("no cases at all", done.returncode == 77 and "GEO_CASES" in done.stderr, done)
        done = run(program, os.path.join(empty, "nothing.json"))
        check("no such file", done.returncode == 1 and "cannot be read" in done.stdout, done)
        done = run(program, empty)
        check("an empty folder", done.returncode == 1 and "holds no *.json" in done.stdout, done)


def main():
    program, folder = sys.argv[1:]
    check_files(program, folder)
    check_absence(program)
    for problem in problems:
        print(problem)
    print(f"{len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
