# mastiff: smoke
# Checks what /health does not: with a wrong bucket, push key or mail login, Mastodon still boots green.
# Prints {"name": null | "what is wrong"} and never the value of a secret.
require 'net/smtp'
require 'base64'
require 'openssl'
require 'securerandom'

def check(results, name)
  results[name] = yield
rescue StandardError, LoadError => e
  results[name] = "#{e.class}: #{e.message.to_s[0, 300]}"
end

results = {}

check(results, 'bucket') do
  next nil unless ENV['S3_ENABLED'] == 'true'

  require 'aws-sdk-s3'
  s3 = Aws::S3::Client.new(
    endpoint: ENV.fetch('S3_ENDPOINT'), region: ENV.fetch('S3_REGION', 'auto'),
    access_key_id: ENV.fetch('AWS_ACCESS_KEY_ID'), secret_access_key: ENV.fetch('AWS_SECRET_ACCESS_KEY'),
    force_path_style: true,
    # R2 answers 501 to the checksums that newer SDKs add by themselves (aws/aws-sdk-ruby#3174).
    request_checksum_calculation: 'when_required', response_checksum_validation: 'when_required'
  )
  object = { bucket: ENV.fetch('S3_BUCKET'), key: "mastiff/smoke-#{SecureRandom.hex(8)}" }
  begin
    s3.put_object(**object, body: 'smoke')
    body = s3.get_object(**object).body.read
  ensure
    s3.delete_object(**object)
  end
  body == 'smoke' ? nil : 'the object came back changed'
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

  smtp = Net::SMTP.new(server, ENV.fetch('SMTP_PORT', '25').to_i)
  smtp.open_timeout = smtp.read_timeout = 15
  if ENV['SMTP_TLS'] == 'true'
    smtp.enable_tls
  elsif ENV['SMTP_ENABLE_STARTTLS'] == 'always'
    # As Mastodon does: a server without STARTTLS gets neither the login nor any mail.
    smtp.enable_starttls
  elsif ENV['SMTP_ENABLE_STARTTLS'] != 'never'
    smtp.enable_starttls_auto
  end
  method = ENV.fetch('SMTP_AUTH_METHOD', 'plain')
  login = method == 'none' ? [] : [ENV['SMTP_LOGIN'], ENV['SMTP_PASSWORD'], method.to_sym]
  smtp.start(ENV.fetch('LOCAL_DOMAIN'), *login) { nil }
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
  # A fresh Sidekiq takes some seconds to register.
  listening = 0
  10.times do
    listening = Sidekiq::ProcessSet.new.count { |process| process['queues'].include?('scheduler') }
    break if listening == 1

    sleep 3
  end
  listening == 1 ? nil : "#{listening} processes work on the scheduler queue, not one"
end

puts JSON.generate(results)
exit(results.values.compact.empty? ? 0 : 1)
