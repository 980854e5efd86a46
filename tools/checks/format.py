#!/usr/bin/env python3
"""Every C++ file is formatted as .clang-format says. Releases of clang-format disagree about details,
so one of them is the judge."""

import re
import shutil
import subprocess

import tree

RELEASE = "14"


def find_clang_format():
    for name in ("clang-format-" + RELEASE, "clang-format"):
        if shutil.which(name):
            done = subprocess.run([name, "--version"], capture_output=True, text=True, check=False)
            if re.search(rf"version {RELEASE}\.", done.stdout):
                return name
    return None


def main():
    root = tree.arguments(__doc__).root
    clang_format = find_clang_format()
    if clang_format is None:
        tree.skip(f"clang-format {RELEASE} is not installed")
    paths = tree.files(root)
    problems = []
    if paths:
        done = subprocess.run(
            [clang_format, "--dry-run", "-Werror", "--style=file", *paths],
            cwd=root,
            capture_output=True,
            text=True,
            check=False,
        )
        problems = re.findall(r"^[^\s:]+:\d+:\d+: error: .*", done.stderr, re.M)
        if done.returncode != 0 and not problems:
            problems = [done.stderr]
        if problems:
            print(f"mend with: {clang_format} -i {' '.join(sorted({p.split(':')[0] for p in problems}))}")
    tree.finish("format", problems, len(paths))


if __name__ == "__main__":
    main()
