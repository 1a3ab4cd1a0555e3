/**
 * `bin/tootctl`: the commands that an operator of a small community uses. mastodon/mastodon lib/mastodon/cli/
 */
import { createHash, randomBytes } from "node:crypto";
import { listObjects } from "../cloudflare/r2.ts";
import { canDecrypt, faults, roleNames, store } from "./accounts.ts";
import type { Outcome, Situation } from "./behaviour.ts";
import { paperclipFault } from "./bucket.ts";
import { schema } from "./migrations.ts";

const said = (...lines: string[]): Outcome => ({ lines, exit: 0 });
const failed = (...lines: string[]): Outcome => ({ lines, exit: 1 });

interface Call {
  seen: Situation;
  words: string[];
  options: Map<string, string>;
}

const subcommands: Record<string, Record<string, (call: Call) => Outcome>> = {
  accounts: { refresh, create, modify, cull: () => said("Visited 0 accounts, removed 0"), delete: remove },
  media: {
    usage,
    remove: () => said("Removed 0 media attachments (approx. 0 Bytes)"),
    refresh: () => said("Downloaded 0 media attachments (approx. 0 Bytes)"),
  },
  cache: { clear: () => said("OK") },
  feeds: { build: () => said("Regenerated feeds for 0 accounts"), clear: () => said("OK") },
  settings: {},
  statuses: { remove: () => said("Done after 0s, removed 0 out of 0 statuses.") },
};

/** Runs tootctl with its arguments. Thor exits 1 for an unknown command. */
export function tootctl(seen: Situation, args: string[]): Outcome {
  const [name = "help", second, ...rest] = args;
  if (name === "version" || name === "--version" || name === "-v") return said(seen.image.version);
  if (name === "self-destruct" || name === "self_destruct") return selfDestruct(seen);
  const group = subcommands[name];
  if (group === undefined) {
    return failed(`Could not find command "${name}".`);
  }
  const command = group[second ?? ""];
  if (command === undefined) {
    return second === undefined
      ? said(`Commands:`, `  tootctl ${name} …`)
      : failed(`Could not find command "${second}".`);
  }
  const fault = schema(seen);
  if ("lines" in fault) return fault;
  return command({ seen, ...read(rest) });
}

function read(args: string[]): { words: string[]; options: Map<string, string> } {
  const words: string[] = [];
  const options = new Map<string, string>();
  const valued = new Set(["--role", "--email", "--concurrency", "--domain", "--days"]);
  for (let i = 0; i < args.length; i++) {
    const [flag = "", value] = (args[i] as string).split("=", 2) as [string, string?];
    if (!flag.startsWith("--")) words.push(args[i] as string);
    else options.set(flag, value ?? (valued.has(flag) ? (args[++i] ?? "") : "true"));
  }
  return { words, options };
}

/**
 * Fetches remote accounts again and stores their files in the bucket. A new community knows no remote
 * accounts.
 */
function refresh({ seen, words, options }: Call): Outcome {
  if (!options.has("--all") && !options.has("--domain")) {
    return words.length === 0 ? failed("No account(s) given") : failed("No such account");
  }
  const fault = seen.env.S3_ENABLED === "true" ? paperclipFault(seen) : undefined;
  if (fault !== undefined) return failed(fault);
  return said("Refreshed 0 accounts");
}

function create({ seen, words, options }: Call): Outcome {
  const found = schema(seen);
  if ("lines" in found) return found;
  const email = options.get("--email");
  if (email === undefined) return failed("No value provided for required options '--email'");
  const role = options.get("--role") ?? null;
  if (role !== null && !(found.seeded && roleNames.includes(role))) {
    return failed("Cannot find user role with that name");
  }
  if (!canDecrypt(seen, found)) return failed("ActiveRecord::Encryption::Errors::Decryption");
  const password = randomBytes(16).toString("hex");
  const wish = {
    username: words[0] ?? "",
    email,
    password,
    role,
    confirmed: options.has("--confirmed"),
    approved: options.has("--approve"),
    skipDns: false,
  };
  const wrong = faults(seen.world, found, wish);
  if (wrong.length > 0) return failed("The following errors were encountered:", ...wrong);
  store(seen, found, wish);
  return said("OK", `New password: ${password}`);
}

function modify({ seen, words, options }: Call): Outcome {
  const found = schema(seen);
  if ("lines" in found) return found;
  const account = found.accounts.find((a) => a.username === words[0]);
  if (account === undefined) return failed("No user with such username");
  const role = options.get("--role");
  if (role !== undefined && !(found.seeded && roleNames.includes(role))) {
    return failed("Cannot find user role with that name");
  }
  if (role !== undefined) account.role = role;
  if (options.has("--remove-role")) account.role = "";
  if (options.has("--approve")) account.approved = true;
  if (options.has("--confirm")) account.confirmed = true;
  const email = options.get("--email");
  if (email !== undefined) account.email = email.toLowerCase();
  const lines = ["OK"];
  if (options.has("--reset-password")) {
    const password = randomBytes(16).toString("hex");
    account.passwordHash = createHash("sha256").update(password).digest("hex");
    lines.push(`New password: ${password}`);
  }
  seen.world.changed();
  return said(...lines);
}

function remove({ seen, words }: Call): Outcome {
  const found = schema(seen);
  if ("lines" in found) return found;
  const index = found.accounts.findIndex((a) => a.username === words[0]);
  if (index === -1) return failed("No user with such username");
  found.accounts.splice(index, 1);
  seen.world.changed();
  return said("Deleting user with 0 statuses, this might take a while...", "OK");
}

function usage({ seen }: Call): Outcome {
  const fault = seen.env.S3_ENABLED === "true" ? paperclipFault(seen) : undefined;
  if (fault !== undefined) return failed(fault);
  const count =
    seen.env.S3_ENABLED === "true"
      ? listObjects(seen.world, seen.env.S3_BUCKET ?? "", "accounts/").length
      : 0;
  return said(
    "Attachments:\t0 Bytes (0 Bytes local)",
    "Custom emoji:\t0 Bytes (0 Bytes local)",
    `Avatars:\t${count * 62} Bytes (${count * 62} Bytes local)`,
    "Site uploads:\t62 Bytes",
  );
}

/**
 * Asks twice on a terminal. With SELF_DESTRUCT set it reports its progress (mastodon/mastodon
 * lib/mastodon/cli/main.rb).
 */
function selfDestruct(seen: Situation): Outcome {
  if (!seen.env.SELF_DESTRUCT) {
    return failed(
      "Type in the domain of the server to confirm: ",
      "TTY::Reader::InputInterrupt: no terminal to ask on",
    );
  }
  return said(
    "Every deletion notice has been sent! You can safely delete all data and decomission your servers!",
  );
}
