/**
 * The jobs that restore a dump, in the image of the database's machines: into a database of a server (restore), or into
 * a PostgreSQL of the machine's own (drill). They are bash scripts that are recognised by their first line, like the
 * backup. Their effect is modelled: they run curl, gpg, initdb, psql and pg_restore.
 *
 * A failure restores nothing: pg_restore runs in one transaction. Its last line says why in plain words.
 */
import { createHash } from "node:crypto";
import { findBucket, objectBytes } from "../cloudflare/r2.ts";
import { askFromMachine } from "../cloudflare/serve-r2.ts";
import type { Outcome, Situation } from "./behaviour.ts";
import { connectDatabase, type DatabaseConnection } from "./connect.ts";
import { type Catalogue, firstDay, rank, rowsOf, type Schema, schemaVersion } from "./database.ts";
import { behind } from "./direct.ts";
import { openWith } from "./openpgp.ts";

/** How long a restore takes on the real Fly, in milliseconds: an order of magnitude for a small community. */
export const restoreMs = 20_000;

type Job = "restore" | "drill";
const verdicts: Record<Job, string> = {
  restore: "The dump was not restored",
  drill: "The dump is not proven",
};

/** Ends the script. */
class Failure extends Error {
  /** What the programs wrote before it. */
  readonly before: string[];

  constructor(reason: string, before: string[] = []) {
    super(reason);
    this.before = before;
  }
}

/** Which of the scripts a machine's command is; undefined: another one. */
export function restoreJob(argv: string[]): Job | undefined {
  const [shell, flag, script = ""] = behind(argv, {}).words;
  if (shell !== "bash" || flag !== "-c") return undefined;
  return /^# mastiff: (restore|drill)\n/.exec(script)?.[1] as Job | undefined;
}

/** Restores a dump. The last line is the answer, or says why there is none. */
export function restore(seen: Situation, job: Job): Outcome {
  const lines: string[] = [];
  try {
    const { env } = behind(seen.argv, seen.env);
    const answer = job === "restore" ? intoServer(seen, env, lines) : intoOwn(seen, env, lines);
    return { lines: [...lines, JSON.stringify(answer)], exit: 0 };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { lines: [...lines, ...error.before, `${verdicts[job]}: ${error.message}.`], exit: 1 };
  }
}

type Env = Record<string, string>;

function intoServer(seen: Situation, env: Env, lines: string[]): object {
  need(env, ["DATABASE_URL"]);
  checkDump(env);
  const connection = connectDatabase(seen, env.DATABASE_URL);
  const where = env.DATABASE_URL?.replace(/^.*@/, "");
  if (!connection.ok && connection.kind === "unreachable")
    throw new Failure(`the database does not answer at ${where}`);
  const refused = "the database refused a statement: psql says why above";
  if (!connection.ok) throw new Failure(refused, [`psql: error: ${connection.message}`]);
  lines.push(`restoring a dump of ${env.MASTIFF_DUMP_BYTES} bytes into ${where}`);
  if (connection.catalogue.mastodon !== undefined) throw new Failure(`the database at ${where} is not empty`);
  const dumped = dumpedIn(seen, env);
  mayCreate(connection);
  connection.catalogue.mastodon = dumped;
  if (connection.acts !== connection.catalogue.owner) connection.catalogue.owners = [connection.acts];
  seen.world.changed();
  lines.push("restored, now counting");
  return measures(dumped, connection.server.version);
}

function intoOwn(seen: Situation, env: Env, lines: string[]): object {
  checkDump(env);
  const folder = env.MASTIFF_DRILL_DATA || "/data";
  // Without a volume there, the image has no such folder.
  if (!seen.machine.config.mounts?.some(({ path }) => path === folder))
    throw new Failure(`this machine cannot write to ${folder}`);
  lines.push(`restoring a dump of ${env.MASTIFF_DUMP_BYTES} bytes into a server of this machine`);
  const dumped = dumpedIn(seen, env);
  lines.push("restored, now counting");
  return { ...measures(dumped, seen.image.version), ...proofIn(dumped) };
}

function need(env: Env, names: string[]): void {
  const missing = names.find((name) => !env[name]);
  if (missing !== undefined) throw new Failure(`${missing} is not set in this machine`);
}

function checkDump(env: Env): void {
  need(env, ["MASTIFF_DUMP_URL", "MASTIFF_SESSION_KEY", "MASTIFF_DUMP_BYTES", "MASTIFF_DUMP_SHA256"]);
  const { MASTIFF_DUMP_BYTES: bytes = "", MASTIFF_SESSION_KEY: key = "" } = env;
  if (!/^[1-9]\d*$/.test(bytes)) throw new Failure(`MASTIFF_DUMP_BYTES is ${bytes}, and not a size`);
  if (!/^\d+:[0-9A-Fa-f]+$/.test(key)) throw new Failure("MASTIFF_SESSION_KEY is not of the form 9:HEX");
}

/** What pg_restore finds in the dump. */
function dumpedIn(seen: Situation, env: Env): Schema {
  const dump = download(seen, env);
  const sum = createHash("sha256").update(dump).digest("hex");
  if (sum !== env.MASTIFF_DUMP_SHA256) {
    throw new Failure(
      `the dump has SHA-256 ${sum} in the bucket, but ${env.MASTIFF_DUMP_SHA256} when it was taken`,
    );
  }
  const archive = openWith(env.MASTIFF_SESSION_KEY ?? "", dump)?.toString("utf8");
  if (archive === undefined) {
    const said = ["gpg: decryption failed: Bad session key"];
    throw new Failure("gpg cannot open the dump: is the session key another dump's?", said);
  }
  const [, json] = /^PGDMP(\{.*\})$/s.exec(archive) ?? [];
  const schema = json === undefined ? undefined : (JSON.parse(json) as Catalogue).mastodon;
  if (schema !== undefined) return schema;
  const said = ["pg_restore: error: did not find magic string in file header"];
  throw new Failure("pg_restore ended with exit code 1", said);
}

/** A dump of the local world is smaller than a range. */
function download({ world }: Situation, env: Env): Buffer {
  const { MASTIFF_DUMP_URL: url = "", MASTIFF_DUMP_BYTES: bytes = "" } = env;
  const request = new Request(url, { headers: { range: `bytes=0-${Number(bytes) - 1}` } });
  const answer = askFromMachine(world, request, Buffer.alloc(0));
  const { hostname, pathname } = new URL(url);
  const unreadable = (how: string) => new Failure(`the dump cannot be read: the request ${how}`);
  if (answer === undefined) throw unreadable(`got no answer (curl: (6) Could not resolve host: ${hostname})`);
  const { status, refusal } = answer;
  if (status >= 400) throw unreadable(`got HTTP ${status} ${refusal?.code} (${refusal?.message})`);
  const [, bucket = "", key = ""] = /^\/([^/]+)\/(.+)$/.exec(decodeURIComponent(pathname)) ?? [];
  const object = findBucket(world, bucket)?.objects[key];
  if (object === undefined) throw unreadable("got no object");
  if (object.size !== Number(bytes)) {
    throw new Failure(
      `the dump has ${object.size} bytes in the bucket, but ${bytes} bytes when it was taken`,
    );
  }
  return objectBytes(object);
}

/** Since PostgreSQL 15, a schema public belongs to whoever owns the database. */
function mayCreate({ acts, catalogue, server }: Extract<DatabaseConnection, { ok: true }>): void {
  const role = server.roles[acts];
  const may = acts === catalogue.owner || role?.superuser || role?.memberOf?.includes(catalogue.owner);
  if (may) return;
  const said = ["pg_restore: error: could not execute query: ERROR:  permission denied for schema public"];
  throw new Failure("pg_restore ended with exit code 1", said);
}

function measures(schema: Schema, postgres: string): object {
  return {
    format: 1,
    postgres,
    schema: schemaVersion(schema),
    rows: rowsOf(schema),
    databaseBytes: firstDay.bytes,
    seconds: restoreMs / 1000,
  };
}

/** Since Mastodon 4.7 the signing keys are encrypted (mastodon/mastodon app/models/keypair.rb). */
function proofIn({ post, accounts }: Schema): object {
  if (rank(post) < rank("4.7")) {
    return { proof: null, why: "the schema is older than Mastodon 4.7, which does not encrypt signing keys" };
  }
  const account = accounts.find(({ sealedKey }) => sealedKey !== undefined);
  if (account === undefined) return { proof: null, why: "the database has no encrypted signing key" };
  return { proof: { public: account.publicKeyPem, sealed: account.sealedKey } };
}
