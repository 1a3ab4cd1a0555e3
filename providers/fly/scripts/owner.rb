# mastiff: owner
# Makes the owner's account unless it exists. An existing account keeps its password, unless that is rotated.
require 'openssl'

# Opens what things/sealed.ts has sealed: 12 bytes of nonce, 16 of tag, the text.
def unsealed(text)
  nonce, tag, text = text.unpack1('m0').unpack('a12a16a*')
  cipher = OpenSSL::Cipher.new('aes-256-gcm').decrypt
  cipher.key = OpenSSL::KDF.hkdf(ENV.fetch('SECRET_KEY_BASE'), salt: '', info: 'mastiff owner', length: 32, hash: 'SHA256')
  cipher.iv = nonce
  cipher.auth_tag = tag
  (cipher.update(text) + cipher.final).force_encoding('UTF-8')
end

name, mail, pass = %w(OWNER_USERNAME OWNER_EMAIL OWNER_SEALED).map { |key| ENV.fetch(key) }
pass = unsealed(pass)
role = UserRole.find_by!(name: 'Owner') # raises when the database was set up without its seeds
account = Account.find_local(name)
user = account&.user

if user
  abort "owner: #{name} exists with another e-mail" unless user.email.casecmp?(mail)
  result = 'present'
  if ENV['OWNER_ROTATE'] == '1'
    user.update!(password: pass)
    user.session_activations.destroy_all # whoever knew the old one is logged out
    result = 'rotated'
  end
elsif account || User.exists?(email: mail.downcase)
  abort 'owner: username or e-mail already taken'
else
  user = User.new(
    email: mail, password: pass, agreement: true, role: role,
    confirmed_at: Time.now.utc, bypass_registration_checks: true
  )
  user.account = Account.new(username: name)
  user.define_singleton_method(:validate_email_dns?) { false } if ENV['OWNER_SKIP_DNS'] == '1'
  user.save!
  result = 'created'
end

user.update!(role: role) unless user.role_id == role.id
user.approve! # a new user waits for approval whatever was set before; no-op for an approved one
puts JSON.generate(result: result, username: name) # the log is shared: the last line that starts with a brace counts
