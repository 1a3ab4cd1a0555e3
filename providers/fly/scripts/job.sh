# What backup.sh, restore.sh and drill.sh have in common. They run in the image of the database's own machines, as root.
# It has bash, PostgreSQL of the server's version, gpg and curl (fly-apps/postgres-flex, Dockerfiles: curl 7.88 in pg15,
# 8.5 from pg16 on).
#
# Secrets stay in variables of this shell: a command line is readable by every process, and the environment by every
# child. The disk gets encrypted data only, at most a part at a time.
#
# A script defines `verdict` (what a failure means), `call` (one request, which sets `status`) and `leave` (removes what
# nobody may find afterwards; gets the exit code).
set -euo pipefail
umask 077
export LC_ALL=C

part=$((64 * 1024 * 1024))
# Seconds between the tries of a request: two minutes in all.
pauses=(1 2 4 8 16 32 60)

failure="it ended unexpectedly"
work=""

fail() {
  failure=$1
  exit 1
}

say() {
  printf '%s\n' "$1"
}

# A signal is handled at once only while the shell waits for a background job. So what may take long is one.
rest() {
  sleep "$1" &
  wait $!
}

is_passing() {
  [[ $status == 000 || $status == 408 || $status == 429 || $status == 5?? ]]
}

# As `call`, with the method first. Passing failures are tried again. Sets `tries`.
s3() {
  local pause
  tries=0
  for pause in "${pauses[@]}" last; do
    call "$@"
    tries=$((tries + 1))
    [[ $status != 2?? ]] || return 0
    if ! is_passing || [[ $pause == last ]]; then return 1; fi
    say "$1 $(words): trying again in $pause s"
    rest "$pause"
  done
}

# What came back instead of success.
words() {
  local answer
  if [[ $status == 000 ]]; then
    printf 'got no answer (%s)' "$(head --lines=1 "$work/complaint")"
    return
  fi
  answer=$(<"$work/answer")
  printf 'got HTTP %s' "$status"
  [[ ! $answer =~ \<Code\>([^<]*)\</Code\> ]] || printf ' %s' "${BASH_REMATCH[1]}"
  [[ ! $answer =~ \<Message\>([^<]*)\</Message\> ]] || printf ' (%s)' "${BASH_REMATCH[1]}"
}

# As a string between double quotes, in JSON and in curl's config.
quoted() {
  local text=${1//\\/\\\\}
  printf '%s' "${text//\"/\\\"}"
}

# Fails unless all of these variables are set.
need() {
  local name
  for name in "$@"; do
    [[ -n ${!name-} ]] || fail "$name is not set in this machine"
  done
}

# Splits DATABASE_URL, so that only psql, pg_dump and pg_restore get the password. Sets `database` and `password`.
take_database_url() {
  [[ $DATABASE_URL =~ ^(postgres(ql)?://[^:@/]+):([^@/]+)(@.*)$ ]] ||
    fail "DATABASE_URL is not of the form postgres://user:password@host:port/database"
  database=${BASH_REMATCH[1]}${BASH_REMATCH[4]}
  printf -v password '%b' "${BASH_REMATCH[3]//%/\\x}"
  unset DATABASE_URL
}

await_database() {
  local pause
  for pause in "${pauses[@]}" last; do
    pg_isready --quiet --dbname="$database" && ! is_closed && break
    [[ $pause != last ]] || fail "the database does not answer at ${database#*@}"
    rest "$pause"
  done
}

# A restore closes the community's database for seconds, to exchange it. pg_isready asks for the server only.
is_closed() {
  local said
  # No pipe: with pipefail it would have the exit code of psql, which has failed.
  said=$(PGPASSWORD=$password psql --no-psqlrc --no-password --quiet --command="" --dbname="$database" \
    2>&1 >/dev/null) && return 1
  [[ $said == *"not currently accepting connections"* ]] || return 1
  say "the database is closed for now: trying again"
}

# What is compared of a database, in one row: version of the server, schema, counts, bytes.
measures="SELECT split_part(current_setting('server_version'), ' ', 1),
  (SELECT max(version) FROM public.schema_migrations), (SELECT count(*) FROM public.accounts),
  (SELECT count(*) FROM public.users), (SELECT count(*) FROM public.statuses),
  pg_database_size(current_database());"

# Reads a row of `measures` from stdin.
read_measures() {
  IFS='|' read -r postgres schema accounts users statuses database_bytes
}

# Fields of JSON.
measured() {
  printf '"postgres":"%s","schema":"%s",' "$postgres" "$schema"
  printf '"rows":{"accounts":%s,"users":%s,"statuses":%s},' "$accounts" "$users" "$statuses"
  printf '"databaseBytes":%s' "$database_bytes"
}

# Cleans up, and says the failure last.
finish() {
  local code=$?
  trap - EXIT
  trap '' HUP INT TERM
  set +e
  # What still runs would speak after the last line.
  # shellcheck disable=SC2046
  ((code == 0)) || kill $(jobs -p) 2>/dev/null
  leave "$code"
  [[ -z $work ]] || rm -rf "$work"
  ((code == 0)) || printf '%s: %s.\n' "$verdict" "$failure" >&2
  exit "$code"
}
trap finish EXIT
trap 'failure="it was told to stop"; exit 143' HUP INT TERM
# A handler and not '': children would inherit that.
trap : PIPE
