# Restores a dump into a PostgreSQL of this machine's own, to prove that it can be done. Needs nothing of the community.
# The last line has one signing key as the database has it: whoever has the escrow can tell whether the two fit.
verdict="The dump is not proven"
folder=""
server=""

# The server and its data are gone, whatever the end.
leave() {
  # An immediate shutdown: nothing of it is needed.
  [[ -z $server ]] || kill -QUIT "$server" 2>/dev/null
  wait 2>/dev/null
  [[ -z $folder ]] || rm -rf "$folder"
}

check_dump
work=$(mktemp -d)
folder=${MASTIFF_DRILL_DATA:-/data}/drill
# Of a run that was killed.
rm -rf "$folder"
mkdir "$folder" || fail "this machine cannot write to ${folder%/*}"
# PostgreSQL refuses to be run by root. setpriv is of util-linux, which each Debian has.
as_postgres=()
if ((EUID == 0)); then
  chown postgres "$folder"
  as_postgres=(setpriv --reuid=postgres --regid=postgres --init-groups)
fi

# Only who may enter the folder reaches the socket, so nobody needs a password.
"${as_postgres[@]}" initdb --pgdata="$folder/cluster" --username=drill --auth=trust --encoding=UTF8 \
  --locale=C.UTF-8 --no-sync >"$work/log" 2>&1 &
wait $! || fail "initdb ended with exit code $?: $(tail --lines=1 "$work/log")"
# Nothing survives this machine, so nothing is written twice. The log has no rows.
"${as_postgres[@]}" postgres -D "$folder/cluster" -c listen_addresses= -c unix_socket_directories="$folder" \
  -c fsync=off -c full_page_writes=off -c wal_level=minimal -c max_wal_senders=0 -c autovacuum=off \
  -c log_min_messages=fatal >"$work/log" 2>&1 &
server=$!
database="host=$folder user=drill dbname=postgres"
password=""
export PGAPPNAME="mastiff drill"
until pg_isready --quiet --dbname="$database"; do
  kill -0 "$server" 2>/dev/null || fail "postgres ended: $(tail --lines=1 "$work/log")"
  rest 0.2
done

say "restoring a dump of $MASTIFF_DUMP_BYTES bytes into a server of this machine"
restore_dump

# Since Mastodon 4.7 the keys of local accounts are in `keypairs`, encrypted by ActiveRecord (mastodon/mastodon:
# app/models/keypair.rb, db/post_migrate/20260702144128_migrate_local_account_keypairs.rb). Before, they are in
# `accounts`, in the plain.
proof=null
why="the schema is older than Mastodon 4.7, which does not encrypt signing keys"
ask "SELECT to_regclass('public.keypairs')"
if [[ -n $answer ]]; then
  why="the database has no encrypted signing key"
  # The form of a value that ActiveRecord has encrypted: a key in the plain never leaves the database.
  ask "SELECT json_build_object('public', key.public_key, 'sealed', key.private_key)
    FROM public.keypairs key JOIN public.accounts account ON account.id = key.account_id
    WHERE account.domain IS NULL AND NOT key.revoked
      AND key.private_key ~ '^\{\"p\":\"[A-Za-z0-9+/=]+\",\"h\":\{[A-Za-z0-9+/=\":,{}]+\}\}\$'
    ORDER BY key.id LIMIT 1"
  [[ -z $answer ]] || proof=$answer why=""
fi
printf '{"format":1,%s,"seconds":%s,"proof":%s%s}\n' "$(measured)" "$SECONDS" "$proof" "${why:+,\"why\":\"$why\"}"
