# mastiff: redis-version
# Tells the version of Redis at REDIS_URL. Sidekiq 8 refuses to start below 7.0, and Upstash has answered 6.2.
version = RedisConnection.new.connection.info['redis_version']
puts JSON.generate(redis: version)
# The log may be lost, the exit code is not: 69 (sysexits: unavailable) means that Redis is too old.
exit(version.to_i < 7 ? 69 : 0)
