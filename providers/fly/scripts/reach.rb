# What smoke.rb and doctor.rb both try. railsRunner (release/rails.ts) puts this text behind their first line.
require 'net/smtp'
require 'securerandom'

# Logs in at the mail server as Mastodon does, and sends nothing. Raises what the server or the network says.
def log_in_to_mail(server)
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
end

# Puts an object into the bucket of the uploads and deletes it again. Meanwhile the block gets its key and what the
# bucket gives back.
def with_object(body)
  require 'aws-sdk-s3'
  s3 = Aws::S3::Client.new(
    endpoint: ENV.fetch('S3_ENDPOINT'), region: ENV.fetch('S3_REGION', 'auto'),
    access_key_id: ENV.fetch('AWS_ACCESS_KEY_ID'), secret_access_key: ENV.fetch('AWS_SECRET_ACCESS_KEY'),
    force_path_style: true,
    # R2 answers 501 to the checksums that newer SDKs add by themselves (aws/aws-sdk-ruby#3174).
    request_checksum_calculation: 'when_required', response_checksum_validation: 'when_required'
  )
  object = { bucket: ENV.fetch('S3_BUCKET'), key: "mastiff/#{body}-#{SecureRandom.hex(8)}" }
  begin
    s3.put_object(**object, body: body)
    yield object[:key], s3.get_object(**object).body.read
  ensure
    s3.delete_object(**object)
  end
end
