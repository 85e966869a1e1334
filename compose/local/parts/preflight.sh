# shellcheck shell=bash
# preflight.sh - what is checked before anything is started: ports and disk. Sourced.

DISK_FREE_MB=2048

# Of a running stack only the ports that it does not hold yet are looked at.
ports_check() {
  local port setting program own seen=' ' line
  own=" $(supervisor_children | tr '\n' ' ')"
  while read -r port setting program; do
    [[ $seen != *" $port "* ]] || die "two settings name port $port, one of them $setting: give each its own."
    seen+="$port "
    line=$(port_listener "$port")
    [[ -n $line ]] || continue
    [[ $line =~ pid=([0-9]+) && $own == *" ${BASH_REMATCH[1]} "* ]] && continue
    die "port $port ($program) is taken by $(port_holder "$line"): stop that or set $setting to a free port in .env."
  done < <(program_ports)
}

# The line of ss about who listens on the port where we would.
port_listener() {
  ss -Hltnp "sport = :$1" |
    awk '$4 ~ /^(127\.0\.0\.1|0\.0\.0\.0|\*|\[::\]|\[::ffff:127\.0\.0\.1\])(%[a-z0-9]+)?:/ { print; exit }'
}

port_holder() {
  if [[ $1 =~ \(\(\"([^\"]+)\",pid=([0-9]+) ]]; then
    echo "${BASH_REMATCH[1]} (pid ${BASH_REMATCH[2]})"
  else
    echo "a process of another user"
  fi
}

disk_check() {
  local place free
  for place in "$PAYBUS_HOME" "$CLONE"; do
    free=$(df --output=avail -B 1M "$place" | awk 'NR == 2 { print $1 }')
    ((free >= DISK_FREE_MB)) || die "only $free MB are free in $place, $DISK_FREE_MB MB are needed."
  done
}
