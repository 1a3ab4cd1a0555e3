# mastiff: direct
# Runs the given command with a DATABASE_URL that bypasses the proxy of the database's app: on port 5432
# HAProxy closes a connection that is silent for 30 minutes, as during one long statement of a migration. On
# port 5433 PostgreSQL itself listens (fly-apps/postgres-flex: config/haproxy.cfg, internal/flypg/node.go).
# The URL is a secret of the app, so only the machine's environment is rewritten. Other databases' URLs stay.
if [ -n "${DATABASE_URL-}" ]; then
  DATABASE_URL=$(printf %s "$DATABASE_URL" | sed 's#@\([a-z0-9-]*\)\.flycast:5432/#@\1.internal:5433/#')
  export DATABASE_URL
fi
exec "$@"
