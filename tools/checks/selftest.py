#!/usr/bin/env python3
"""Shows that each check can fail: plants one violation at a time in a small clean tree."""

import os
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
SKIPPED = 77

CLEAN = {
    ".clang-format": "BasedOnStyle: Google\n",
    "README.md": "<!-- from tests/a.cc -->\n```cpp\nint x = 1;\n```\n[more](docs/more.md)\n",
    "docs/more.md": "More.\n",
    "include/geo/base/a.h": "#ifndef A_H_\n#define A_H_\n#include <string>\n#endif  // A_H_\n",
    "include/geo/graph/g.h": '#ifndef G_H_\n#define G_H_\n#include "geo/base/a.h"\n#endif  // G_H_\n',
    "src/base/a.cc": '// printf( is harmless here\n#include "geo/base/a.h"\n',
    "tests/a.cc": "void A() {\n  // [document]\n  int x = 1;\n  // [document end]\n}\n",
}

# (check, file, its content, what the complaint must say)
VIOLATIONS = [
    ("includes", "include/geo/graph/g.h", '#include "geo/ledger/l.h"\n', "graph must not see ledger"),
    ("includes", "src/base/a.cc", '#include "geo/graph/g.h"\n', "base must not see graph"),
    ("includes", "src/base/a.cc", '/* */ #include "geo/base/a.h"\n#include "geo/hub/h.h"\n', "a.cc:2"),
    ("includes", "include/geo/base/a.h", '#include "src/base/a.h"\n', "public header"),
    ("includes", "include/geo/base/a.h", "#include <boost/graph/x.hpp>\n", "public header"),
    ("includes", "include/geo/base/a.h", "#include <sodium.h>\n", "public header"),
    ("includes", "include/geo/base/a.h", '#include "absl/status/status.h"\n', "public header"),
    ("includes", "include/geo/base/status.h", '#include "absl/strings/str_cat.h"\n', "public header"),
    ("includes", "include/geo/hub/h.h", '#include "geo/testing/kit.h"\n', "hub must not see testing"),
    ("includes", "include/geo/journal/j.h", '#include "geo/crypto/h.h"\n', "must not see crypto"),
    ("includes", "include/geo/cellar/c.h", "#include <string>\n", "room cellar is not in the table"),
    ("includes", "src/hub/h.cc", '#include "src/ledger/l.h"\n', "only public headers"),
    ("includes", "src/hub/h.cc", '#include "src/storage/sqlite/s.h"\n', "leaf"),
    ("includes", "src/storage/s.cc", '#include "src/storage/sqlite/s.h"\n', "leaf"),
    ("includes", "src/hub/h.cc", "#include <sqlite3.h>\n", "SQLite"),
    ("includes", "src/hub/h.h", "#include <nlohmann/json.hpp>\n", ".cc files only"),
    ("includes", "src/hub/h.cc", '#include "tests/a.h"\n', "must not see the tests"),
    ("includes", "examples/a/a.cc", '#include "src/base/a.h"\n', "only the public headers"),
    ("purity", "src/base/a.cc", "#include <iostream>\n", "printing"),
    ("purity", "src/base/a.cc", 'void A() { std::printf("x"); }\n', "printing"),
    ("purity", "src/base/a.cc", "auto t = std::chrono::steady_clock::now();\n", "clock"),
    ("purity", "src/base/a.cc", "auto t = time(nullptr);\n", "clock"),
    ("purity", "src/base/a.cc", "std::random_device d;\n", "randomness"),
    ("purity", "src/base/a.cc", "crypto_sign_keypair(a, b);\n", "randomness"),
    ("purity", "src/base/a.cc", "std::mt19937 g;\n", "generator"),
    ("purity", "src/testing/a.cc", "std::random_device d;\n", "randomness"),
    ("purity", "src/base/a.cc", "std::atomic<int> n;\n", "thread"),
    ("purity", "include/geo/hub/hub.h", "#include <mutex>\n", "thread"),
    ("purity", "src/base/a.cc", 'auto x = getenv("X");\n', "environment"),
    ("purity", "src/hub/h.cc", "#include <fstream>\n", "file or network"),
    ("purity", "src/base/a.cc", "void A() { std::abort(); }\n", "end of the process"),
    ("purity", "src/graph/a.cc", "void A(int* p) { __builtin_prefetch(p); }\n", "prefetch"),
    ("purity", "src/base/a.cc", "int a = 1'000; /* ' */ std::thread t;\n", "thread"),
    ("headers", "include/geo/base/a.h", "inline std::string A() { return {}; }\n", "does not compile"),
    ("headers", "include/geo/adapters/b.h", "#include <sys/types.h>\nstruct A {};\n", "does not compile"),
    ("headers", "include/geo/base/a.h", "struct A {};\n", "does not compile"),  # no guard
    ("headers", "include/geo/base/a.h", "#pragma once\ninline int A(long x) { return x; }\n", "conver"),
    ("format", "src/base/a.cc", "int   x;\n", "a.cc:1"),
    ("layout", "src/base/a.cc", "int x;\n" * 601, "601 lines"),
    ("layout", "src/base/a.cc", "int x; \n", "trailing space"),
    ("layout", "src/base/a.cc", "int x;", "no newline"),
    ("layout", "tests/a.cc", "// TO" "DO: later\n", "do it or leave it"),
    ("documents", "README.md", "```cpp\nint x;\n```\n", "no file vouches"),
    ("documents", "README.md", "<!-- from tests/a.cc -->\n```cpp\nint y;\n```\n", "differs from"),
    ("documents", "README.md", "<!-- from tests/b.cc -->\n```cpp\nint y;\n```\n", "does not exist"),
    ("documents", "docs/more.md", "<!-- from src/base/a.cc -->\n```cpp\n```\n", "has no // [document]"),
    ("documents", "docs/more.md", "[x](nowhere.md)\n", "link to nowhere.md"),
]

# What looks like a violation and is none.
HARMLESS = [
    ("purity", "src/base/a.cc", 'auto s = "std::cout";  // std::thread\n'),
    ("purity", "src/base/a.cc", 'auto s = R"(\n#include <iostream>\n)";\n'),
    ("purity", "src/hub/serial_hub.cc", "#include <mutex>\n"),
    ("purity", "src/storage/sqlite/s.cc", "#include <unistd.h>\n"),
    ("purity", "src/testing/a.cc", "std::mt19937 g(seed);\n"),
    ("purity", "src/base/prefetch.h", "inline void A(int* p) { __builtin_prefetch(p); }\n"),
    ("includes", "src/base/a.cc", '// #include "geo/hub/h.h"\n'),
    ("includes", "src/journal/j.cc", '#include "geo/crypto/h.h"\n'),
    ("includes", "include/geo/adapters/b.h", "#include <boost/graph/x.hpp>\n"),
    ("headers", "include/geo/adapters/b.h", "#include <no_such_library/x.hpp>\n"),
]


def run(check, changes):
    """Exit status and output of a check on the clean tree with `changes` made to it."""
    with tempfile.TemporaryDirectory() as root:
        for path, text in {**CLEAN, **changes}.items():
            full = os.path.join(root, path)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, "w", encoding="utf-8") as file:
                file.write(text)
        script = os.path.join(HERE, check + ".py")
        done = subprocess.run(
            [sys.executable, script, "--root", root], capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout + done.stderr


class ChecksCanFail(unittest.TestCase):
    def test_clean_tree_passes(self):
        for check in sorted({violation[0] for violation in VIOLATIONS}):
            with self.subTest(check):
                status, output = run(check, {})
                self.assertIn(status, (0, SKIPPED), output)

    def test_violations_are_found(self):
        for check, path, text, complaint in VIOLATIONS:
            with self.subTest(check=check, path=path, text=text[:60]):
                status, output = run(check, {path: text})
                if status == SKIPPED:
                    continue
                self.assertEqual(status, 1, output)
                self.assertIn(complaint, output)

    def test_harmless_lines_pass(self):
        for check, path, text in HARMLESS:
            with self.subTest(check=check, path=path, text=text):
                status, output = run(check, {path: text})
                self.assertEqual(status, 0, output)

    def test_an_empty_tree_proves_nothing(self):
        with tempfile.TemporaryDirectory() as root:
            for check in ("includes", "purity", "headers", "layout", "documents"):
                script = os.path.join(HERE, check + ".py")
                done = subprocess.run(
                    [sys.executable, script, "--root", root], capture_output=True, check=False
                )
                self.assertEqual(done.returncode, 1, check)


if __name__ == "__main__":
    unittest.main()
