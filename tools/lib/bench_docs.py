"""Puts a benchmark's rows into docs/performance.md, as a table and a plot."""

import math
import os
import re
from xml.sax.saxutils import escape

FIELDS = ("network", "operation", "engine", "queries", "mean_us", "p50_us", "p99_us", "ratio")
HEADINGS = ("network", "operation", "engine", "queries", "mean µs", "p50 µs", "p99 µs", "× geo", "also")
COLOURS = ("#0b7285", "#e8590c", "#5f3dc4", "#2b8a3e", "#c2255c", "#866118", "#495057")
FONT = "font-family='system-ui, -apple-system, Segoe UI, Roboto, sans-serif'"


def number(value):
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, int) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def also(row):
    """Whatever else a row has, in words."""
    others = [(key, value) for key, value in row.items() if key not in (*FIELDS, "geo_mean_us", "at_least")]
    return ", ".join(f"{key.replace('_', ' ')} {number(value)}" for key, value in others)


def cell(row, field):
    """Engines that were stopped took at least what is said."""
    words = number(row[field])
    return "> " + words if words and row.get("at_least") and field in ("mean_us", "ratio") else words


def table(rows):
    lines = ["| " + " | ".join(HEADINGS) + " |", "|---|---|---|" + "--:|" * 5 + "---|"]
    for row in rows:
        cells = [cell(row, field) for field in FIELDS] + [also(row)]
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines)


def groups_of(rows):
    """(operation, network) -> {engine: row} where some engine is compared with geo."""
    groups = {}
    for row in rows:
        groups.setdefault((row["operation"], row["network"]), {})[row["engine"]] = row
    return {
        key: {engine: row for engine, row in engines.items() if row["ratio"]}
        for key, engines in groups.items()
        if any(row["ratio"] for row in engines.values())
    }


class Scale:
    """Ratios to pixels, logarithmic, whole decades."""

    def __init__(self, ratios, left, right):
        self.low = min(0, math.floor(math.log10(min(ratios))))
        self.high = max(1, math.ceil(math.log10(max(ratios))))
        self.left, self.right = left, right

    def __call__(self, ratio):
        share = (math.log10(ratio) - self.low) / (self.high - self.low)
        return self.left + share * (self.right - self.left)

    def decades(self):
        return [10.0**power for power in range(self.low, self.high + 1)]


def text(x, y, words, size=13, anchor="start", fill="#343a40", weight="400"):
    return (
        f"<text x='{x:.1f}' y='{y:.1f}' font-size='{size}' text-anchor='{anchor}' "
        f"font-weight='{weight}' fill='{fill}'>{escape(words)}</text>"
    )


def legend(engines, width):
    """Its parts and the height where it ends; as many lines as it takes."""
    parts, x, y = [], 24.0, 64.0
    for engine, colour in engines.items():
        needed = 36 + 7.6 * len(engine)
        if x + needed > width and x > 24:
            x, y = 24.0, y + 24
        parts.append(f"<circle cx='{x + 6:.1f}' cy='{y:.1f}' r='6' fill='{colour}'/>")
        parts.append(text(x + 18, y + 4.5, engine))
        x += needed
    return parts, y + 24


def plot(name, rows):
    """An SVG: per operation and network a line, on it a dot per engine where its ratio is."""
    groups = groups_of(rows)
    if not groups:
        return None
    found = dict.fromkeys(engine for engines in groups.values() for engine in engines)
    engines = {engine: COLOURS[i % len(COLOURS)] for i, engine in enumerate(found)}
    operations = list(dict.fromkeys(operation for operation, _ in groups))
    width, row_height = 920, 26
    keys, top = legend(engines, width)
    height = int(top) + len(groups) * row_height + len(operations) * 46 + 44
    scale = Scale([r["ratio"] for e in groups.values() for r in e.values()], 200, width - 40)
    body, y = [], float(top)
    for operation in operations:
        body.append(text(24, y + 30, operation, 14, weight="600", fill="#212529"))
        y += 46
        for (of, network), measured in groups.items():
            if of != operation:
                continue
            middle = y + row_height / 2
            body.append(text(188, middle + 4.5, network, anchor="end"))
            body.append(
                f"<line x1='200' x2='{width - 40}' y1='{middle:.1f}' y2='{middle:.1f}' stroke='#dee2e6'/>"
            )
            for engine, row in measured.items():
                least = "at least " if row.get("at_least") else ""
                title = f"{engine} on {network}: {least}{number(row['ratio'])} times the time of geo"
                body.append(
                    f"<circle cx='{scale(row['ratio']):.1f}' cy='{middle:.1f}' r='6' "
                    f"fill='{engines[engine]}' fill-opacity='0.9'><title>{escape(title)}</title></circle>"
                )
            y += row_height
    grid = []
    for decade in scale.decades():
        x = scale(decade)
        colour = "#868e96" if decade == 1 else "#e9ecef"
        grid.append(f"<line x1='{x:.1f}' x2='{x:.1f}' y1='{top:.1f}' y2='{y + 8:.1f}' stroke='{colour}'/>")
        label = "geo = 1" if decade == 1 else f"{decade:,.0f}×" if decade > 1 else f"{decade:g}×"
        grid.append(text(x, y + 26, label, 12, "middle", "#495057"))
    head = [
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' width='{width}' {FONT}>",
        f"<rect width='{width}' height='{height}' rx='10' fill='#ffffff'/>",
        text(24, 36, f"{name}: time relative to geo, logarithmic", 17, weight="600", fill="#212529"),
    ]
    return "\n".join([*head, *keys, *grid, *body, "</svg>"]) + "\n"


def how_made(name, circumstances):
    low, high = sorted(circumstances["load"])
    return (
        f"Made by `tools/bench {name} --docs` on {circumstances['date']}: {circumstances['machine']}, "
        f"g++ -O2; load average {low} before or after, {high} at most, of which one is the benchmark "
        "itself. CPU time."
    )


def section(name, rows, circumstances, has_plot):
    parts = [how_made(name, circumstances)]
    if has_plot:
        parts.append(f"![{name}: time of other engines relative to geo](performance/{name}.svg)")
    parts.append(table(rows))
    return "\n\n".join(parts)


def replaced(document, name, content):
    """The document with `content` between the marks of `name`, at the end if it has none."""
    begin, end = f"<!-- tools/bench {name} -->", f"<!-- tools/bench {name} end -->"
    marked = f"{begin}\n\n{content}\n\n{end}"
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.S)
    if pattern.search(document):
        return pattern.sub(lambda _: marked, document)
    return f"{document.rstrip()}\n\n## {name}\n\n{marked}\n"


def write(root, name, rows, circumstances):
    path = os.path.join(root, "docs", "performance.md")
    drawing = plot(name, rows)
    if drawing:
        folder = os.path.join(root, "docs", "performance")
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, name + ".svg"), "w", encoding="utf-8") as file:
            file.write(drawing)
    with open(path, encoding="utf-8") as file:
        document = file.read()
    with open(path, "w", encoding="utf-8") as file:
        file.write(replaced(document, name, section(name, rows, circumstances, bool(drawing))))
