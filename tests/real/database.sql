-- Rows for the tables of Mastodon's, and a table of files.
INSERT INTO schema_migrations VALUES ('20160220174730'), ('20260907091500'), ('20251120084411');

INSERT INTO accounts (username, domain, private_key)
  SELECT 'account' || i, CASE WHEN i > 20 THEN 'remote' || i % 7 || '.example' END, 'key of account ' || i
  FROM generate_series(1, 120) i;

INSERT INTO users (email, account_id, otp_secret)
  SELECT 'member' || i || '@acme.example', i, 'otp-secret-of-member-' || i FROM generate_series(1, 20) i;

INSERT INTO statuses (account_id, text)
  SELECT 1 + i % 120, 'Toot ' || i || ': Grüße, "quotes" and a' || chr(9) || 'tab' FROM generate_series(1, 3000) i;

-- The form of an encrypted key is ActiveRecord's.
INSERT INTO keypairs (account_id, type, uri, public_key)
  SELECT id, 0, 'https://' || domain || '/users/' || id || '#main-key', 'public key of ' || id
  FROM accounts WHERE domain IS NOT NULL;
-- None of a database of Mastodon's: it would be the first to be found.
INSERT INTO keypairs (account_id, type, local_fragment, public_key, private_key)
  VALUES (1, 0, '#old-key', 'public key', '-----BEGIN RSA PRIVATE KEY-----' || chr(10) || 'key-in-the-plain');
INSERT INTO keypairs (account_id, type, local_fragment, public_key, private_key)
  SELECT id, 0, '#main-key', '-----BEGIN PUBLIC KEY-----' || chr(10) || id,
    format('{"p":"%s","h":{"iv":"aXY=","at":"YXQ=","c":true}}', encode(sha256(id::text::bytea), 'base64'))
  FROM accounts WHERE domain IS NULL;

CREATE TABLE previews (id bigint PRIMARY KEY, file bytea NOT NULL);
