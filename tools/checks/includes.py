#!/usr/bin/env python3
"""Includes point down only. A room is a folder of include/geo with the folder of the same name in src."""

import re

import tree

# What each room may include, besides itself: the public headers of these rooms.
ROOMS = {
    "base": "",
    "graph": "base",
    "crypto": "base",
    "journal": "base",
    "storage": "base journal",
    "ledger": "base journal",
    "readmodel": "base journal storage ledger",
    "routing": "base graph journal ledger",
    "clearing": "base graph journal ledger",
    "integrity": "base crypto journal ledger",
    "trust": "base crypto journal ledger",
    "payment": "base crypto graph journal ledger routing",
    "hub": "base clearing crypto graph integrity journal ledger payment readmodel routing storage trust",
}
ALLOWED = {room: set(below.split()) for room, below in ROOMS.items()}
# Outside the floors: they may see every public header and no room sees them.
ALLOWED["testing"] = ALLOWED["adapters"] = set(ROOMS)

# What the sources of a room may see besides, hidden from those who include the room's headers.
IN_SOURCES_ONLY = {
    "journal": {"crypto"},  # the record hash
    "clearing": {"crypto"},  # the hash of a proposal's terms
}

# Leaves hang off an interface; nothing but their own files includes them (the factory of each is
# a public header of the room).
LEAVES = ("src/storage/memory/", "src/storage/sqlite/", "src/storage/postgres/")

STANDARD = re.compile(r"[a-z][a-z_0-9]*")  # <vector>; never <sodium.h> or <boost/...>
ABSEIL_IN_PUBLIC = {"absl/status/status.h", "absl/status/statusor.h"}


def room_of(path):
    match = re.match(r"(?:include/geo|src)/([^/]+)/", path)
    return match.group(1) if match else None


def check_geo(room, target, also=frozenset()):
    """An include of a public header of geo from `room`."""
    other = target.split("/")[1]
    if other not in ALLOWED:
        return f"room {other} is not in the table of tools/checks/includes.py"
    if other != room and other not in ALLOWED[room] | also:
        return f"{room} must not see {other}; it may see: {ROOMS.get(room) or 'nothing'}"
    return None


def check_public(path, room, kind, target):
    """An include in a header of include/geo."""
    if target.startswith("geo/"):
        return check_geo(room, target)
    if path == "include/geo/base/status.h" and target in ABSEIL_IN_PUBLIC:
        return None
    if kind == "<" and STANDARD.fullmatch(target):
        return None
    if room == "adapters":
        return None
    return "a public header includes only the standard library and geo"


def check_private(path, room, target):
    """An include in a file of src."""
    if target.startswith("geo/"):
        return check_geo(room, target, IN_SOURCES_ONLY.get(room, frozenset()))
    if target.startswith("tests/"):
        return "src must not see the tests"
    if target.startswith("src/"):
        for leaf in LEAVES:
            if target.startswith(leaf) and not path.startswith(leaf):
                return f"{leaf} is a leaf; include the interface instead"
        if target.split("/")[1] not in (room, "base"):
            return "of other rooms only public headers may be included"
    if target == "sqlite3.h" and not path.startswith(("src/storage/sqlite/", "src/testing/simulated_vfs")):
        return "only src/storage/sqlite and the simulated file layer see SQLite"
    if target.startswith("nlohmann/") and path.endswith(".h"):
        return "nlohmann/json takes seconds to compile: .cc files only"
    return None


def check(path, kind, target):
    if path.startswith(("examples/", "bindings/")):
        if target.startswith(("src/", "tests/")):
            return "examples and bindings see only the public headers"
        return None
    room = room_of(path)
    if room not in ALLOWED:
        return f"room {room} is not in the table of tools/checks/includes.py"
    if path.startswith("include/"):
        return check_public(path, room, kind, target)
    return check_private(path, room, target)


def main():
    root = tree.arguments(__doc__).root
    problems = []
    paths = tree.files(root, ("include", "src", "examples", "bindings"))
    for path in paths:
        for line, kind, target in tree.includes(tree.read(root, path)):
            problem = check(path, kind, target)
            if problem:
                problems.append(f"{path}:{line}: includes {target}: {problem}")
    tree.finish("includes", problems, len(paths))


if __name__ == "__main__":
    main()
