# mastiff: direct
# Runs the command that follows with a DATABASE_URL that leads past the proxy of the database's app: on port 5432
# HAProxy cuts a connection on which nothing is said for 30 minutes, as during one long statement of a migration;
# on 5433 PostgreSQL itself listens (fly-apps/postgres-flex: config/haproxy.cfg, internal/flypg/node.go). The URL is a
# secret of the app, so it is only rewritten here, from the machine's own environment. Another database's URL stays.
if [ -n "${DATABASE_URL-}" ]; then
  DATABASE_URL=$(printf %s "$DATABASE_URL" | sed 's#@\([a-z0-9-]*\)\.flycast:5432/#@\1.internal:5433/#')
  export DATABASE_URL
fi
exec "$@"
