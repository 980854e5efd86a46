"""What every check needs: the files of a source tree, code without comments, and a verdict."""

import argparse
import os
import re
import sys

FOLDERS = ("bindings", "cmake", "docs", "examples", "include", "src", "tests", "tools")
SKIPPED = 77  # ctest shows this exit status as "Skipped"


def arguments(description, **options):
    """--root, plus `options` (name -> default) as text flags."""
    parser = argparse.ArgumentParser(description=description)
    here = os.path.dirname(os.path.abspath(__file__))
    parser.add_argument("--root", default=os.path.dirname(os.path.dirname(here)))
    for name, default in options.items():
        parser.add_argument("--" + name, default=default)
    return parser.parse_args()


def files(root, folders=FOLDERS, suffixes=(".h", ".cc")):
    """Paths relative to `root`, with forward slashes, sorted."""
    found = []
    for folder in folders:
        for where, below, names in os.walk(os.path.join(root, folder)):
            below[:] = [name for name in below if name not in ("corpus", "__pycache__", "build")]
            for name in names:
                if name.endswith(suffixes):
                    found.append(os.path.relpath(os.path.join(where, name), root))
    return sorted(path.replace(os.sep, "/") for path in found)


def read(root, path):
    with open(os.path.join(root, path), encoding="utf-8") as file:
        return file.read()


_TOKEN = re.compile(
    r"""//[^\n]*
      | /\*.*?\*/
      | R"(?P<tag>[^()\\\s]*)\(.*?\)(?P=tag)"
      | "(?:\\.|[^"\\\n])*"
      | (?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+'   # not the separator of 1'000
    """,
    re.S | re.X,
)
_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', re.M)


def code(text):
    """`text` with comments and literals blanked out, line breaks kept."""
    return _TOKEN.sub(lambda match: "\n" * match.group().count("\n") or " ", text)


def includes(text):
    """(line number, '<' or '"', path) of every include; comments do not count."""
    without_comments = _TOKEN.sub(
        lambda match: match.group()
        if match.group()[0] in "\"'R"
        else "\n" * match.group().count("\n"),
        text,
    )
    return [
        (without_comments.count("\n", 0, match.start(2)) + 1, match.group(1), match.group(2))
        for match in _INCLUDE.finditer(without_comments)
    ]


def finish(name, problems, checked):
    """Prints the verdict and ends the program."""
    for problem in problems:
        print(problem)
    print(f"{name}: {len(problems)} problem(s) in {checked} file(s)")
    if checked == 0:
        print(f"{name}: nothing was checked, so nothing is proven")
    sys.exit(1 if problems or checked == 0 else 0)


def skip(reason):
    print(f"SKIPPED: {reason}")
    sys.exit(SKIPPED)
