/**
 * The contents of the clouds in more detail than for a whole community (estate.ts). They include properties
 * of each thing, so that an operation that changes something in place changes the estate. Values that differ
 * in every run are left out.
 */
import { createHash } from "node:crypto";
import { type Estate, estateOf, withoutIdentity } from "./estate.ts";

// biome-ignore lint/suspicious/noExplicitAny: the clouds' state has no type outside the clouds
type Any = any;

/** Lists the contents of all clouds. */
export function holdingsOf(state: Any): Estate {
  const bag = new Map(estateOf(state));
  for (const thing of [...inCloudflare(state), ...inSendgrid(state), ...onFly(state)])
    bag.set(withoutIdentity(thing), (bag.get(withoutIdentity(thing)) ?? 0) + 1);
  return bag;
}

function inCloudflare({ cloudflare }: Any): string[] {
  return [
    ...cloudflare.rulesets.flatMap((one: Any) =>
      one.rules.map((rule: Any) => `rule ${rule.ref} as "${rule.description}"`),
    ),
    ...cloudflare.buckets.flatMap((one: Any) =>
      Object.keys(one.objects).map((key) => `object ${key.replace(/\d{8}T\d{6}Z/, "<time>")} in ${one.name}`),
    ),
  ];
}

function inSendgrid({ sendgrid }: Any): string[] {
  return [
    `click tracking ${sendgrid.tracking.click.enabled ? "on" : "off"}`,
    ...sendgrid.keys
      .filter((one: Any) => one.revokedAt === null)
      .map((one: Any) => `SendGrid key ${one.name} for ${one.scopes ?? "everything"}`),
    ...sendgrid.domains.map((one: Any) => `SendGrid domain ${one.domain} ${one.valid ? "valid" : "waiting"}`),
    ...sendgrid.senders.map(({ fields }: Any) => `SendGrid sender ${fields.from_email} in ${fields.city}`),
  ];
}

/** Secrets that Fly or flyctl generates anew in each run. */
const generated = /^(SU_|REPL_|OPERATOR_|SSH_|FLY_CONSUL_URL|MASTIFF_ADDRESSES_|MASTIFF_DUMP_URL)/;

function onFly({ fly }: Any): string[] {
  return Object.values(fly.apps).flatMap((app: Any) => [
    ...Object.values(app.secrets)
      .filter((one: Any) => !generated.test(one.name))
      .map((one: Any) => `value ${digest(one.value)} of secret ${one.name} of ${app.name}`),
    ...Object.values(app.machines)
      .filter((one: Any) => one.state !== "destroyed")
      .map((one: Any) => {
        const { image, guest, metadata = {} } = one.config;
        const role = metadata.fly_process_group ?? metadata.mastiff_job ?? metadata.mastiff_role ?? "machine";
        return `${role} of ${app.name} with ${String(image).split("@")[0]}, ${guest?.memory_mb} MB`;
      }),
    ...Object.values(app.volumes)
      .filter((one: Any) => one.state !== "destroyed")
      .flatMap((one: Any) => [
        `${one.sizeGb} GB of ${one.name} of ${app.name}`,
        ...onDisk(one.data, app.name),
      ]),
  ]);
}

function onDisk({ postgres, redisPasswords = [] }: Any, app: string): string[] {
  const roles = Object.entries(postgres?.roles ?? {}).map(([name, role]: [string, Any]) => {
    const acts = role.actsAs === undefined ? "" : ` as ${role.actsAs}`;
    return `role ${name} of ${app} ${role.login ? "logs in" : "is shut out"}${acts}`;
  });
  const databases = Object.entries(postgres?.databases ?? {}).flatMap(([name, one]: [string, Any]) => [
    `database ${name} of ${one.owner} in ${app}, migrated to ${one.mastodon?.pre}, then ${one.mastodon?.post}`,
    ...(one.mastodon?.accounts ?? []).map((who: Any) => `account ${who.username} as ${who.role}`),
  ]);
  return [...roles, ...databases, ...redisPasswords.map((one: string) => `further password ${digest(one)}`)];
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}
