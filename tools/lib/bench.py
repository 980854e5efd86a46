"""Runs a benchmark program and its scripts, merges their rows, shows and writes them.

A row is a dictionary: network, operation, engine, queries, mean_us, p50_us, p99_us, ratio, and
whatever else the benchmark measured. `ratio` is the mean of the row's engine over the mean of geo
for the same network and operation: how many times faster geo is. `of_plain`, in rows of "NETWORK
policies", is geo's mean there over its mean on NETWORK, where the benchmark does not say it itself.
`at_least`: the engine was stopped then. Where an engine answered only some of the queries, the
benchmark gives `geo_mean_us`, the mean of geo over those."""

import argparse
import datetime
import json
import os
import platform
import re
import subprocess
import sys
import tempfile

import bench_docs

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FIELDS = ("network", "operation", "engine", "queries", "mean_us", "p50_us", "p99_us", "ratio")
MICROSECONDS = {"ns": 1e-3, "us": 1.0, "ms": 1e3, "s": 1e6}
# How networks end whose rows are held against those of the same network without policies.
POLICIES = " policies"
# What Google Benchmark appends to a name to say how it ran.
HOW_IT_RAN = re.compile(r"(iterations|repeats|threads|min_time):.*|(manual|process|real)_time")
# What it writes about a run besides the counters that a benchmark sets.
NOT_COUNTERS = frozenset(
    "name family_index per_family_instance_index run_name run_type repetitions repetition_index "
    "threads iterations real_time cpu_time time_unit error_occurred error_message skipped "
    "skip_message label aggregate_name aggregate_unit left_out".split()
)


def fail(why):
    sys.exit(f"tools/bench: {why}")


def arguments(given=None):
    """What the command line asks for; ends the program when it cannot be done."""
    parser = argparse.ArgumentParser(
        prog="tools/bench", description="see tools/bench --help", allow_abbrev=False
    )
    parser.add_argument("name")
    parser.add_argument("--quick", action="store_true", help="small networks only")
    parser.add_argument("--filter", default="", help="rows network/operation/engine that match")
    parser.add_argument("--docs", action="store_true", help="renew docs/performance.md")
    parser.add_argument("--from", dest="source", default="", help="rows measured before")
    parser.add_argument("--check", action="store_true", help=argparse.SUPPRESS)  # only look at the flags
    options = parser.parse_args(given)
    if options.docs and (options.filter or options.quick):
        parser.error("--docs wants the whole measurement: leave --quick and --filter")
    try:
        re.compile(options.filter)
    except re.error as error:
        parser.error(f'--filter "{options.filter}" is no regular expression: {error}')
    if options.source:
        measured_before(options.source)
    return options


def row_of(run):
    """The row of one run in Google Benchmark's JSON; None when it has nothing to say."""
    if run.get("error_occurred") or run.get("skipped"):
        what = run.get("error_message") or run.get("skip_message") or "no reason given"
        raise ValueError(f"{run['name']}: {what}")
    if run.get("run_type") == "aggregate" or run.get("left_out"):
        return None
    parts = [part for part in run["name"].split("/") if not HOW_IT_RAN.fullmatch(part)]
    if "mean_us" in run and len(parts) == 3:
        row = dict(zip(FIELDS, parts))
        row.update(queries=int(run["queries"]), mean_us=run["mean_us"])
    else:
        row = {"network": "", "operation": " ".join(parts), "engine": "geo"}
        row.update(queries=run["iterations"], mean_us=run["real_time"] * MICROSECONDS[run["time_unit"]])
    row.update(p50_us=run.get("p50_us"), p99_us=run.get("p99_us"))
    counters = {key: value for key, value in run.items() if key not in NOT_COUNTERS}
    row.update({key: value for key, value in counters.items() if key not in row})
    return row


def add_ratios(rows):
    """Rows with `ratio`, which is None where geo has no such row; the same operation side by side."""
    means = {(row["network"], row["operation"]): row["mean_us"] for row in rows if row["engine"] == "geo"}
    for row in rows:
        geo = row.get("geo_mean_us") or means.get((row["network"], row["operation"]))
        row["ratio"] = row["mean_us"] / geo if geo and row["engine"] != "geo" else None
        plain = means.get((row["network"].removesuffix(POLICIES), row["operation"]))
        if row["network"].endswith(POLICIES) and row["engine"] == "geo" and plain:
            row.setdefault("of_plain", row["mean_us"] / plain)
    # Rows of scripts come last; they belong beside the others of their kind.
    places = {}
    for row in rows:
        places.setdefault((row["network"], row["operation"]), len(places))
    rows = sorted(rows, key=lambda row: places[row["network"], row["operation"]])
    return [
        {**{field: row.get(field) for field in FIELDS}, **{k: v for k, v in row.items() if k not in FIELDS}}
        for row in rows
    ]


class Bar:
    """A line on the terminal that is rewritten; nothing where nobody looks."""

    def __init__(self, total):
        self.total, self.done, self.shown = total, 0, sys.stderr.isatty()

    def step(self, name):
        if not self.shown:
            return
        filled = 30 * self.done // max(self.total, 1)
        line = f"[{'#' * filled}{'.' * (30 - filled)}] {self.done}/{self.total} {name}"
        print(f"\r\x1b[K{line[:100]}", end="", file=sys.stderr, flush=True)
        self.done += 1

    def end(self):
        if self.shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def run_program(program, options, exchange):
    """Rows of the Google Benchmark program."""
    command = [program, "--size", "quick" if options.quick else "full", "--exchange", exchange]
    if options.filter:
        # Google Benchmark goes on after the engine: "/iterations:1/manual_time".
        command.append("--benchmark_filter=" + options.filter.replace("$", "(/iterations|$)"))
    listed = subprocess.run([*command, "--benchmark_list_tests"], capture_output=True, text=True, check=False)
    names = listed.stdout.splitlines()
    if listed.returncode != 0:
        fail(f"{program} ended with status {listed.returncode}\n{listed.stderr}")
    if not names:
        fail(f'no row matches --filter "{options.filter}"; rows are called network/operation/engine')
    output = os.path.join(exchange, "google_benchmark.json")
    command += [f"--benchmark_out={output}", "--benchmark_out_format=json", "--benchmark_color=false"]
    bar = Bar(len(names))
    bar.step(names[0])
    said = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as running:
        for line in running.stdout:
            said.append(line)
            if any(line.startswith(name) for name in names):
                bar.step(names[min(bar.done, len(names) - 1)])
    bar.end()
    if running.returncode != 0:
        fail(f"{program} ended with status {running.returncode}\n{''.join(said[-5:])}")
    try:
        rows = [row_of(run) for run in read(output)["benchmarks"]]
    except ValueError as error:
        fail(f"{error}\n{''.join(said[-5:])}")
    return [row for row in rows if row]


def run_scripts(name, exchange):
    """Rows of the scripts tests/benchmark/NAME_*.py; each prints a list of rows as JSON."""
    rows = []
    folder = os.path.join(ROOT, "tests", "benchmark")
    for script in sorted(os.listdir(folder)):
        if script.startswith(name + "_") and script.endswith(".py"):
            done = subprocess.run(
                [sys.executable, os.path.join(folder, script), exchange],
                stdout=subprocess.PIPE,
                text=True,
                check=False,
            )
            if done.returncode != 0:
                fail(f"{script} failed")
            rows.extend(json.loads(done.stdout))
    return rows


def processor():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            model = re.search(r"^model name\s*:\s*(.*)$", file.read(), re.M)
            return model.group(1).strip() if model else platform.machine()
    except OSError:
        return platform.machine()


def made(loads):
    """When and on what it was measured."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "date": datetime.date.today().isoformat(),
        "machine": f"{processor()}, {os.cpu_count()} cores, {memory:.0f} GB, {platform.system()}",
        # Other programs beside the one measured, which uses one core.
        "load": [round(load, 1) for load in loads],
    }


def text_of(value):
    if value is None:
        return ""
    if isinstance(value, int) or (isinstance(value, float) and value >= 1000):
        return f"{value:,.0f}"
    if isinstance(value, float):
        return f"{value:.3g}"
    return str(value)


def text_in(row, field):
    """Engines that were stopped took at least what is said."""
    text = text_of(row[field])
    return "> " + text if text and row.get("at_least") and field in ("mean_us", "ratio") else text


def table(rows):
    """The rows as aligned text; numbers to the right."""
    cells = [list(FIELDS)] + [[text_in(row, field) for field in FIELDS] for row in rows]
    widths = [max(len(line[column]) for line in cells) for column in range(len(FIELDS))]
    lines = []
    for line in cells:
        parts = [
            cell.ljust(width) if column < 3 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths))
        ]
        lines.append("  ".join(parts).rstrip())
    return "\n".join(lines)


def circumstances_of(path):
    """The file beside the rows that says when and on what they were measured."""
    return os.path.splitext(path)[0] + ".made.json"


def measure(options):
    loads = [os.getloadavg()[0]]
    program = os.path.join(ROOT, "build", "benchmark", "benchmark", f"geo_{options.name}_benchmark")
    with tempfile.TemporaryDirectory() as exchange:
        rows = run_program(program, options, exchange)
        if not options.filter:
            rows += run_scripts(options.name, exchange)
    loads.append(os.getloadavg()[0])
    return add_ratios(rows), made(loads)


def write(path, content):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=1)
        file.write("\n")


def read(path):
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except OSError as error:
        fail(f"{path}: {error.strerror}")
    except ValueError as error:
        fail(f"{path}: is no JSON: {error}")


def measured_before(path):
    """The rows in a file, and the circumstances in the file beside it."""
    rows = read(path)
    if not isinstance(rows, list) or not all(isinstance(row, dict) and row.keys() >= set(FIELDS) for row in rows):
        fail(f"{path}: is no list of rows with {', '.join(FIELDS)}")
    return rows, read(circumstances_of(path))


def main():
    options = arguments()
    if options.check:
        return
    if options.source:
        rows, circumstances = measured_before(options.source)
    else:
        rows, circumstances = measure(options)
        path = os.path.join(ROOT, "build", "bench", options.name + ".json")
        write(path, rows)
        write(circumstances_of(path), circumstances)
    print(table(rows))
    if options.docs:
        bench_docs.write(ROOT, options.name, rows, circumstances)


if __name__ == "__main__":
    main()
