-- The tables of Mastodon's that the local one works on, those that a backup counts, and what a dump has to bring along
-- besides rows: a function, sequences, indexes, constraints, a materialized view.
CREATE FUNCTION timestamp_id(table_name text) RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  RETURN (date_part('epoch', now()) * 1000)::bigint << 16 | (nextval(table_name || '_id_seq') & 65535);
END
$$;

CREATE TABLE schema_migrations (version character varying PRIMARY KEY);
CREATE TABLE ar_internal_metadata (key character varying PRIMARY KEY, value character varying);

CREATE TABLE accounts (
  id bigserial PRIMARY KEY,
  username character varying NOT NULL,
  domain character varying,
  private_key text,
  note text NOT NULL DEFAULT '',
  created_at timestamp(3) NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX index_accounts_on_username_and_domain_lower
  ON accounts (lower(username), COALESCE(lower(domain), ''));

CREATE TABLE users (
  id bigserial PRIMARY KEY,
  email character varying NOT NULL UNIQUE,
  account_id bigint NOT NULL UNIQUE REFERENCES accounts ON DELETE CASCADE,
  encrypted_password character varying NOT NULL DEFAULT '',
  role character varying NOT NULL DEFAULT '',
  confirmed_at timestamp(3),
  approved boolean NOT NULL DEFAULT true,
  otp_secret character varying
);

CREATE SEQUENCE statuses_id_seq;
CREATE TABLE statuses (
  id bigint PRIMARY KEY DEFAULT timestamp_id('statuses'),
  account_id bigint NOT NULL REFERENCES accounts ON DELETE CASCADE,
  text text NOT NULL
);

-- mastodon/mastodon: app/models/keypair.rb.
CREATE TABLE keypairs (
  id bigserial PRIMARY KEY,
  account_id bigint NOT NULL REFERENCES accounts ON DELETE CASCADE,
  type integer NOT NULL,
  uri character varying,
  local_fragment character varying,
  public_key character varying NOT NULL,
  private_key character varying,
  revoked boolean NOT NULL DEFAULT false
);
CREATE UNIQUE INDEX index_keypairs_on_account_id_and_local_fragment
  ON keypairs (account_id, local_fragment) WHERE local_fragment IS NOT NULL;

CREATE MATERIALIZED VIEW instances AS
  SELECT domain, count(*) AS accounts_count FROM accounts WHERE domain IS NOT NULL GROUP BY domain;
