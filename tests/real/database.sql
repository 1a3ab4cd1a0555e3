-- A database like Mastodon's: what a dump of one has to bring along besides rows.
CREATE FUNCTION timestamp_id(table_name text) RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  RETURN (date_part('epoch', now()) * 1000)::bigint << 16 | (nextval(table_name || '_id_seq') & 65535);
END
$$;

CREATE TABLE schema_migrations (version character varying PRIMARY KEY);
INSERT INTO schema_migrations VALUES ('20160220174730'), ('20260907091500'), ('20251120084411');

CREATE TABLE accounts (
  id bigserial PRIMARY KEY,
  username character varying NOT NULL,
  domain character varying,
  private_key text,
  note text NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX index_accounts_on_username_and_domain_lower
  ON accounts (lower(username), COALESCE(lower(domain), ''));
INSERT INTO accounts (username, domain, private_key)
  SELECT 'account' || i, CASE WHEN i > 20 THEN 'remote' || i % 7 || '.example' END, 'key of account ' || i
  FROM generate_series(1, 120) i;

CREATE TABLE users (
  id bigserial PRIMARY KEY,
  email character varying NOT NULL UNIQUE,
  account_id bigint NOT NULL REFERENCES accounts ON DELETE CASCADE,
  otp_secret character varying
);
INSERT INTO users (email, account_id, otp_secret)
  SELECT 'member' || i || '@acme.example', i, 'otp-secret-of-member-' || i FROM generate_series(1, 20) i;

CREATE SEQUENCE statuses_id_seq;
CREATE TABLE statuses (
  id bigint PRIMARY KEY DEFAULT timestamp_id('statuses'),
  account_id bigint NOT NULL REFERENCES accounts,
  text text NOT NULL
);
INSERT INTO statuses (account_id, text)
  SELECT 1 + i % 120, 'Toot ' || i || ': Grüße, "quotes" and a' || chr(9) || 'tab' FROM generate_series(1, 3000) i;

-- mastodon/mastodon: app/models/keypair.rb. The form of an encrypted key is ActiveRecord's.
CREATE TABLE keypairs (
  id bigserial PRIMARY KEY,
  account_id bigint NOT NULL REFERENCES accounts,
  type integer NOT NULL,
  uri character varying,
  local_fragment character varying,
  public_key character varying NOT NULL,
  private_key character varying,
  revoked boolean NOT NULL DEFAULT false
);
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

CREATE MATERIALIZED VIEW instances AS
  SELECT domain, count(*) AS accounts_count FROM accounts WHERE domain IS NOT NULL GROUP BY domain;
