#!/usr/bin/env python3
"""Every public header compiles alone, twice in a row, without a warning.

Headers of geo/adapters may need the library that they adapt to; where that is not installed, they
are named and left out."""

import concurrent.futures
import hashlib
import json
import os
import shutil
import subprocess

import tree

FLAGS = ["-std=c++20", "-Wall", "-Wextra", "-Wconversion", "-Werror", "-fsyntax-only", "-xc++"]


def closure(root, path, seen):
    """`path` and the headers of geo that it includes, directly or not."""
    if path in seen or not os.path.exists(os.path.join(root, path)):
        return
    seen.add(path)
    for _, _, target in tree.includes(tree.read(root, path)):
        if target.startswith("geo/"):
            closure(root, "include/" + target, seen)


def digest(root, compiler, path):
    """Changes whenever the verdict on `path` may change."""
    version = subprocess.run([compiler, "--version"], capture_output=True, check=True).stdout
    result = hashlib.sha256(version + repr(FLAGS).encode())
    seen = set()
    closure(root, path, seen)
    for header in sorted(seen):
        result.update(header.encode() + b"\0" + tree.read(root, header).encode())
    return result.hexdigest()


def compile_alone(root, compiler, path):
    """The compiler's complaint, empty when there is none."""
    include = path.removeprefix("include/")
    done = subprocess.run(
        [compiler, *FLAGS, "-I" + os.path.join(root, "include"), "-"],
        input=f'#include "{include}"\n#include "{include}"\n',
        capture_output=True,
        text=True,
        check=False,
    )
    return "" if done.returncode == 0 else f"{path}: does not compile alone:\n{done.stderr}"


def libraries(root, path):
    """Headers of other libraries that an adapter includes."""
    if not path.startswith("include/geo/adapters/"):
        return []
    found = tree.includes(tree.read(root, path))
    return [target for _, _, target in found if "/" in target and not target.startswith("geo/")]


def is_there(compiler, library):
    """Whether the compiler finds a header."""
    done = subprocess.run(
        [compiler, "-std=c++20", "-M", "-xc++", "-"],
        input=f"#if !__has_include(<{library}>)\n#error\n#endif\n",
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode == 0


def load(cache):
    try:
        with open(cache, encoding="utf-8") as file:
            return set(json.load(file))
    except (OSError, ValueError):
        return set()


def main():
    options = tree.arguments(__doc__, compiler="g++", cache="", instead="")
    if not shutil.which(options.compiler):
        tree.skip(f"{options.compiler} is not installed")
    if shutil.which(options.instead) and os.environ.get("GEO_TEST_TIER") != "full":
        tree.skip(f"only in the full tier, because {options.instead} is installed and looks too")
    paths = tree.files(options.root, ("include",), (".h",))
    for path in list(paths):
        missing = [name for name in libraries(options.root, path) if not is_there(options.compiler, name)]
        if missing:
            print(f"{path}: not compiled, because <{missing[0]}> is not installed")
            paths.remove(path)
    passed = load(options.cache) if options.cache else set()
    digests = {path: digest(options.root, options.compiler, path) for path in paths}
    waiting = [path for path in paths if digests[path] not in passed]

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        complaints = list(
            pool.map(lambda path: compile_alone(options.root, options.compiler, path), waiting)
        )
    if options.cache:
        good = {digests[path] for path, complaint in zip(waiting, complaints) if not complaint}
        with open(options.cache, "w", encoding="utf-8") as file:
            json.dump(sorted((passed & set(digests.values())) | good), file)
    print(f"compiled {len(waiting)} header(s), {len(paths) - len(waiting)} unchanged")
    tree.finish("headers", [text for text in complaints if text], len(paths))


if __name__ == "__main__":
    main()
