#!/usr/bin/env python3
"""NetworkX on the queries and networks that the routing benchmark wrote into a folder. Prints rows."""

import glob
import json
import os
import sys
import time

QUERIES = {1_000: 20, 10_000: 3}  # participants -> queries: each takes a tenth to ten seconds

try:
    import networkx
    from networkx.algorithms.flow import boykov_kolmogorov
except ImportError:
    print("NetworkX is not installed: its rows are missing", file=sys.stderr)
    networkx = None


def row_of(data):
    network = networkx.DiGraph()
    network.add_nodes_from(range(data["participants"]))
    network.add_edges_from((tail, head, {"capacity": capacity}) for tail, head, capacity in data["arcs"])
    queries = data["queries"][: QUERIES.get(data["participants"], 1)]
    taken = []
    for source, target, known, _ in queries:
        begin = time.process_time()
        value = networkx.maximum_flow_value(network, source, target, flow_func=boykov_kolmogorov)
        taken.append((time.process_time() - begin) * 1e6)
        if value != known:
            sys.exit(f"{data['network']}: NetworkX finds {value} from {source} to {target}, geo {known}")
    taken.sort()
    return {
        "network": data["network"],
        "operation": data["operation"],
        "engine": "NetworkX boykov_kolmogorov",
        "queries": len(queries),
        "mean_us": sum(taken) / len(taken),
        "p50_us": taken[len(taken) // 2],
        "p99_us": taken[-1],
        "geo_mean_us": sum(query[3] for query in queries) / len(queries),
    }


def main():
    rows = []
    for path in sorted(glob.glob(os.path.join(sys.argv[1], "*.flows.json"))) if networkx else ():
        with open(path, encoding="utf-8") as file:
            rows.append(row_of(json.load(file)))
    json.dump(rows, sys.stdout)


if __name__ == "__main__":
    main()
