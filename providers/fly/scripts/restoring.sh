# What restore.sh and drill.sh have in common: a dump is read from the bucket, opened and restored.
#
#   range of 64 MiB ─┬─► sha256sum ◄─ compared before the last range goes on
#                    └─► gpg ─► pg_restore, in one transaction
#
# The URL is presigned and the session key opens this one dump, so the machine has neither the key of the bucket nor
# the private key.

# One range without a retry: GET, its first and its last byte. Sets `status` (000: no answer, or half of one), `size`
# and `range`, the header of the answer.
call() {
  local from=$2 to=$3 code=0
  : >"$work/answer"
  curl --disable --config <(printf 'url = "%s"\n' "$(quoted "$MASTIFF_DUMP_URL")") \
    --silent --show-error --range "$from-$to" --output "$work/answer" \
    --connect-timeout 20 --speed-limit 1 --speed-time 300 \
    --write-out '%{http_code} %{size_download} %header{content-range}\n' \
    >"$work/facts" 2>"$work/complaint" &
  wait $! || code=$?
  read -r status size range <"$work/facts" || true
  ((code == 0)) || status=000
}

# Reads a range: its first and its last byte.
download() {
  local from=$1 to=$2
  s3 GET "$from" "$to" || fail "the dump cannot be read: the request $(words)"
  [[ $range =~ ^bytes\ $from-[0-9]+/([0-9]+)$ ]] ||
    fail "the dump cannot be read: the request for bytes $from to $to got HTTP $status and \"$range\""
  [[ ${BASH_REMATCH[1]} == "$MASTIFF_DUMP_BYTES" ]] ||
    fail "the dump has ${BASH_REMATCH[1]} bytes in the bucket, but $MASTIFF_DUMP_BYTES bytes when it was taken"
  ((size == to - from + 1)) || fail "bytes $from to $to of the dump came as $size bytes"
}

check_dump() {
  need MASTIFF_DUMP_URL MASTIFF_SESSION_KEY MASTIFF_DUMP_BYTES MASTIFF_DUMP_SHA256
  export -n MASTIFF_DUMP_URL MASTIFF_SESSION_KEY
  [[ $MASTIFF_DUMP_BYTES =~ ^[1-9][0-9]*$ ]] || fail "MASTIFF_DUMP_BYTES is $MASTIFF_DUMP_BYTES, and not a size"
  [[ $MASTIFF_SESSION_KEY =~ ^[0-9]+:[0-9A-Fa-f]+$ ]] || fail "MASTIFF_SESSION_KEY is not of the form 9:HEX"
}

# Runs one statement in `database`. Sets `answer`.
ask() {
  PGPASSWORD=$password psql --no-psqlrc --no-password --quiet --no-align --tuples-only --set=ON_ERROR_STOP=1 \
    --command="$1" --dbname="$database" >"$work/answer" &
  wait $! || fail "the database refused a statement: psql says why above"
  answer=$(<"$work/answer")
}

# Restores the dump into `database`, which has to be empty.
restore_dump() {
  local from=0 to="" sum="" copy sealed summing telling opening restoring opened=0 restored=0
  export GNUPGHOME=$work/gnupg
  mkdir "$GNUPGHOME"
  ask "SELECT to_regclass('public.schema_migrations')"
  [[ -z $answer ]] || fail "the database at ${database#*@} is not empty"

  mkfifo "$work"/{copy,sealed,plain,said}
  sha256sum <"$work/copy" >"$work/sum" &
  summing=$!
  # gpg prints the session key as "DBG: seskey". What the server says of a row has the row in it, on lines of its own.
  sed --unbuffered --quiet '/^gpg: DBG:/d; /^\(gpg\|pg_restore\): /p' <"$work/said" >&2 &
  telling=$!
  gpg --batch --no-tty --quiet --no-autostart --status-file "$work/opened" --decrypt \
    --override-session-key-fd 3 3< <(printf '%s' "$MASTIFF_SESSION_KEY") \
    <"$work/sealed" >"$work/plain" 2>"$work/said" &
  opening=$!
  # Roles and their rights are the server's. Extensions are nobody's but a superuser's: Mastodon needs none.
  PGPASSWORD=$password pg_restore --format=custom --schema=public --no-owner --no-privileges --single-transaction \
    --exit-on-error --no-password --dbname="$database" <"$work/plain" 2>"$work/said" &
  restoring=$!
  exec {copy}>"$work/copy" {sealed}>"$work/sealed"

  while ((from < MASTIFF_DUMP_BYTES)); do
    to=$((from + part < MASTIFF_DUMP_BYTES ? from + part - 1 : MASTIFF_DUMP_BYTES - 1))
    download "$from" "$to"
    cat "$work/answer" >&"$copy" &
    wait $!
    from=$((to + 1))
    if ((from == MASTIFF_DUMP_BYTES)); then
      exec {copy}>&-
      wait "$summing"
      read -r sum _ <"$work/sum"
      [[ $sum == "$MASTIFF_DUMP_SHA256" ]] ||
        fail "the dump has SHA-256 $sum in the bucket, but $MASTIFF_DUMP_SHA256 when it was taken"
    fi
    # gpg reads to the end unless it cannot begin.
    cat "$work/answer" >&"$sealed" &
    wait $! || break
    (((from / part) % 16 > 0)) || say "read $((from / 1024 / 1024)) MiB"
  done
  exec {sealed}>&-
  rm -f "$work/answer"

  wait "$opening" || opened=$?
  wait "$restoring" || restored=$?
  wait "$telling"
  # Without a pg_restore that reads on, gpg fails too, but only after it has seen that the message is whole.
  ((opened == 0)) || grep -q DECRYPTION_OKAY "$work/opened" ||
    fail "gpg cannot open the dump with this session key"
  ((restored == 0)) || fail "pg_restore ended with exit code $restored"

  say "restored, now counting"
  # Of the server's own tables only a superuser may.
  ask "SET client_min_messages = error; ANALYZE"
  ask "$measures"
  read_measures < <(printf '%s\n' "$answer")
}
