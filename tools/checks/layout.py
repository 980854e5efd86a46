#!/usr/bin/env python3
"""Files short enough to read, no trailing space, no tab in code, no promise left in a comment."""

import re

import tree

LONGEST = 600  # lines of a file in include or src
PROMISE = re.compile(r"\b(?:TO" r"DO|FIX" r"ME)\b")
TEXT = (".h", ".cc", ".py", ".md", ".cmake", ".txt", ".json", ".in", ".sh")


def check(path, text):
    lines = text.split("\n")
    if path.startswith(("include/", "src/")) and len(lines) - 1 > LONGEST:
        yield f"{path}: {len(lines) - 1} lines; a file past {LONGEST} is asking to be two"
    if text and not text.endswith("\n"):
        yield f"{path}:{len(lines)}: no newline at the end"
    for number, line in enumerate(lines, 1):
        if line != line.rstrip():
            yield f"{path}:{number}: trailing space"
        if "\t" in line and path.endswith((".h", ".cc", ".py", ".cmake")):
            yield f"{path}:{number}: tab"
        if PROMISE.search(line):
            yield f"{path}:{number}: do it or leave it: {line.strip()}"


def main():
    root = tree.arguments(__doc__).root
    paths = [path for path in tree.files(root, suffixes=TEXT) if not path.startswith("tests/data/")]
    problems = []
    for path in paths:
        problems.extend(check(path, tree.read(root, path)))
    tree.finish("layout", problems, len(paths))


if __name__ == "__main__":
    main()
