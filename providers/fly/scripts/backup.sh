# Takes one backup into a bucket.
#
#   pg_dump ─► tee ─► gpg ─► tee ─► part of 64 MiB ─► multipart upload
#               │             └───► sha256sum ◄─ compared ─► the object, read back
#               └► pg_restore --list
#
# A backup is a dump, an escrow and a manifest. The manifest is written last: without it there is no backup.
verdict="No backup was taken"
# SHA-256 of an empty body.
nothing=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855

upload=""
sent=()

# One request without a retry: method, key with query, SHA-256 of the body, file for the answer, options of curl.
# Sets `status` (000: no answer), `size` (bytes of the answer) and `etag`.
#
# A query has to be sorted, percent-encoded, and to have `=` after each name: curl 7.88 signs it as it is written
# (curl/curl#9717, #8107). The digest is signed, so the server refuses a body that was damaged on its way.
call() {
  local method=$1 resource=$2 digest=$3 into=$4 code=0
  shift 4
  : >"$work/answer"
  curl --disable --config <(printf 'user = "%s:%s"\n' "$(quoted "$MASTIFF_BACKUP_KEY_ID")" \
    "$(quoted "$MASTIFF_BACKUP_KEY_SECRET")") \
    --silent --show-error --request "$method" --aws-sigv4 "aws:amz:$MASTIFF_BACKUP_REGION:s3" \
    --header "x-amz-content-sha256: $digest" --header "Expect:" --output "$into" \
    --connect-timeout 20 --speed-limit 1 --speed-time 300 \
    --write-out '%{http_code} %{size_download} %header{etag}\n' \
    "$@" "$MASTIFF_BACKUP_URL/$resource" >"$work/facts" 2>"$work/complaint" &
  wait $! || code=$?
  read -r status size etag <"$work/facts" || true
  # A connection that broke in the middle of the body left a status.
  ((code == 0)) || status=000
  # An upload that cannot be completed may be answered with 200 and an error (AWS: CompleteMultipartUpload).
  [[ $method != POST ]] || ! grep -q '<Error>' "$work/answer" || [[ $status != 200 ]] || status=500
}

digest_of() {
  local line
  line=$(sha256sum <"$1")
  printf '%s' "${line%% *}"
}

# As `s3 PUT`: key with query, file, options of curl. Without the MD5, a bucket whose Object Lock has a default
# retention refuses objects and parts (AWS: PutObject, Content-MD5), and the signed SHA-256 does not do instead.
put() {
  local resource=$1 file=$2 line
  shift 2
  line=$(md5sum <"$file")
  line=$(printf '%b' "$(printf '%s' "${line%% *}" | sed 's/../\\x&/g')" | base64)
  s3 PUT "$resource" "$(digest_of "$file")" "$work/answer" --upload-file "$file" --header "content-md5: $line" "$@"
}

# Reads an object back: key, its SHA-256, its bytes.
compare() {
  local key=$1 digest=$2 bytes=$3 summing back
  local sum="" pause
  for pause in "${pauses[@]}" last; do
    sha256sum <"$work/back" >"$work/back.sum" &
    summing=$!
    exec {back}>"$work/back"
    call GET "$key" "$nothing" "/dev/fd/$back"
    exec {back}>&-
    wait "$summing"
    [[ $status != 2?? ]] || break
    if ! is_passing || [[ $pause == last ]]; then fail "$key cannot be read back: the request $(words)"; fi
    rest "$pause"
  done
  read -r sum _ <"$work/back.sum"
  [[ $size == "$bytes" && $sum == "$digest" ]] ||
    fail "$key reads back as $size bytes with SHA-256 $sum, but $bytes bytes with $digest were sent"
}

# Removes what belongs to no backup.
leave() {
  local code=$1 key
  ((code != 0)) || return
  wait 2>/dev/null
  if [[ -n $upload ]]; then call DELETE "$dump?uploadId=$upload" "$nothing" "$work/answer"; fi
  for key in "${sent[@]}"; do call DELETE "$key" "$nothing" "$work/answer"; done
}

need DATABASE_URL MASTIFF_BACKUP_URL MASTIFF_BACKUP_REGION MASTIFF_BACKUP_RECIPIENTS MASTIFF_BACKUP_SCHEDULE \
  MASTIFF_BACKUP_KEY_ID MASTIFF_BACKUP_KEY_SECRET MASTIFF_ESCROW MASTIFF_DOMAIN MASTIFF_VERSION
export -n DATABASE_URL MASTIFF_BACKUP_KEY_ID MASTIFF_BACKUP_KEY_SECRET MASTIFF_ESCROW
work=$(mktemp -d)
take_database_url
export PGAPPNAME="mastiff backup" PGCONNECT_TIMEOUT=20

now=$(date +%s)
stamp() {
  date --utc --date="@$now" "+$1"
}
classes=(monthly/"$(stamp %Y-%m)" weekly/"$(stamp %G-W%V)" daily/"$(stamp %Y-%m-%d)")
case $MASTIFF_BACKUP_SCHEDULE in
  daily) ;;
  hourly) classes+=(hourly/"$(stamp %Y-%m-%dT%H)") ;;
  *) fail "MASTIFF_BACKUP_SCHEDULE is $MASTIFF_BACKUP_SCHEDULE, and not daily or hourly" ;;
esac

# Keys first, then the bucket, then the database: what is wrong with them shows before anything is dumped.
export GNUPGHOME=$work/gnupg
mkdir "$GNUPGHOME"
gpg=(gpg --batch --no-tty --quiet --no-autostart --trust-model always)
printf '%s' "$MASTIFF_BACKUP_RECIPIENTS" | base64 --decode | "${gpg[@]}" --import ||
  fail "MASTIFF_BACKUP_RECIPIENTS has a key that gpg cannot read"
fingerprints=()
skipped=()
# pg_dump has compressed what it writes.
seal=("${gpg[@]}" --compress-algo none --encrypt)
previous=""
while IFS=: read -r kind _ _ _ _ _ _ _ _ fingerprint _; do
  # Each key's own fingerprint comes first. The others belong to its subkeys.
  if [[ $kind == fpr && $previous == pub ]]; then
    # A key that has expired must not end the backups for the others. The first is the stack's own: gpg lists keys in
    # the order in which they were imported.
    if "${gpg[@]}" --encrypt --recipient "$fingerprint" </dev/null >/dev/null; then
      fingerprints+=("$fingerprint")
      seal+=(--recipient "$fingerprint")
    elif ((${#fingerprints[@]} > 0)); then
      skipped+=("$fingerprint")
      say "skipped a recipient: gpg cannot encrypt for $fingerprint"
    else
      fail "gpg cannot encrypt for $fingerprint, the key of the stack"
    fi
  fi
  previous=$kind
done < <("${gpg[@]}" --with-colons --list-keys)
((${#fingerprints[@]} > 0)) || fail "MASTIFF_BACKUP_RECIPIENTS has no public key"
# A pipe, because bash keeps here-documents and here-strings in files.
printf '%s' "$MASTIFF_ESCROW" | "${seal[@]}" >"$work/escrow" ||
  fail "gpg cannot encrypt for ${fingerprints[*]}"
unset MASTIFF_ESCROW

class=${classes[-1]}
for period in "${classes[@]::${#classes[@]}-1}"; do
  s3 GET "?list-type=2&prefix=${period//\//%2F}%2F" "$nothing" "$work/answer" ||
    fail "the bucket $MASTIFF_BACKUP_URL cannot be listed: the request $(words)"
  if ! grep -q '\.json</Key>' "$work/answer"; then
    class=$period
    break
  fi
done
name=$class/$(stamp %Y%m%dT%H%M%SZ)
dump=$name.dump.gpg
escrow=$name.escrow.gpg

await_database

# The transaction stays open until the dump has ended: both see the same snapshot.
coproc asking {
  PGPASSWORD=$password exec psql --no-psqlrc --no-password --quiet --no-align --tuples-only \
    --set=ON_ERROR_STOP=1 --dbname="$database"
}
ask() {
  { printf '%s\n' "$1" >&"${asking[1]-}" && IFS= read -r answer <&"${asking[0]-}"; } 2>/dev/null ||
    fail "the database cannot be read: psql says why above"
}
# Limits that the server may have for its sessions. The dump of a large database takes longer.
ask "SELECT count(set_config(name, '0', false)) FROM pg_settings WHERE name IN ('statement_timeout', 'lock_timeout',
  'idle_in_transaction_session_timeout', 'idle_session_timeout', 'transaction_timeout');"
ask "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY; SELECT pg_export_snapshot();"
snapshot=$answer
ask "$measures"
read_measures < <(printf '%s\n' "$answer")

say "dumping $MASTIFF_DOMAIN into $dump"
s3 POST "$dump?uploads=" "$nothing" "$work/answer" --data "" \
  --header "content-type: application/octet-stream" || fail "the upload of $dump cannot begin: the request $(words)"
[[ $(<"$work/answer") =~ \<UploadId\>([^<]+)\</UploadId\> ]] || fail "the upload of $dump got no id"
upload=${BASH_REMATCH[1]}
# Base64 in some clouds. What else has to be encoded is in none.
upload=${upload//+/%2B} upload=${upload//\//%2F} upload=${upload//=/%3D}

# Pipes with names, so that each program is a job: it can be ended, and its exit code is known.
mkfifo "$work"/{archive,contents,list,plain,cipher,copy,sealed,back}
PGPASSWORD=$password pg_dump --format=custom --snapshot="$snapshot" --lock-wait-timeout=10min --no-password \
  --dbname="$database" >"$work/archive" &
dumping=$!
# pg_restore reads the table of contents, which comes first, and closes its pipe. tee goes on.
tee --output-error=warn-nopipe "$work/contents" <"$work/archive" >"$work/plain" &
parting=$!
pg_restore --list <"$work/contents" >"$work/list" &
listing=$!
grep --invert-match --count '^;' <"$work/list" >"$work/entries" &
counting=$!
"${seal[@]}" <"$work/plain" >"$work/cipher" &
sealing=$!
tee "$work/copy" <"$work/cipher" >"$work/sealed" &
copying=$!
sha256sum <"$work/copy" >"$work/sum" &
summing=$!
exec {sealed}<"$work/sealed"

bytes=0
number=0
printf '<CompleteMultipartUpload>' >"$work/parts"
while true; do
  head --bytes="$part" <&"$sealed" >"$work/part" &
  wait $! || fail "this machine cannot keep a part of $part bytes on its disk"
  held=$(stat --format=%s "$work/part")
  ((held > 0)) || break
  number=$((number + 1))
  # S3's limit: 625 GiB in parts of 64 MiB.
  ((number <= 10000)) || fail "the dump has more than 10000 parts of $part bytes"
  put "$dump?partNumber=$number&uploadId=$upload" "$work/part" ||
    fail "part $number of $dump was not taken: the request $(words)"
  printf '<Part><PartNumber>%s</PartNumber><ETag>%s</ETag></Part>' "$number" "$etag" >>"$work/parts"
  bytes=$((bytes + held))
  ((number % 16 > 0)) || say "sent $((bytes / 1024 / 1024)) MiB"
  ((held == part)) || break
done
printf '</CompleteMultipartUpload>' >>"$work/parts"
rm -f "$work/part"

# gpg first: without it, pg_dump has nobody to write to. tee too: a dump without its last bytes may look whole.
wait "$sealing" || fail "gpg ended with exit code $?"
wait "$dumping" || fail "pg_dump ended with exit code $?"
wait "$parting" || fail "tee, between pg_dump and gpg, ended with exit code $?"
wait "$copying" || fail "tee, after gpg, ended with exit code $?"
wait "$listing" || fail "pg_restore cannot read the dump"
wait "$counting" || fail "pg_restore lists nothing in the dump"
wait "$summing"
{ printf '%s\n' '\q' >&"${asking[1]-}"; } 2>/dev/null || true
read -r entries <"$work/entries"
read -r sum _ <"$work/sum"

sent=("$dump")
# The answer to the first try may be lost after the bucket acted. Reading the object back tells.
s3 POST "$dump?uploadId=$upload" "$(digest_of "$work/parts")" "$work/answer" --data-binary "@$work/parts" ||
  [[ $status == 404 && $tries -gt 1 ]] || fail "the upload of $dump cannot be completed: the request $(words)"
upload=""
compare "$dump" "$sum" "$bytes"

sent+=("$escrow")
escrow_digest=$(digest_of "$work/escrow")
put "$escrow" "$work/escrow" || fail "$escrow was not taken: the request $(words)"
compare "$escrow" "$escrow_digest" "$(stat --format=%s "$work/escrow")"

printf -v keys ',"%s"' "${fingerprints[@]}"
left=""
((${#skipped[@]} == 0)) || printf -v left ',"%s"' "${skipped[@]}"
manifest=$(
  printf '{"format":1,"domain":"%s","taken":"%s","class":"%s",' \
    "$(quoted "$MASTIFF_DOMAIN")" "$(stamp %Y-%m-%dT%H:%M:%SZ)" "${class%%/*}"
  printf '"mastodon":"%s",%s,' "$(quoted "$MASTIFF_VERSION")" "$(measured)"
  printf '"bytes":%s,"sha256":"%s","entries":%s,' "$bytes" "$sum" "$entries"
  printf '"dump":"%s","escrow":"%s","recipients":[%s],"skipped":[%s],' "$dump" "$escrow" "${keys:1}" "${left:1}"
  printf '"seconds":%s}' "$SECONDS"
)
printf '%s\n' "$manifest" >"$work/manifest"
# From here on a manifest may exist, whatever the answer is: nothing that it names may be removed.
sent=()
put "$name.json" "$work/manifest" --header "content-type: application/json" ||
  fail "$name.json was not taken: the request $(words)"
say "$manifest"
