#!/usr/bin/env python3
"""Code shown in documents is code that is compiled, and links lead somewhere.

A fenced block of C++ under a line `<!-- from PATH -->` must equal the part of PATH between
`// [document]` and `// [document end]`, its common indentation removed. Every C++ block of the
README must have such a line."""

import os
import re
import textwrap

import tree

BLOCK = re.compile(r"^(?:<!-- from (?P<path>\S+) -->\n)?```(?:cpp|c\+\+)\n(?P<body>.*?)^```$", re.M | re.S)
REGION = re.compile(r"^[ \t]*// \[document\]\n(.*?)^[ \t]*// \[document end\]$", re.M | re.S)
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)")
FENCED = re.compile(r"^```.*?^```$", re.M | re.S)


def check_block(root, path, block):
    source = block.group("path")
    if source is None:
        return "a block of C++ that no file vouches for" if path == "README.md" else None
    try:
        region = REGION.search(tree.read(root, source))
    except OSError:
        return f"{source} does not exist"
    if region is None:
        return f"{source} has no // [document] … // [document end]"
    if textwrap.dedent(region.group(1)) != block.group("body"):
        return f"differs from {source}"
    return None


def check(root, path):
    text = tree.read(root, path)
    for block in BLOCK.finditer(text):
        problem = check_block(root, path, block)
        if problem:
            yield f"{path}:{text.count(chr(10), 0, block.start()) + 1}: {problem}"
    for target in LINK.findall(FENCED.sub("", text)):
        if not os.path.exists(os.path.join(root, os.path.dirname(path), target)):
            yield f"{path}: link to {target}, which does not exist"


def main():
    root = tree.arguments(__doc__).root
    paths = [name for name in sorted(os.listdir(root)) if name.endswith(".md")]
    paths += tree.files(root, suffixes=(".md",))
    problems = []
    for path in paths:
        problems.extend(check(root, path))
    tree.finish("documents", problems, len(paths))


if __name__ == "__main__":
    main()
