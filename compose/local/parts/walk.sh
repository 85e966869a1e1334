# shellcheck shell=bash
# walk.sh - a walk through the API on the running stack: each command as typed, then what it answers. Sourced by tour.sh and
# smoke.sh, which say with walk_into which document shows it.

WALK_OUTPUT=$(mktemp)
trap 'rm -f "$WALK_OUTPUT"' EXIT

# step COMMENT COMMAND [REGEX]: shows both and runs the command in this shell, so that variables stay. What it answers must
# match the regex.
step() {
  printf '\n%s\n\n' "$1"
  printf '    %s\n' "${2//$'\n'/$'\n'    }"
  eval "$2" >"$WALK_OUTPUT" 2>&1 || die "the step failed: $2"
  [[ ! -s $WALK_OUTPUT ]] || printf '\n'
  [[ ! -s $WALK_OUTPUT ]] || sed 's/[[:space:]]*$//; s/^/    > /' "$WALK_OUTPUT"
  [[ -z ${3-} ]] || grep -qzE "$3" "$WALK_OUTPUT" || die "the step did not answer $3: $2"
}

# walk_into FILE NAME: what the function walk prints takes the place of what stands between the markers of that name.
walk_into() {
  local new
  new=$(mktemp "$1.XXXXXX")
  walk >"$new"
  awk -v new="$new" -v name="$2" '
    index($0, "<!-- " name ":end") { inside = 0; while ((getline line < new) > 0) print line; print "" }
    !inside { print }
    index($0, "<!-- " name ":begin") { inside = 1 }' "$1" >"$new.whole"
  rm "$new"
  mv "$new.whole" "$1"
}
