# mastiff: dump
# Runs in the image of the database's own machines: pg_dump and pg_restore of the server's version, and curl
# (fly-apps/postgres-flex, Dockerfile). DATABASE_URL and MASTIFF_DUMP_URL are secrets of the app.
set -eu
file=/tmp/final.dump
pg_dump --format=custom --file="$file" --dbname="$DATABASE_URL"
# An archive whose contents cannot be listed could not be restored either.
entries=$(pg_restore --list "$file" | grep -vc '^;')
bytes=$(stat -c %s "$file")
users=$(psql "$DATABASE_URL" -X -A -t -c "SELECT count(*) FROM users")
# R2 accepts up to 5 GiB in one upload. A refusal fails the job, and with it the whole run.
curl --fail --silent --show-error --retry 5 --upload-file "$file" "$MASTIFF_DUMP_URL"
echo "{\"bytes\":$bytes,\"entries\":$entries,\"users\":$users}"
