# shellcheck shell=bash
# postgres.sh - the private PostgreSQL cluster: creation, settings, roles and database. Sourced.

PG_BIN=/usr/lib/postgresql/15/bin
PG_DATA=$HOME_DIR/postgres

# database_url ROLE: libpq finds the password in the role's own file.
database_url() {
  printf 'postgresql://%s@127.0.0.1:%s/paybus?passfile=%s' "$1" "$PAYBUS_POSTGRES_PORT" "$HOME_DIR/secrets/$1.pgpass"
}

# Built aside and renamed when complete: an interrupted run leaves nothing that looks like a cluster.
postgres_create() {
  ! as_service test -e "$PG_DATA/PG_VERSION" || return 0
  say "creating the PostgreSQL cluster"
  as_service rm -rf "$PG_DATA.new"
  local output
  # shellcheck disable=SC2016 # expanded by the inner shell, whose pipe initdb's user may open
  output=$(as_service bash -c '"$1/initdb" -D "$2" -U postgres --pwfile=<(cat) --auth=scram-sha-256 \
    --data-checksums --encoding=UTF8 --locale=C.UTF-8 2>&1' initdb "$PG_BIN" "$PG_DATA.new" \
    <<<"$(secret_password postgres.pgpass)") || die "initdb failed: $(tail -n 3 <<<"$output" | tr '\n' ' ')"
  as_service bash -c "echo \"include '../conf/postgresql.conf'\" >>'$PG_DATA.new/postgresql.conf'"
  as_service mv -T "$PG_DATA.new" "$PG_DATA"
}

postgres_configure() {
  local memory=$PAYBUS_POSTGRES_MEMORY_MB
  local maintenance=$((memory / 8)) wal
  ((maintenance <= 512)) || maintenance=512
  ((maintenance >= 16)) || maintenance=16
  # Of the whole disk, not of what is free now, so that the file stays the same from run to run.
  wal=$(df --output=size -B 1M "$HOME_DIR" | awk 'NR == 2 { print int($1 / 10) }')
  ((wal <= 8192)) || wal=8192
  ((wal >= 512)) || wal=512
  render postgresql.conf.in PORT="$PAYBUS_POSTGRES_PORT" SHARED_BUFFERS_MB="$memory" CACHE_MB=$((memory * 3)) \
    MAINTENANCE_MB="$maintenance" MAX_WAL_MB="$wal" MIN_WAL_MB=$((wal / 4)) | put 0600 "$HOME_DIR/conf/postgresql.conf"
}

# Who asks a server that is still starting leaves a FATAL in its log: its own file says first when it has started.
postgres_ready() {
  [[ $(as_service sed -n 8p "$PG_DATA/postmaster.pid" 2>/dev/null) == ready* ]] &&
    "$PG_BIN/pg_isready" -q -h 127.0.0.1 -p "$PAYBUS_POSTGRES_PORT"
}

# postgres_sql ROLE DATABASE [psql arguments...]: statements from standard input, kept out of the server's log because
# some carry passwords.
postgres_sql() {
  as_service PGPASSFILE="$HOME_DIR/secrets/$1.pgpass" PGCONNECT_TIMEOUT=5 \
    PGOPTIONS='-c log_min_error_statement=panic -c log_min_duration_statement=-1' \
    "$PG_BIN/psql" -XqwAt -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$PAYBUS_POSTGRES_PORT" -U "$1" -d "$2" "${@:3}"
}

# migrations/roles.sql makes the roles; here each gets the password of its file, unless that opens the door already. The door of a
# role that has none is not tried, which the server's log would have as FATAL.
postgres_roles() {
  local role passwords
  postgres_sql postgres postgres <"$CLONE/migrations/roles.sql"
  passwords=$(postgres_sql postgres postgres <<<'select rolname from pg_authid where rolpassword is not null')
  for role in "${DATABASE_ROLES[@]}"; do
    { grep -qx "$role" <<<"$passwords" && postgres_sql "$role" postgres <<<'select' 2>/dev/null; } ||
      postgres_sql postgres postgres <<<"alter role $role password '$(secret_password "$role.pgpass")'"
  done
}

postgres_database() {
  postgres_sql postgres postgres <<'SQL'
select 'create database paybus owner paybus_owner'
where not exists (select from pg_database where datname = 'paybus') \gexec
SQL
}
