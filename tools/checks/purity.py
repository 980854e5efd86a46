#!/usr/bin/env python3
"""The library prints nothing, reads no clock, random source or environment, owns no thread, opens
no file (stores do) and never ends the process; it prefetches in the one way that compilers keep.
Looks at src and include/geo, comments and literals left out."""

import re

import tree

RULES = {
    "printing": r"""<iostream> | <print> | <syslog\.h> | \bstd::(?:cout|cerr|clog|print|println)\b
        | \b(?:v?f?printf|puts|fputs|putchar|putc|fputc|perror|syslog)\s*\( | \bfmt::print""",
    "clock": r"""<ctime> | <time\.h> | <sys/time\.h> | \b(?:system|steady|high_resolution|utc|tai|gps|file)_clock\b | \bgettimeofday\b
        | \bclock_gettime\b | \bstd::time\b | (?<![\w.>:])time\s*\(\s*(?:nullptr|NULL|0|&)
        | (?<![\w.>:])clock\s*\(\s*\) | \blocaltime | \babsl::Now\b | \b(?:nano|u)?sleep\s*\(
        | \bsleep_(?:for|until)\b""",
    "randomness": r"""\brandom_device\b | \bs?rand(?:om)?(?:_r)?\s*\( | \brandombytes | \bgetrandom\b
        | \bgetentropy\b | \barc4random | \bsqlite3_randomness\b | \bcrypto_\w+_keygen\b
        | \bcrypto_(?:sign|box|kx)_keypair\b | \bcrypto_box_seal\s*\( | \babsl::BitGen\b""",
    "generator": r"""<random> | \bmt19937 | \bminstd_rand | \bdefault_random_engine\b
        | \branlux | \bknuth_b\b""",
    "thread": r"""<(?:thread|mutex|shared_mutex|condition_variable|atomic|future|semaphore|latch
        |barrier|stop_token|pthread\.h)> | \bpthread_ | \bthread_local\b | \babsl::Mutex
        | \bstd::(?:j?thread|\w*mutex|\w*_lock|lock_guard|condition_variable\w*|atomic\w*|async
        |future|promise|packaged_task|call_once|once_flag|latch|barrier|\w*_semaphore|stop_token)\b
        | \b(?:v?fork)\s*\(""",
    "environment": r"""\bgetenv | \bsecure_getenv\b | \b(?:set|put|unset|clear)env\b | \benviron\b
        | \bsetlocale\b | \bsystem\s*\( | \bpopen\s*\(""",
    "file or network": r"""<fstream> | <filesystem> | \bstd::[io]?fstream\b | \bstd::filesystem\b
        | \b(?:f|fd|fre)open\s*\( | <fcntl\.h> | <unistd\.h> | <sys/(?:stat|socket|mman|file)\.h>
        | <dirent\.h>""",
    "end of the process": r"""\b(?:abort|exit|_exit|_Exit|quick_exit|raise)\s*\(
        | \bstd::terminate\b | \bstd::at(?:_quick_)?exit\b""",
    "prefetch that may be dropped": r"""\b__builtin_prefetch\b | \b_mm_prefetch\b""",
}
COMPILED = {name: re.compile(pattern, re.X) for name, pattern in RULES.items()}

# Who may do what, and why.
EXEMPT = (
    # The one door for servers, where those who wait ask the system to let them sleep.
    (r"src/hub/serial_hub\.cc", {"thread", "file or network"}),
    (r"src/storage/.*", {"file or network"}),  # a store keeps bytes somewhere
    (r"src/base/prefetch\.h", {"prefetch that may be dropped"}),  # says what keeps it
    (r"src/base/large_vector\.cc", {"file or network"}),  # asks the system for large pages
    (r"src/testing/crash_runner\.cc", {"thread", "clock", "file or network", "end of the process"}),
    (r"(?:src|include/geo)/testing/.*", {"generator"}),  # seeded: the same inputs every run
)


def exempt(path):
    return set().union(*(rules for pattern, rules in EXEMPT if re.fullmatch(pattern, path)), set())


def main():
    root = tree.arguments(__doc__).root
    problems = []
    paths = tree.files(root, ("include", "src"))
    for path in paths:
        lines = tree.code(tree.read(root, path)).split("\n")
        skipped = exempt(path)
        for number, line in enumerate(lines, 1):
            for name, pattern in COMPILED.items():
                match = None if name in skipped else pattern.search(line)
                if match:
                    problems.append(f"{path}:{number}: {name}: {match.group().strip()}")
    tree.finish("purity", problems, len(paths))


if __name__ == "__main__":
    main()
