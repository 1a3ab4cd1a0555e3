# mastiff: doctor
# Tells how a community is from inside: one JSON document with a part for each question of `mastiff doctor`, which judges
# it (checks/inside.ts). A part that fails has {"error": "…"} in place of its values. Never prints the value of a secret.
require 'json'
require 'net/http'

def part(report, name)
  report[name] = yield
rescue StandardError, LoadError => e
  report[name] = { error: "#{e.class}: #{e.message.to_s[0, 300]}" }
end

report = { version: Mastodon::Version.to_s }

part(report, 'sidekiq') do
  require 'sidekiq/api'
  now = Time.now.to_f
  processes = Sidekiq::ProcessSet.new.map do |process|
    { queues: process['queues'], silentSeconds: (now - process['beat'].to_f).round }
  end
  queues = Sidekiq::Queue.all.map { |queue| { name: queue.name, jobs: queue.size, waitSeconds: queue.latency.round } }
  { processes: processes, queues: queues }
end

part(report, 'migrations') do
  { pending: ActiveRecord::Base.connection_pool.migration_context.open.pending_migrations.map { |one| one.version.to_s } }
end

part(report, 'mail') do
  server = ENV['SMTP_SERVER'].to_s
  log_in_to_mail(server) unless server.empty?
  { server: server }
end

part(report, 'bucket') do
  with_object('doctor') do |key, body|
    # As a web app of another origin loads an upload.
    url = URI("https://#{ENV.fetch('S3_ALIAS_HOST')}/#{key}")
    http = { use_ssl: true, open_timeout: 10, read_timeout: 10 }
    answer = Net::HTTP.start(url.host, url.port, **http) { |host| host.get(url.path, 'Origin' => 'https://elsewhere.example') }
    {
      bucket: ENV.fetch('S3_BUCKET'), same: body == 'doctor', url: url.to_s,
      status: answer.code.to_i, cors: answer['Access-Control-Allow-Origin'],
    }
  end
end

part(report, 'redis') do
  info = RedisConnection.new.connection.info
  # Without a limit of its own, Redis has the memory of its machine. Upstash tells neither.
  most = [info['maxmemory'], info['total_system_memory']].map(&:to_i).find(&:positive?)
  {
    version: info['redis_version'], bytes: info['used_memory'].to_i, mostBytes: most,
    policy: info['maxmemory_policy'],
    clients: info['connected_clients'].to_i, mostClients: info['maxclients']&.to_i,
  }
end

part(report, 'database') do
  select = ->(statement) { ActiveRecord::Base.connection.select_value(statement) }
  {
    version: select.call('SHOW server_version'),
    bytes: select.call('SELECT pg_database_size(current_database())').to_i,
    # Of pg_stat_activity, a role without privileges does not see which rows are clients.
    connections: select.call('SELECT sum(numbackends) FROM pg_stat_database').to_i,
    mostConnections: select.call('SHOW max_connections').to_i,
  }
end

part(report, 'proxy') do
  # Fly's proxy connects from a private address, and appends to X-Forwarded-For the one that the client connected to
  # (fly.io/docs/networking/request-headers). RFC 5737 keeps the client's address free.
  client = '198.51.100.7'
  trusted = Rails.application.config.action_dispatch.trusted_proxies
  rails = ActionDispatch::RemoteIp.new(->(env) { env['action_dispatch.remote_ip'].to_s }, true, trusted)
  addresses = Addrinfo.getaddrinfo(ENV.fetch('LOCAL_DOMAIN'), 443, nil, :STREAM).map(&:ip_address).uniq
  seen = addresses.map do |address|
    { by: address, client: rails.call('REMOTE_ADDR' => '172.16.0.1', 'HTTP_X_FORWARDED_FOR' => "#{client}, #{address}") }
  end
  { client: client, seen: seen }
end

puts JSON.generate(report) # the log is shared: the last line that starts with a brace counts
