"""What a full run of recon-svc costs those who transfer at the same time.

beside_recon.py HOME POSTGRES_PORT SECONDS BLOCK [NAME=VALUE...]: beside a load that somebody else makes. One run, which stands
still in every second block (SIGSTOP between two of its steps, so that it holds nothing) and goes on in the next: both kinds of
blocks are of the same minutes and of the same database. As the stack's own user. NAME=VALUE: settings of recon-svc.
A run that is not over in SECONDS is left standing, and goes on with the next call: `make bench` has no 10 minutes at a stretch.
Prints transfers a second of each block, the medians, the loss, for how long the run has gone on so far, what it looked at and
its greatest resident memory.
"""
import json
import os
import signal
import statistics
import subprocess
import sys
import time

SETTLE_S = 1.5  # at the beginning of a block, not counted
LOOK_S = 0.002
COUNT = "select last_value from paybus.events_seq"
# Whose sessions are not the run's: the resident recon-svc's.
OTHERS = "select coalesce(max(extract(epoch from backend_start) * 1000000), 0)::bigint from pg_stat_activity where usename = 'paybus_recon'"
# Since when the run has asked nothing; 0: it waits for an answer, or has a snapshot open.
SILENT = """select case when bool_and(state = 'idle') then max(extract(epoch from state_change) * 1000000)::bigint else 0 end
from pg_stat_activity where usename = 'paybus_recon' and extract(epoch from backend_start) * 1000000 > {}""".replace("\n", " ")


class Database:
    """One psql that is asked line by line."""

    def __init__(self, home, port):
        environment = dict(os.environ, PGPASSFILE=f"{home}/secrets/postgres.pgpass", PGHOST="127.0.0.1", PGPORT=port,
                           PGUSER="postgres", PGDATABASE="paybus")
        self.psql = subprocess.Popen(["psql", "-qAtX"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                     env=environment, bufsize=1)

    def number(self, sql):
        self.psql.stdin.write(sql + ";\n")
        self.psql.stdin.flush()
        return int(self.psql.stdout.readline())


def start_run(home, settings):
    environment = {"PATH": os.environ["PATH"]}
    with open(f"{home}/env/recon-svc.env", encoding="utf-8") as lines:
        environment.update(line.rstrip("\n").split("=", 1) for line in lines if "=" in line)
    environment.update(setting.split("=", 1) for setting in settings)
    with open(f"{home}/beside_recon.json", "w", encoding="utf-8") as report, \
            open(f"{home}/beside_recon.log", "w", encoding="utf-8") as log:
        return subprocess.Popen([f"{home}/bin/recon-svc", "--once", "--full"], env=environment, stdout=report, stderr=log,
                                start_new_session=True).pid


def state_of(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return "Z"


def is_running(pid):
    return state_of(pid) != "Z"


def stand_still(pid, database, others):
    """While it rests: with a snapshot open it would hold back the vacuum, and an answer that waits would be too late."""
    query = SILENT.format(others)
    while is_running(pid) and state_of(pid) != "T":
        silent = database.number(query)
        if silent != 0 and state_of(pid) == "S":
            os.kill(pid, signal.SIGSTOP)
            time.sleep(LOOK_S)
            if database.number(query) == silent:
                return
            os.kill(pid, signal.SIGCONT)
        time.sleep(LOOK_S)


def peak_kib(pid):
    """Its greatest resident memory so far; 0: it has ended."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as lines:
            return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)
    except FileNotFoundError:
        return 0


def block(database, seconds, state, goes_on):
    """Transfers a second; less than the whole block where the run ended in it."""
    time.sleep(SETTLE_S)
    pid = state["pid"]
    start, count = time.monotonic(), database.number(COUNT)
    while time.monotonic() < start + seconds - SETTLE_S and not (goes_on and not is_running(pid)):
        time.sleep(0.05)
        state["peak_kib"] = max(state["peak_kib"], peak_kib(pid))
    took = time.monotonic() - start
    return (database.number(COUNT) - count) / took if took > seconds / 3 else None


def load_state(path):
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return {"pid": 0, "others": 0, "went_on_s": 0, "peak_kib": 0, "without": [], "with": []}


def entries_of(home):
    """As its report says; 0: there is none."""
    with open(f"{home}/beside_recon.json", encoding="utf-8") as file:
        text = file.read()
    return json.loads(text)["scanned"]["entries"] if text.strip() else 0


def report(state, is_over, entries):
    without, beside = (statistics.median(state[kind] or [0]) for kind in ("without", "with"))
    loss = 100 * (1 - beside / without) if without else 0
    pairs = [round(100 * (1 - w / o)) for o, w in zip(state["without"], state["with"])]
    print("without", [round(rate) for rate in state["without"]])
    print("with   ", [round(rate) for rate in state["with"]])
    print("loss of each pair", pairs, "median", statistics.median(pairs or [0]))
    print(f"RESULT without={without:.0f} with={beside:.0f} loss_percent={loss:.1f} "
          f"went_on_s={state['went_on_s']:.0f} is_over={int(is_over)} entries={entries} peak_kib={state['peak_kib']}")


def main():
    home, port, seconds, length = sys.argv[1], sys.argv[2], float(sys.argv[3]), float(sys.argv[4])
    database, path = Database(home, port), f"{home}/beside_recon.state"
    end, state = time.monotonic() + seconds, load_state(path)
    if state["pid"] == 0:
        state["others"] = database.number(OTHERS)
        state["pid"] = start_run(home, sys.argv[5:])
    pid = state["pid"]
    while time.monotonic() + 2 * length < end and is_running(pid):
        stand_still(pid, database, state["others"])
        if not is_running(pid):
            break
        state["without"].append(block(database, length, state, False))
        os.kill(pid, signal.SIGCONT)
        start = time.monotonic()
        rate = block(database, length, state, True)
        state["went_on_s"] += time.monotonic() - start
        if rate is not None:
            state["with"].append(rate)
    is_over = not is_running(pid)
    if not is_over:
        stand_still(pid, database, state["others"])
    with open(path, "w", encoding="utf-8") as file:
        json.dump(state, file)
    report(state, is_over, entries_of(home) if is_over else 0)


main()
