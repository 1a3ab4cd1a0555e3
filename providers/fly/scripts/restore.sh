# Restores a dump into an empty database. All of it belongs to the role of DATABASE_URL.
verdict="The dump was not restored"

leave() {
  wait 2>/dev/null
}

need DATABASE_URL
export -n DATABASE_URL
check_dump
work=$(mktemp -d)
take_database_url
export PGAPPNAME="mastiff restore" PGCONNECT_TIMEOUT=20

await_database
say "restoring a dump of $MASTIFF_DUMP_BYTES bytes into ${database#*@}"
restore_dump
printf '{"format":1,%s,"seconds":%s}\n' "$(measured)" "$SECONDS"
