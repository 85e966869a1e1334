# shellcheck shell=bash
# supervisor.sh - supervisord: starting it, asking it, starting and stopping programs. Sourced.
# A stamp per program holds the digest of everything it was started with, so that only what changed is restarted.

SUPERVISOR_CONF=$HOME_DIR/conf/supervisord.conf
SUPERVISORD_STARTED=no # by this run
PROGRAMS_STARTED=()    # by this run
PROGRAMS_STOPPED=()    # by this run, to be started anew

# By its command line, since the pid file is gone a moment before the process is. Newest: it forks once at its start.
supervisor_pid() { pgrep -n -u "$SERVICE_USER" -f -- "^[^ ]*python3 [^ ]*/supervisord -c ${SUPERVISOR_CONF//./\\.}$"; }
supervisor_running() { supervisor_pid >/dev/null; }
supervisor_children() { ! supervisor_running || pgrep -P "$(supervisor_pid)"; }

supervisor_ctl() { as_service supervisorctl -c "$SUPERVISOR_CONF" "$@"; }

# Starts supervisord, or tells the running one about programs that came, went or changed.
supervisor_start() {
  if supervisor_running; then
    supervisor_ctl update >/dev/null
  else
    as_service rm -f "$HOME_DIR/supervisor/sock"
    (umask 077 && as_service supervisord -c "$SUPERVISOR_CONF" >/dev/null {HOME_LOCK}>&-) ||
      die "supervisord did not start."
    SUPERVISORD_STARTED=yes
    wait_until 10 supervisor_running || die "supervisord ended at once: see $PAYBUS_HOME/log/supervisord.log."
  fi
}

# supervisord stops the programs in the reverse of their order and waits for each.
supervisor_stop() {
  ! supervisor_running || supervisor_ctl shutdown >/dev/null
  wait_until 120 supervisor_gone || die "the stack did not stop within two minutes: see $PAYBUS_HOME/log/."
}

supervisor_gone() { ! supervisor_running && [[ -z $(stack_processes) ]]; }

# Pids of everything that runs from this home, whoever started it.
stack_processes() {
  local home=${HOME_DIR//./\\.}
  pgrep -u "$SERVICE_USER" -f -- \
    "^$PG_BIN/postgres -D $home/postgres|^$NATS_SERVER -c $home/conf/nats.conf|^(bash )?$home/bin/" || true
}

program_state() { supervisor_ctl status "$1" 2>/dev/null | awk '{ print $2 }'; }

program_stamp() { as_service sha256sum "$@" | sha256sum | cut -c1-64; }

# program_stop_changed NAME FILE...: stops it when it runs and one of the files changed since it was started.
program_stop_changed() {
  local name=$1
  [[ $(program_state "$name") == RUNNING ]] || return 0
  [[ $(as_service cat "$HOME_DIR/supervisor/$name.stamp" 2>/dev/null) != $(program_stamp "${@:2}") ]] || return 0
  say "restarting $name: it or its settings changed"
  supervisor_ctl stop "$name" >/dev/null
  PROGRAMS_STOPPED+=("$name")
}

# program_start NAME FILE...: starts it, or restarts it when one of the files changed since it was started.
program_start() {
  local name=$1 stamp
  stamp=$(program_stamp "${@:2}")
  program_stop_changed "$@"
  [[ $(program_state "$name") != RUNNING ]] || return 0
  if [[ " ${PROGRAMS_STOPPED[*]} " != *" $name "* ]]; then
    PROGRAMS_STARTED+=("$name")
  fi
  supervisor_ctl start "$name" >/dev/null || true # whoever waits for it to be ready tells what went wrong
  put 0600 "$HOME_DIR/supervisor/$name.stamp" <<<"$stamp"
}

# How often a program ended without being asked to, since supervisord was started.
program_crashes() {
  as_service cat "$HOME_DIR/log/supervisord.log" | awk -v program="$1" '
    / supervisord started with pid / { count = 0 }
    index($0, " exited: " program " (") { count++ }
    END { print count + 0 }'
}

# program_hopeless NAME CRASHES: it has ended for good, or three times more than it had.
program_hopeless() {
  [[ $(program_state "$1") != RUNNING ]] || (($(program_crashes "$1") >= $2 + 3))
}

# program_wait NAME SECONDS COMMAND...: until the command says that it is ready.
program_wait() {
  local name=$1 deadline=$((SECONDS + $2)) checks=0 crashes
  crashes=$(program_crashes "$name")
  shift 2
  until "$@"; do
    checks=$((checks + 1))
    if ((SECONDS >= deadline)) || { ((checks % 20 == 0)) && program_hopeless "$name" "$crashes"; }; then
      warn "$name did not become ready; the end of $PAYBUS_HOME/log/$name.log:"
      as_service tail -n 10 "$HOME_DIR/log/$name.log" >&2 || true
      return 1
    fi
    sleep 0.1
  done
}

# Undoes what this run started.
supervisor_undo() {
  if [[ $SUPERVISORD_STARTED == yes ]]; then
    supervisor_stop
  elif ((${#PROGRAMS_STARTED[@]} > 0)); then
    supervisor_ctl stop "${PROGRAMS_STARTED[@]}" >/dev/null
  fi
}
