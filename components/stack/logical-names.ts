/**
 * Logical names: of a community's components, and of the resources in them that are looked up in the state.
 * They are permanent. A renamed resource is a new one, and the old one is deleted.
 */

/** Logical names of a community's components. All begin with the community's, so that a program can have several. */
export function componentNames(community: string) {
  const named = <Role extends string>(role: Role) => `${community}-${role}` as const;
  return {
    facts: named("facts"),
    identity: named("identity"),
    secrets: named("secrets"),
    cloudflare: named("cloudflare"),
    zone: named("zone"),
    tls: named("tls"),
    edge: named("edge"),
    cors: named("cors"),
    media: named("media"),
    mail: named("mail-service"),
    sendgrid: named("mail"),
    mailRecords: named("mail-records"),
    fly: named("fly"),
    web: named("web"),
    streaming: named("streaming"),
    records: named("records"),
    /** Of the certificate for the host of a role. */
    host: (role: string) => named(`${role}-host`),
    database: named("database"),
    redis: named("redis"),
    webMachines: named("web-machines"),
    streamingMachines: named("streaming-machines"),
    owner: named("owner"),
    retired: named("retired"),
    backups: named("backups"),
    housekeeping: named("housekeeping"),
    mirror: named("mirror"),
    lock: named("lock"),
    finalDump: named("final-dump"),
  };
}

/** Logical names of a community's components. */
export type ComponentNames = ReturnType<typeof componentNames>;

/** Logical names of the resources that are looked up in the state, by the name of their component. */
export const resourceNames = {
  postgres: (database: string) => `${database}-postgres`,
  ownRedis: (redis: string) => `${redis}-machine`,
  upstash: (redis: string) => `${redis}-upstash`,
  release: (machines: string) => `${machines}-release`,
  bucket: (media: string) => `${media}-bucket`,
  /** Of a public host of the bucket. Older versions of Mastiff had one host, named without it. */
  publicHost: (media: string, host = "") =>
    host === "" ? `${media}-domain` : `${media}-domain-${host.replaceAll(".", "-")}`,
  zone: (zone: string) => `${zone}-zone`,
  /** Of the ruleset that older versions of Mastiff owned as a whole. */
  wholeRuleset: (cors: string) => `${cors}-ruleset`,
  identity: (identity: string) => `${identity}-id`,
  /** Of the key that opens the backups. */
  backupKey: (backups: string) => `${backups}-key`,
  /** Of the machine that takes backups. */
  backupMachine: (backups: string) => `${backups}-machine`,
} as const;
