# shellcheck shell=bash
# home.sh - the stack's directory and the user who owns it. Sourced by lib.sh.
# As a normal user everything runs as that user; as root as the system user paybus, or as the owner of an existing
# directory. HOME_DIR is the real path, because the stack's user may not be able to walk a link that root can.

HOME_MARK=.paybus-home # only a directory with this file in it is ever removed
HOME_DIRECTORIES=(bin conf env log nats prometheus secrets supervisor)

home_find() {
  HOME_DIR=$(realpath -m "$PAYBUS_HOME")
  [[ $HOME_DIR =~ ^[A-Za-z0-9._/-]+$ ]] ||
    die "PAYBUS_HOME is '$HOME_DIR': only letters, digits and . _ - / are allowed in it."
  if ((EUID != 0)); then
    SERVICE_USER=$(id -un)
    [[ ! -e $HOME_DIR || -O $HOME_DIR ]] ||
      die "$PAYBUS_HOME belongs to $(stat -c %U "$HOME_DIR"): run make as that user or as root."
  elif [[ -e $HOME_DIR/$HOME_MARK ]]; then
    SERVICE_USER=$(stat -c %U "$HOME_DIR")
  else
    SERVICE_USER=paybus
  fi
}

home_exists() { [[ -e $HOME_DIR/$HOME_MARK ]]; }

# For commands that need a stack: its directory, locked against another make at work on it.
home_open() {
  home_exists || die "there is no stack in $PAYBUS_HOME: make up creates it."
  home_lock
}

# Holds until this script ends; children that outlive it (supervisord) must not inherit it.
home_lock() {
  exec {HOME_LOCK}<"$HOME_DIR"
  flock -n "$HOME_LOCK" && return
  say "waiting for another make at work on $PAYBUS_HOME ..."
  flock -w 600 "$HOME_LOCK" || die "another make is still at work on $PAYBUS_HOME after 10 minutes."
}

home_create() {
  home_add_user
  home_move_into_reach
  # The control socket's path, with a suffix while it is made, must fit into 107 bytes.
  ((${#HOME_DIR} <= 80)) || die "PAYBUS_HOME is ${#HOME_DIR} bytes long, 80 are possible: set it to a shorter path."
  if ! home_exists; then
    [[ -z $(ls -A "$HOME_DIR" 2>/dev/null) ]] ||
      die "$PAYBUS_HOME is not empty and not ours: set PAYBUS_HOME to a new directory."
    mkdir -p "$HOME_DIR" 2>/dev/null || die "cannot create $PAYBUS_HOME: set PAYBUS_HOME to a directory you may write."
    ((EUID != 0)) || chown "$SERVICE_USER:" "$HOME_DIR"
    if ! as_service test -w "$HOME_DIR"; then
      rmdir "$HOME_DIR"
      die "user $SERVICE_USER cannot reach $HOME_DIR: set PAYBUS_HOME to a directory it can."
    fi
    as_service touch "$HOME_DIR/$HOME_MARK" || die "cannot write to $PAYBUS_HOME."
  fi
  home_lock
  as_service mkdir -p -m 0755 "${HOME_DIRECTORIES[@]/#/$HOME_DIR/}"
  as_service chmod 0700 "$HOME_DIR/secrets" "$HOME_DIR/nats" "$HOME_DIR/supervisor"
}

home_add_user() {
  ((EUID == 0)) && ! getent passwd "$SERVICE_USER" >/dev/null || return 0
  say "creating the system user $SERVICE_USER"
  useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$SERVICE_USER"
}

# A clone under /root cannot be walked by the stack's user: run/ becomes a link to a place that can.
home_move_into_reach() {
  ((EUID == 0)) && [[ $PAYBUS_HOME == "$CLONE/run" && ! -e $PAYBUS_HOME ]] || return 0
  ! HOME_DIR=/ as_service test -x "$CLONE" || return 0
  HOME_DIR=/var/lib/paybus/$(basename "$CLONE")-$(sha256sum <<<"$CLONE" | cut -c1-8)
  mkdir -p "$HOME_DIR"
  ln -sfn "$HOME_DIR" "$PAYBUS_HOME"
  say "user $SERVICE_USER cannot reach $CLONE: run is a link to $HOME_DIR"
}

home_find
