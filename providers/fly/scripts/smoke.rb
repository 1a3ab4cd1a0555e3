# mastiff: smoke
# Checks what /health does not: with a wrong bucket, push key or mail login, Mastodon still boots green.
# Prints {"name": null | "what is wrong"} and never the value of a secret.
require 'base64'
require 'openssl'

def check(results, name)
  results[name] = yield
rescue StandardError, LoadError => e
  results[name] = "#{e.class}: #{e.message.to_s[0, 300]}"
end

results = {}

check(results, 'bucket') do
  next nil unless ENV['S3_ENABLED'] == 'true'

  with_object('smoke') { |_key, body| body == 'smoke' ? nil : 'the object came back changed' }
end

check(results, 'push') do
  scalar = Base64.urlsafe_decode64(ENV.fetch('VAPID_PRIVATE_KEY'))
  point = Base64.urlsafe_decode64(ENV.fetch('VAPID_PUBLIC_KEY'))
  curve = OpenSSL::ASN1::ObjectId('prime256v1')
  signer = OpenSSL::PKey::EC.new(
    OpenSSL::ASN1::Sequence( # RFC 5915
      [
        OpenSSL::ASN1::Integer(1),
        OpenSSL::ASN1::OctetString(scalar),
        OpenSSL::ASN1::ASN1Data.new([curve], 0, :CONTEXT_SPECIFIC),
        OpenSSL::ASN1::ASN1Data.new([OpenSSL::ASN1::BitString(point)], 1, :CONTEXT_SPECIFIC),
      ]
    ).to_der
  )
  # Browsers verify with the public key alone: a private key of another pair signs without an error.
  verifier = OpenSSL::PKey::EC.new(
    OpenSSL::ASN1::Sequence( # RFC 5480
      [
        OpenSSL::ASN1::Sequence([OpenSSL::ASN1::ObjectId('id-ecPublicKey'), curve]),
        OpenSSL::ASN1::BitString(point),
      ]
    ).to_der
  )
  digest = OpenSSL::Digest.digest('SHA256', 'smoke')
  verifier.dsa_verify_asn1(digest, signer.dsa_sign_asn1(digest)) ? nil : 'private and public key are no pair'
end

check(results, 'mail') do
  server = ENV['SMTP_SERVER'].to_s
  next nil if server.empty?

  log_in_to_mail(server)
  nil
end

check(results, 'database') do
  version = ActiveRecord::Base.connection.select_value('SHOW server_version').to_s
  next "PostgreSQL #{version} is older than 14" if version.to_i < 14

  pending = ActiveRecord::Base.connection_pool.migration_context.needs_migration?
  pending ? 'migrations are pending' : nil
end

check(results, 'redis') do
  version = RedisConnection.new.connection.info['redis_version'].to_s
  version.to_i < 7 ? "Redis #{version} is older than 7.0" : nil
end

check(results, 'scheduler') do
  require 'sidekiq/api'
  # A fresh Sidekiq takes some seconds to register. The check of a first release begins before Sidekiq's machine is made.
  patience = ENV.fetch('MASTIFF_SCHEDULER_PATIENCE', '30').to_i
  listening = 0
  (patience / 3).times do
    listening = Sidekiq::ProcessSet.new.count { |process| process['queues'].include?('scheduler') }
    break if listening == 1

    sleep 3
  end
  listening == 1 ? nil : "#{listening} processes work on the scheduler queue, not one"
end

puts JSON.generate(results)
exit(results.values.compact.empty? ? 0 : 1)
