#!/usr/bin/env python3
"""report.py RESULTS OUT - turns run.sh's result lines into OUT/latest.json, OUT/latest.md and SVG charts."""
import json
import re
import sys
from pathlib import Path


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


def goals(cases):
    """Rows of (what, value, wanted, met)."""
    tpcb, hot_tpcb = best(cases, "pgbench_scale50_"), best(cases, "pgbench_scale1_")
    single = cases["pgbench_scale50_1"]["p50_us"]
    rate = {n: c["per_second"] for n, c in cases.items() if "per_second" in c}
    rows = [
        ("64 connections, uniform / pgbench TPC-B best", rate["uniform_64"] / tpcb, ">=", 3.5),
        ("256 connections, uniform / pgbench TPC-B best", rate["uniform_256"] / tpcb, ">=", 4.0),
        ("4 connections, batches of 1,000 / pgbench TPC-B best", rate["batches_4"] / tpcb, ">=", 6.0),
        ("64 connections, hot / uniform", rate["hot_64"] / rate["uniform_64"], ">=", 0.9),
        ("64 connections, hot / pgbench scale 1 best", rate["hot_64"] / hot_tpcb, ">=", 5.0),
        ("1 connection, p50 / pgbench p50 at 1 client", cases["uniform_1"]["p50_us"] / single, "<=", 1.1),
        ("64 connections, p99 / p50", cases["uniform_64"]["p99_us"] / cases["uniform_64"]["p50_us"], "<=", 2.0),
        ("holds, authorize and capture / pgbench TPC-B best", rate["holds_64"] / tpcb, ">=", 1.5),
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


def chart(title, unit, bars):
    """A plain horizontal bar chart; bars are (label, value)."""
    top, width, row = 44, 640, 26
    scale = 380 / max(v for _, v in bars)
    svg = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{top + row * len(bars) + 12}" '
           'font-family="sans-serif" font-size="13">', f'<text x="12" y="24" font-size="16">{title}</text>']
    for i, (label, value) in enumerate(bars):
        y = top + i * row
        colour = "#8a8f98" if label.startswith("pgbench") else "#2563eb"
        svg.append(f'<text x="150" y="{y + 14}" text-anchor="end">{label}</text>'
                   f'<rect x="160" y="{y}" width="{value * scale:.1f}" height="18" fill="{colour}"/>'
                   f'<text x="{165 + value * scale:.1f}" y="{y + 14}">{value:,.0f} {unit}</text>')
    return "\n".join(svg) + "\n</svg>\n"


def main():
    results, out = sys.argv[1], Path(sys.argv[2])
    cases, machine = read(results)
    rows = goals(cases)
    (out / "latest.json").write_text(json.dumps(
        {"machine": machine, "cases": cases,
         "goals": [{"what": w, "value": v, "goal": g, "met": m} for w, v, g, m in rows]}, indent=2) + "\n")
    (out / "latest.md").write_text(markdown(cases, machine, rows))
    rates = [(n, c.get("tps", c.get("per_second"))) for n, c in cases.items() if "tps" in c or "per_second" in c]
    (out / "throughput.svg").write_text(chart("Transactions per second", "/s", rates))
    times = [(n, c["p99_us"] / 1000) for n, c in cases.items() if "p99_us" in c]
    (out / "latency.svg").write_text(chart("p99 latency over HTTP", "ms", times))


main()
