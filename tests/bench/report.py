#!/usr/bin/env python3
"""report.py RESULTS OUT - turns run.sh's result lines into OUT/latest.json, OUT/latest.md and SVG charts."""
import json
import re
import sys
from pathlib import Path

from plot import line_chart


def read(path):
    """{'uniform_64': {'requests': 1.0, ...}, ...} and the machine line."""
    cases, machine = {}, ""
    for line in Path(path).read_text().splitlines():
        name, _, rest = line.partition(" ")
        if name == "machine":
            machine = rest
            continue
        cases[name] = {k: float(v) for k, v in re.findall(r"(\w+)=([\d.]+)", rest)}
    for case in cases.values():
        if "seconds" in case:
            case["per_second"] = (case["requests"] - case["non2xx"]) / case["seconds"]
    return cases, machine


def best(cases, prefix):
    return max(c["tps"] for n, c in cases.items() if n.startswith(prefix))


def worst_neighbour(cases):
    return max(us for n, us in cases["deliveries"].items() if re.fullmatch(r"beside_\w+_p99_us", n))


def worst_beside_what_is_shared(cases):
    return max(us for n, us in cases["neighbours"].items() if re.fullmatch(r"(full|slow|locked|long|heavy)_\w+_p99_us", n))


def goals(cases):
    """Rows of (what, value, wanted, met)."""
    tpcb, hot_tpcb = best(cases, "pgbench_scale50_"), best(cases, "pgbench_scale1_")
    single = cases["pgbench_scale50_1"]["p50_us"]
    rate = {n: c["per_second"] for n, c in cases.items() if "per_second" in c}
    rows = [
        ("64 connections, uniform / pgbench TPC-B best", rate["uniform_64"] / tpcb, ">=", 3.5),
        ("256 connections, uniform / pgbench TPC-B best", rate["uniform_256"] / tpcb, ">=", 4.0),
        ("4 connections, batches of 1,000 / pgbench TPC-B best", rate["batch_of_1000"] / tpcb, ">=", 6.0),
        ("64 connections, hot / uniform", rate["hot_64"] / rate["uniform_64"], ">=", 0.9),
        ("64 connections, hot / pgbench scale 1 best", rate["hot_64"] / hot_tpcb, ">=", 5.0),
        ("1 connection, p50 / pgbench p50 at 1 client", cases["uniform_1"]["p50_us"] / single, "<=", 1.1),
        ("64 connections, p99 / p50", cases["uniform_64"]["p99_us"] / cases["uniform_64"]["p50_us"], "<=", 2.0),
        ("holds, authorize and capture / pgbench TPC-B best", rate["holds_64"] / tpcb, ">=", 1.5),
        ("inbound webhook events accepted a second, 64 connections", rate["webhooks_64"], ">=", 5000),
        ("webhook events worked off to their end a second", rate["webhook_work"], ">=", 3000),
        ("webhook deliveries that arrive a second", rate["deliveries"], ">=", 2000),
        ("a lone delivery beside each kind of bad receiver, worst p99 / alone",
         worst_neighbour(cases) / cases["deliveries"]["p99_us"], "<=", 2.0),
        ("the same / beside a good receiver of as much", worst_neighbour(cases) / cases["deliveries"]["beside_good_p99_us"], "<=", 2.0),
        ("a lone delivery beside each kind of bad receiver, worst p99 ms", worst_neighbour(cases) / 1000, "<=", 250),
        ("a lone delivery beside full streams, slow PostgreSQL and locked rows, worst p99 ms",
         worst_beside_what_is_shared(cases) / 1000, "<=", 250),
        ("a lone delivery beside 300 endpoints that hang, p99 / alone",
         cases["deliveries"]["hanging_p99_us"] / cases["deliveries"]["p99_us"], "<=", 2.0),
        ("a lone webhook event from its row to its end, p50 ms", cases["webhook_work"]["p50_us"] / 1000, "<=", 10),
        ("GET account a second, 64 connections", rate["account_64"], ">=", 20000),
        ("GET account, p99 ms", cases["account_64"]["p99_us"] / 1000, "<=", 10),
        ("statement page of 100 entries a second, 64 connections", rate["statement_64"], ">=", 5000),
        ("statement page, p99 ms", cases["statement_64"]["p99_us"] / 1000, "<=", 10),
        ("ledger-svc peak RSS, MiB", cases["memory_ledger-svc"]["peak_kib"] / 1024, "<=", 64),
        ("ingress peak RSS, MiB", cases["memory_ingress"]["peak_kib"] / 1024, "<=", 64),
    ]
    if "large_uniform_64" in rate:
        rows.append(("1 M accounts and 10 M entries / 100,000 accounts, 64 connections",
                     rate["large_uniform_64"] / rate["uniform_64"], ">=", 0.85))
    return [(what, value, f"{sign} {goal}", value >= goal if sign == ">=" else value <= goal)
            for what, value, sign, goal in rows]


def markdown(cases, machine, rows):
    out = [f"Benchmark: {machine}", "", "| case | per second | p50 ms | p99 ms | errors |", "|---|---:|---:|---:|---:|"]
    for name, c in cases.items():
        if "tps" in c:
            out.append(f"| {name} | {c['tps']:.0f} | {c['p50_us'] / 1000:.2f} | | |")
        elif "p99_us" in c:
            out.append(f"| {name} | {c['per_second']:.0f} | {c['p50_us'] / 1000:.2f} | {c['p99_us'] / 1000:.2f} | "
                       f"{c['non2xx'] + c['socket_errors']:.0f} |")
        elif "batch_ms" in c:
            out.append(f"| {name} | {c['per_second']:.0f} | {c['batch_ms']:.2f} a batch | | |")
    out += ["", f"fdatasync: {cases['fsync']['fdatasync_us']:.0f} us", "", "| ratio | value | goal | met |", "|---|---:|---|---|"]
    out += [f"| {what} | {value:.2f} | {goal} | {'yes' if met else 'NO'} |" for what, value, goal, met in rows]
    return "\n".join(out) + "\n"


def sweep(cases, prefix, key="per_second", unit=1):
    """[(number in the name, value), ...] of the cases called prefix and a number."""
    points = [(float(n[len(prefix):]), c[key] / unit) for n, c in cases.items() if re.fullmatch(re.escape(prefix) + r"[\d.]+", n)]
    return sorted(points)


def charts(cases):
    """{file name: SVG}"""
    tpcb = ("pgbench TPC-B, best", best(cases, "pgbench_scale50_"))
    hot_tpcb = ("pgbench, one branch", best(cases, "pgbench_scale1_"))
    a_second = "transfers a second"
    share = [(0.0, cases["uniform_64"]["per_second"])] + sweep(cases, "share_") + [(100.0, cases["hot_64"]["per_second"])]
    percentiles = [(f"p{name}", sweep(cases, "uniform_", f"p{key}_us", 1000))
                   for name, key in (("50", "50"), ("90", "90"), ("99", "99"), ("99.9", "999"))]
    return {
        "throughput-connections.svg": line_chart(
            "Single transfers, uniform over the accounts", ("connections", a_second),
            [("HTTP", sweep(cases, "uniform_")), ("pgbench TPC-B", sweep(cases, "pgbench_scale50_", "tps"))]),
        "throughput-batch.svg": line_chart(
            "Transfers in batches", ("transfers in a batch", a_second),
            [("HTTP, 4 connections", sweep(cases, "batch_of_")), ("engine alone", sweep(cases, "engine_"))], [tpcb]),
        "throughput-share.svg": line_chart(
            "Skew: a share of all transfers goes into one account, 64 connections", ("% into one account", a_second),
            [("HTTP", share)], [tpcb, hot_tpcb], log_x=False),
        "throughput-zipf.svg": line_chart(
            "Skew: accounts drawn by Zipf's law, 64 connections", ("exponent (0 is uniform)", a_second),
            [("HTTP", [(0.0, cases["uniform_64"]["per_second"])] + sweep(cases, "zipf_"))], [tpcb, hot_tpcb], log_x=False),
        "latency-connections.svg": line_chart(
            "Latency of single transfers over HTTP", ("connections", "milliseconds"),
            percentiles + [("pgbench p50", sweep(cases, "pgbench_scale50_", "p50_us", 1000))], log_y=True),
    }


def main():
    results, out = sys.argv[1], Path(sys.argv[2])
    cases, machine = read(results)
    rows = goals(cases)
    (out / "latest.json").write_text(json.dumps(
        {"machine": machine, "cases": cases,
         "goals": [{"what": w, "value": v, "goal": g, "met": m} for w, v, g, m in rows]}, indent=2) + "\n")
    (out / "latest.md").write_text(markdown(cases, machine, rows))
    for name, svg in charts(cases).items():
        (out / name).write_text(svg)


main()
