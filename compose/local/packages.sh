#!/usr/bin/env bash
# packages.sh - installs the Debian packages of packages.txt that are missing, as root or through sudo.
# Debian's own PostgreSQL, NATS, Prometheus and supervisor are neither started nor enabled by that: the stack brings its own.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)

missing_packages() {
  local package command
  while read -r package command; do
    [[ -z $command ]] || ! command -v "$command" >/dev/null || continue
    dpkg-query -W -f='${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || printf '%s\n' "$package"
  done < <(grep -Ev '^[[:space:]]*(#|$)' "$here/packages.txt")
}

# What Debian would otherwise do to a fresh machine is held off by two files that go when we are done.
POLICY=/usr/sbin/policy-rc.d
NO_CLUSTER=/etc/postgresql-common/createcluster.d/paybus.conf
hold_off_services() {
  trap 'rm -f "${made[@]}"' EXIT
  if [[ ! -e $POLICY ]]; then
    made+=("$POLICY")
    printf '#!/bin/sh\nexit 101\n' >"$POLICY"
    chmod 0755 "$POLICY"
  fi
  made+=("$NO_CLUSTER")
  mkdir -p "${NO_CLUSTER%/*}"
  echo 'create_main_cluster = false' >"$NO_CLUSTER"
}

# disable_new PACKAGE UNIT: a service that we brought in must not start with the machine either.
disable_new() {
  if [[ " $packages " == *" $1 "* ]] && command -v systemctl >/dev/null; then
    systemctl disable --quiet "$2" 2>/dev/null || true
  fi
}

install_packages() {
  local package
  made=()
  hold_off_services
  export DEBIAN_FRONTEND=noninteractive
  local apt=(apt-get -qq -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0)
  # shellcheck disable=SC2086 # a list of words
  "${apt[@]}" update && "${apt[@]}" install -y --no-install-recommends $packages || return
  disable_new nats-server nats-server.service
  disable_new supervisor supervisor.service
  disable_new postgresql-15 postgresql.service
  for package in prometheus prometheus-node-exporter prometheus-postgres-exporter; do
    disable_new "$package" "$package.service"
  done
}

packages=$(missing_packages | tr '\n' ' ')
packages=${packages% }
[[ -n $packages ]] || exit 0
if ! command -v apt-get >/dev/null; then
  echo "make packages: this machine has no apt-get; Paybus is made for Debian 12 and needs: $packages" >&2
  exit 1
fi
if ((EUID == 0)); then
  echo "installing: $packages"
  install_packages || {
    echo "make packages: apt-get could not install everything (its message is above): $packages" >&2
    exit 1
  }
elif command -v sudo >/dev/null && { [[ -t 0 ]] || sudo -n true 2>/dev/null; }; then
  sudo "$here/packages.sh"
else
  echo "make packages: only root can install what is missing: apt-get install --no-install-recommends $packages" >&2
  exit 1
fi
