/**
 * `rails runner <script>`. Ruby cannot run here, so each script names itself in its first line (`# mastiff:
 * owner`), and its effect is modelled.
 */
import { createDecipheriv, createECDH, createHash, hkdfSync, timingSafeEqual } from "node:crypto";
import { canDecrypt, faults, store } from "./accounts.ts";
import type { Outcome, Situation } from "./behaviour.ts";
import { paperclipFault, roundTrip } from "./bucket.ts";
import { connectRedis } from "./connect.ts";
import { doctor } from "./doctor.ts";
import { loginFault } from "./mail.ts";
import { connectionError, database, pending, schema } from "./migrations.ts";
import { signedIn } from "./sidekiq.ts";

const scripts: Record<string, (seen: Situation) => Outcome> = {
  doctor,
  housekeeping,
  owner,
  "redis-version": redisVersion,
  retention,
  smoke,
};

/** Runs a script that is given as one argument. */
export function runner(seen: Situation, args: string[]): Outcome {
  const script = args.find((a) => !a.startsWith("-")) ?? "";
  const marker = /^\s*# mastiff: ([a-z-]+)/.exec(script)?.[1];
  const known = marker === undefined ? idiom(script) : scripts[marker];
  if (known === undefined) {
    return {
      lines: [
        `Please specify a valid ruby command or the path of a script to run. This machine knows scripts by their first line: ${Object.keys(scripts).join(", ")}.`,
      ],
      exit: 1,
    };
  }
  return known(seen);
}

/** One-liners from the operations guide. */
function idiom(script: string): ((seen: Situation) => Outcome) | undefined {
  if (/UserRole\.exists\?\(name: ["']Owner["']\)/.test(script)) {
    return (seen) => {
      const found = schema(seen);
      return "lines" in found ? found : { lines: [], exit: found.seeded ? 0 : 1 };
    };
  }
  if (/Sidekiq::ProcessSet\.new\.map\(&:queues\)/.test(script)) {
    return (seen) => ({ lines: [JSON.stringify(signedIn(seen)).replaceAll(",", ", ")], exit: 0 });
  }
  return undefined;
}

/** Opens the password as the script does: 12 bytes of nonce, 16 of tag, the text. @returns undefined: another key sealed it */
function unsealed(text: string, secretKeyBase: string): string | undefined {
  const bytes = Buffer.from(text, "base64");
  const key = Buffer.from(hkdfSync("sha256", secretKeyBase, "", "mastiff owner", 32));
  try {
    const cipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, 12));
    cipher.setAuthTag(bytes.subarray(12, 28));
    return Buffer.concat([cipher.update(bytes.subarray(28)), cipher.final()]).toString();
  } catch {
    return undefined;
  }
}

/** Creates the owner's account, or finds it (mastodon/mastodon app/models/user.rb). */
function owner(seen: Situation): Outcome {
  const { OWNER_USERNAME: username, OWNER_EMAIL: email, OWNER_SEALED: text } = seen.env;
  for (const [name, value] of Object.entries({
    OWNER_USERNAME: username,
    OWNER_EMAIL: email,
    OWNER_SEALED: text,
  })) {
    if (value === undefined) return { lines: [`key not found: "${name}" (KeyError)`], exit: 1 };
  }
  const password = unsealed(text ?? "", seen.env.SECRET_KEY_BASE ?? "");
  if (password === undefined) return { lines: ["OpenSSL::Cipher::CipherError"], exit: 1 };
  const found = schema(seen);
  if ("lines" in found) return found;
  if (!found.seeded) return { lines: ["Couldn't find UserRole (ActiveRecord::RecordNotFound)"], exit: 1 };
  if (!canDecrypt(seen, found)) return undecipherable;
  const account = found.accounts.find((a) => a.username.toLowerCase() === username?.toLowerCase());
  const answer = (result: string) => ({ lines: [JSON.stringify({ result, username })], exit: 0 });
  if (account !== undefined) {
    if (account.email !== email?.toLowerCase()) {
      return { lines: [`owner: ${username} exists with another e-mail`], exit: 1 };
    }
    account.role = "Owner";
    account.approved = true;
    const rotated = seen.env.OWNER_ROTATE === "1";
    if (rotated)
      account.passwordHash = createHash("sha256")
        .update(password ?? "")
        .digest("hex");
    seen.world.changed();
    return answer(rotated ? "rotated" : "present");
  }
  if (found.accounts.some((a) => a.email === email?.toLowerCase())) {
    return { lines: ["owner: username or e-mail already taken"], exit: 1 };
  }
  const wish = {
    username: username ?? "",
    email: email ?? "",
    password: password ?? "",
    role: "Owner",
    confirmed: true,
    approved: true,
    skipDns: seen.env.OWNER_SKIP_DNS === "1",
  };
  const wrong = faults(seen.world, found, wish);
  if (wrong.length > 0) {
    return { lines: [`Validation failed: ${wrong.join(", ")} (ActiveRecord::RecordInvalid)`], exit: 1 };
  }
  store(seen, found, wish);
  return answer("created");
}

const undecipherable: Outcome = {
  lines: ["ActiveRecord::Encryption::Errors::Decryption (ActiveRecord::Encryption::Errors::Decryption)"],
  exit: 1,
};

/** The version of the Redis at REDIS_URL. */
function redisVersion(seen: Situation): Outcome {
  const redis = connectRedis(seen, seen.env.REDIS_URL);
  if (!redis.ok) return { lines: [redis.message], exit: 1 };
  return {
    lines: [JSON.stringify({ redis: redis.version })],
    exit: parseInt(redis.version, 10) < 7 ? 69 : 0,
  };
}

/** Writes settings as the administration does. A default goes only where there is no setting yet. */
function retention(seen: Situation): Outcome {
  const found = schema(seen);
  if ("lines" in found) return found;
  const { MASTIFF_RETENTION = "", MASTIFF_RETENTION_DEFAULTS = "" } = seen.env;
  const chosen = JSON.parse(MASTIFF_RETENTION) as Record<string, number>;
  const defaults = JSON.parse(MASTIFF_RETENTION_DEFAULTS) as Record<string, number>;
  found.settings = { ...defaults, ...found.settings, ...chosen };
  seen.world.changed();
  return { lines: [JSON.stringify(found.settings)], exit: 0 };
}

/**
 * Tidies up nothing: no file in the bucket is without an owner, and no link has a preview. Beside the other database of a
 * restore that is not finished, it does not even look for orphans: that one may own them.
 */
function housekeeping(seen: Situation): Outcome {
  const found = schema(seen);
  if ("lines" in found) return found;
  const fault = seen.env.S3_ENABLED === "true" ? paperclipFault(seen) : undefined;
  if (fault !== undefined) return { lines: [fault], exit: 1 };
  const { MASTIFF_PREVIEW_CARD_DAYS: days, MASTIFF_ORPHANS: orphans } = seen.env;
  const beside = unfinishedRestore(seen);
  return {
    lines: [
      ...(days === undefined
        ? []
        : [`tootctl preview_cards remove --days ${days}: Removed 0 preview cards (approx. 0 Bytes)`]),
      ...(orphans !== "1"
        ? []
        : beside.length > 0
          ? [`housekeeping: a restore is not finished (${beside.join(", ")}), so no orphan is removed`]
          : ["tootctl media remove-orphans --dry-run: Removed 0 orphans (approx. 0 Bytes) (DRY RUN)"]),
    ],
    exit: 0,
  };
}

/** Databases that a restore leaves beside the community's until somebody finishes it. */
function unfinishedRestore(seen: Situation): string[] {
  const connection = database(seen);
  if (!connection.ok) return [];
  const own = decodeURIComponent(new URL(seen.env.DATABASE_URL ?? "").pathname.slice(1));
  return [`${own}_before`, `${own}_restored`].filter((name) => name in connection.server.databases);
}

/** Checks what `/health` does not check; null: no fault. For a Sidekiq that comes late it looks every three seconds. */
function smoke(seen: Situation): Outcome {
  const { looks = 0 } = seen.disk;
  const patience = Number(seen.env.MASTIFF_SCHEDULER_PATIENCE ?? "30");
  const scheduler = schedulerFault(seen) ?? null;
  if (scheduler !== null && looks < Math.floor(patience / 3)) {
    seen.disk.looks = looks + 1;
    return { lines: [], againMs: 3000 };
  }
  const results = {
    bucket:
      seen.env.S3_ENABLED === "true" ? (roundTrip(seen, `mastiff/smoke-${seen.machine.id}`) ?? null) : null,
    push: pushFault(seen) ?? null,
    mail: loginFault(seen) ?? null,
    database: databaseFault(seen) ?? null,
    redis: redisFault(seen) ?? null,
    scheduler,
  };
  const well = Object.values(results).every((fault) => fault === null);
  return { lines: [JSON.stringify(results)], exit: well ? 0 : 1 };
}

/**
 * Checks that the two VAPID keys are a pair: the public point is the private scalar times the generator of
 * P-256.
 */
function pushFault({ env }: Situation): string | undefined {
  const missing = ["VAPID_PUBLIC_KEY", "VAPID_PRIVATE_KEY"].find((name) => env[name] === undefined);
  if (missing !== undefined) return `KeyError: key not found: "${missing}"`;
  const given = Buffer.from(env.VAPID_PUBLIC_KEY ?? "", "base64url");
  const scalar = Buffer.from(env.VAPID_PRIVATE_KEY ?? "", "base64url");
  if (given.length !== 65 || given[0] !== 4) return "OpenSSL::PKey::EC::Point::Error: invalid encoding";
  if (scalar.length !== 32) return "OpenSSL::PKey::ECError: invalid private key";
  const pair = createECDH("prime256v1");
  try {
    pair.setPrivateKey(scalar);
  } catch {
    return "OpenSSL::PKey::ECError: invalid private key";
  }
  return timingSafeEqual(pair.getPublicKey(), given) ? undefined : "private and public key are no pair";
}

function databaseFault(seen: Situation): string | undefined {
  const connection = database(seen);
  if (!connection.ok) return connectionError(connection).join(" ");
  const { version } = connection.server;
  if (Number.parseInt(version, 10) < 14) return `PostgreSQL ${version} is older than 14`;
  const found = connection.catalogue.mastodon;
  return found === undefined || pending(found, seen.image.version) ? "migrations are pending" : undefined;
}

function redisFault(seen: Situation): string | undefined {
  const redis = connectRedis(seen, seen.env.REDIS_URL);
  if (!redis.ok) return redis.message;
  return Number.parseInt(redis.version, 10) < 7 ? `Redis ${redis.version} is older than 7.0` : undefined;
}

function schedulerFault(seen: Situation): string | undefined {
  const listening = signedIn(seen).filter((queues) => queues.includes("scheduler")).length;
  return listening === 1 ? undefined : `${listening} processes work on the scheduler queue, not one`;
}
