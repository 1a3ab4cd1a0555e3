/**
 * What a stack has in the clouds, by natural keys. A natural key is a person's name for a thing, so a thing
 * that was made twice has the same key twice. Two estates are compared as bags, without the ids of a run.
 */

/** The count of each natural key. */
export type Estate = ReadonlyMap<string, number>;

/** How an estate differs from another one. */
export interface Deviation {
  /** Things that are in both, but more often here. */
  twice: string[];
  /** Things that are only here, and that nobody would ever remove. */
  orphaned: string[];
  missing: string[];
}

// biome-ignore lint/suspicious/noExplicitAny: the clouds' state has no type outside the clouds
type Any = any;

/** Lists the contents of all clouds. */
export function estateOf({ cloudflare, sendgrid, fly }: Any): Estate {
  const things = [
    ...cloudflare.zones.map((zone: Any) => `zone ${zone.name}`),
    ...cloudflare.records.map((one: Any) => `record ${one.type} ${one.name}`),
    ...cloudflare.rulesets.flatMap((one: Any) => [
      `ruleset ${one.phase} ${one.name}`,
      ...one.rules.map((rule: Any) => `rule ${rule.ref}`),
    ]),
    ...cloudflare.buckets.flatMap((one: Any) => [
      `bucket ${one.name}`,
      ...one.domains.map((domain: Any) => `bucket's domain ${domain.domain}`),
      ...(one.cors ?? []).map((rule: Any) => `bucket's CORS rule ${rule.id}`),
      ...one.uploads.map((upload: Any) => `unfinished upload ${upload.key}`),
    ]),
    ...cloudflare.tokens.map((one: Any) => `token ${one.name}`),
    ...sendgrid.keys
      .filter((one: Any) => one.revokedAt === null)
      .map((one: Any) => `SendGrid key ${one.name}`),
    ...sendgrid.domains.map((one: Any) => `SendGrid domain ${one.domain}`),
    ...sendgrid.links.map((one: Any) => `SendGrid link ${one.domain}`),
    ...sendgrid.senders.map((one: Any) => `SendGrid sender ${one.fields.from_email}`),
    ...fly.addOns.map((one: Any) => `Redis ${one.name}`),
    ...Object.values(fly.apps).flatMap(belongingsOfApp),
  ];
  const bag = new Map<string, number>();
  for (const thing of things.map(withoutIdentity)) bag.set(thing, (bag.get(thing) ?? 0) + 1);
  return bag;
}

/** Replaces a stack's identity in marks, and the return path derived from it. Each stack has another identity. */
export function withoutIdentity(thing: string): string {
  return thing.replace(/\b[0-9a-f]{12}(?= [\w.-]+\/)/, "<identity>").replace(/\bem\d{5}\b/, "em<identity>");
}

function belongingsOfApp(app: Any): string[] {
  const machines = Object.values(app.machines) as Any[];
  const volumes = Object.values(app.volumes) as Any[];
  const { name } = app;
  return [
    `app ${name}`,
    ...app.addresses.map((one: Any) => `address ${one.type} of ${name}`),
    ...(app.sharedV4 === null ? [] : [`shared address of ${name}`]),
    ...app.certificates.map((one: Any) => `certificate ${one.hostname} of ${name}`),
    ...Object.keys(app.secrets).map(
      (secret) => `secret ${secret.replace(/_(SEAL|ADDRESSES|STACK)_.*/, "_$1")} of ${name}`,
    ),
    ...machines
      .filter((one) => one.state !== "destroyed")
      .map(({ config }) => {
        const { mastiff_job: job, fly_process_group: group } = config.metadata ?? {};
        return `${job === undefined ? "machine" : "one-off"} ${job ?? group ?? ""} of ${name}`;
      }),
    ...volumes.filter((one) => one.state !== "destroyed").map((one) => `volume ${one.name} of ${name}`),
  ];
}

/** How an estate differs from the expected one. */
export function deviation(is: Estate, should: Estate): Deviation {
  const found: Deviation = { twice: [], orphaned: [], missing: [] };
  for (const [thing, count] of is) {
    const wanted = should.get(thing) ?? 0;
    if (count > wanted) (wanted === 0 ? found.orphaned : found.twice).push(thing);
  }
  for (const [thing, count] of should) if ((is.get(thing) ?? 0) < count) found.missing.push(thing);
  return found;
}
