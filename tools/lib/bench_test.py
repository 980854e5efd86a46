#!/usr/bin/env python3
"""What tools/bench makes of measurements."""

import contextlib
import io
import json
import os
import tempfile
import unittest
import xml.dom.minidom

import bench
import bench_docs


def run(name, **counters):
    return {"name": name, "run_type": "iteration", "iterations": 1, "real_time": 7.0, "time_unit": "us", **counters}


def three_rows():
    return bench.add_ratios(
        [
            {"network": "n", "operation": "flow", "engine": "geo", "queries": 4, "mean_us": 2.0},
            {"network": "n", "operation": "flow", "engine": "a & <b>", "queries": 4, "mean_us": 500.0},
            {"network": "n", "operation": "flow", "engine": "slow", "queries": 1, "mean_us": 90.0, "geo_mean_us": 3.0},
        ]
    )


class Rows(unittest.TestCase):
    def test_a_row_is_read_from_its_counters(self):
        row = bench.row_of(
            run("n 1/flow/geo/iterations:1/manual_time", queries=5.0, mean_us=1.5, p50_us=1.0, p99_us=4.0, share=0.5)
        )
        self.assertEqual(
            row,
            {"network": "n 1", "operation": "flow", "engine": "geo", "queries": 5, "mean_us": 1.5}
            | {"p50_us": 1.0, "p99_us": 4.0, "share": 0.5},
        )

    def test_a_plain_benchmark_is_a_row_in_microseconds(self):
        row = bench.row_of(run("Append/group:9/process_time", real_time=3.0, time_unit="ms", iterations=8))
        self.assertEqual((row["operation"], row["queries"], row["mean_us"]), ("Append group:9", 8, 3000.0))
        self.assertIsNone(row["p99_us"])

    def test_wrong_answers_are_no_row(self):
        for failure in ({"error_occurred": True, "error_message": "7 is not 8"}, {"skipped": 1, "skip_message": "7 is not 8"}):
            with self.assertRaisesRegex(ValueError, "n/flow/geo: 7 is not 8"):
                bench.row_of(run("n/flow/geo", **failure))

    def test_what_was_left_out_is_no_row(self):
        self.assertIsNone(bench.row_of(run("n/flow/geo/iterations:1/manual_time", left_out=1)))

    def test_ratio_is_engine_over_geo_on_the_same_queries(self):
        self.assertEqual([row["ratio"] for row in three_rows()], [None, 250.0, 30.0])

    def test_an_engine_that_was_stopped_took_at_least_that(self):
        rows = three_rows()
        rows[1]["at_least"] = 1.0
        for shown in (bench.table(rows), bench_docs.table(rows)):
            self.assertIn("> 500", shown)
            self.assertIn("> 250", shown)
            self.assertNotIn("> 2.0", shown)
            self.assertNotIn("at least", shown)
        self.assertIn("at least 250 times", bench_docs.plot("n", rows))

    def test_without_geo_there_is_no_ratio(self):
        rows = bench.add_ratios([{"network": "n", "operation": "o", "engine": "x", "queries": 1, "mean_us": 1.0}])
        self.assertIsNone(rows[0]["ratio"])
        self.assertEqual(list(rows[0])[:8], list(bench.FIELDS))

    def test_policies_are_held_against_the_network_without(self):
        both = [
            {"network": network, "operation": "o", "engine": "geo", "queries": 1, "mean_us": mean}
            for network, mean in (("n", 2.0), ("n policies", 2.5))
        ]
        rows = bench.add_ratios(both)
        self.assertEqual(rows[1]["of_plain"], 1.25)
        self.assertNotIn("of_plain", rows[0])
        both[1]["of_plain"] = 1.125  # as measured in turn
        self.assertEqual(bench.add_ratios(both)[1]["of_plain"], 1.125)

    def test_the_table_is_aligned(self):
        lines = bench.table(three_rows()).split("\n")
        self.assertEqual(len(lines), 4)
        self.assertTrue(lines[2].endswith("250"))
        self.assertEqual(len(lines[0]), len(lines[2]))


class Complaints(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def file(self, name, content):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(content)
        return path

    def complaint(self, call, *given):
        errors = io.StringIO()
        with self.assertRaises(SystemExit) as ended, contextlib.redirect_stderr(errors):
            call(*given)
        self.assertNotIn(ended.exception.code, (0, None))
        return f"{ended.exception.code} {errors.getvalue()}"

    def test_rows_measured_before_are_there_and_are_rows(self):
        missing = os.path.join(self.folder, "none.json")
        self.assertIn("none.json: No such file", self.complaint(bench.arguments, ["n", "--from", missing]))
        wrong = self.file("text.json", "rows\n")
        self.assertIn("text.json: is no JSON", self.complaint(bench.arguments, ["n", f"--from={wrong}"]))
        for content in ("{}", "[1]", '[{"network": "n"}]'):
            other = self.file("other.json", content)
            self.assertIn("other.json: is no list of rows", self.complaint(bench.arguments, ["n", "--from", other]))
        rows = self.file("rows.json", json.dumps(three_rows()))
        self.assertIn("rows.made.json: No such file", self.complaint(bench.arguments, ["n", "--from", rows]))
        self.file("rows.made.json", "{}")
        self.assertEqual(bench.arguments(["n", "--from", rows]).source, rows)

    def test_a_filter_is_a_regular_expression(self):
        self.assertIn('"(" is no regular expression', self.complaint(bench.arguments, ["n", "--filter", "("]))
        self.assertEqual(bench.arguments(["n", "--filter", "geo$"]).filter, "geo$")

    def program(self, script):
        path = self.file("program", "#!/bin/sh\n" + script)
        os.chmod(path, 0o700)
        return path

    def test_a_filter_that_matches_nothing_is_named(self):
        options = bench.arguments(["n", "--filter", "nobody"])
        silent = self.program("echo no match >&2\n")
        said = self.complaint(bench.run_program, silent, options, self.folder)
        self.assertIn('no row matches --filter "nobody"', said)
        self.assertNotIn("Expecting value", said)

    def test_a_program_that_fails_is_named_with_its_status(self):
        options = bench.arguments(["n"])
        self.assertIn("status 3\nbad", self.complaint(bench.run_program, self.program("echo bad >&2; exit 3"), options, self.folder))
        late = self.program('case "$*" in *list_tests*) echo a/b/geo ;; *) echo bad; exit 3 ;; esac')
        said = self.complaint(bench.run_program, late, options, self.folder)
        self.assertIn("status 3\nbad", said)
        self.assertNotIn("google_benchmark.json", said)


class Document(unittest.TestCase):
    def test_the_plot_is_well_formed_and_shows_every_ratio(self):
        drawing = xml.dom.minidom.parseString(bench_docs.plot("routing", three_rows()))
        titles = [node.firstChild.data for node in drawing.getElementsByTagName("title")]
        self.assertEqual(titles, ["a & <b> on n: 250 times the time of geo", "slow on n: 30 times the time of geo"])

    def test_dots_lie_on_a_logarithmic_scale(self):
        scale = bench_docs.Scale([10, 1000], 0, 300)
        self.assertEqual([round(scale(ratio)) for ratio in (1, 10, 100, 1000)], [0, 100, 200, 300])

    def test_nothing_to_compare_is_no_plot(self):
        self.assertIsNone(bench_docs.plot("x", three_rows()[:1]))

    def test_a_section_is_replaced_and_the_rest_stays(self):
        before = "# P\n\n## other\n\n<!-- tools/bench other -->\n\n1\n\n<!-- tools/bench other end -->\n"
        once = bench_docs.replaced(before, "new", r"a \1")
        self.assertTrue(once.startswith(before.rstrip()))
        twice = bench_docs.replaced(once, "new", "b")
        self.assertEqual(twice, once.replace(r"a \1", "b"))
        self.assertEqual(bench_docs.replaced(twice, "other", "1"), twice)


if __name__ == "__main__":
    unittest.main()
