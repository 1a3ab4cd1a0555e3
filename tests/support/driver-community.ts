/** A small community on the local Fly, made by the driver alone: what a release, an owner and a job need. */
import type { ReleaseSpec } from "../../providers/fly/spec.ts";
import type { DriveInput, DriverWorld } from "./driver.ts";

const owned = { stack: "mastiff/dev", org: "mastiff", app: "acme" };
const password = "correct1horse2battery3";

export const images = {
  old: "ghcr.io/mastodon/mastodon:v4.6.3",
  new: "ghcr.io/mastodon/mastodon:v4.7.4",
};

/** Values of the app's secrets, Mastodon's own and the way to its database and Redis. */
export const secrets: Record<string, string> = {
  DATABASE_URL: `postgres://acme:${password}@acme-db.flycast:5432/acme?sslmode=disable`,
  REDIS_URL: `redis://default:${password}@acme-redis.internal:6379`,
  SECRET_KEY_BASE: "0123456789abcdef".repeat(8),
  ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY: "abcdefghijklmnopqrstuvwxyz012345",
  ACTIVE_RECORD_ENCRYPTION_DETERMINISTIC_KEY: "bcdefghijklmnopqrstuvwxyz0123456",
  ACTIVE_RECORD_ENCRYPTION_KEY_DERIVATION_SALT: "cdefghijklmnopqrstuvwxyz01234567",
};

/** App, Postgres, Redis and secrets: all that a first release stands on. */
export async function lay(world: DriverWorld): Promise<void> {
  const size = { cpuKind: "shared", cpus: 1, memoryMb: 1024 };
  const place = { ...owned, region: "ams", size, volumeGb: 1 };
  await world.must("app", "ensure", { spec: { ...owned, publicAddresses: true, dedicatedV4: false } });
  await world.must("postgres", "ensure", {
    spec: { ...place, app: "acme-db", database: "acme", user: "acme", consumers: ["acme"] },
    secrets: { password },
  });
  await world.must("redis", "ensure", {
    spec: { ...place, app: "acme-redis", image: "redis:7.4-alpine" },
    secrets: { password },
  });
  await world.must("secrets", "ensure", { spec: { app: "acme", names: Object.keys(secrets) }, secrets });
}

/** Spec, fly.toml and digest of a release; `webMemory` and `env` go into the file. */
export function release(
  image: string,
  more: Partial<ReleaseSpec> = {},
  file: { webMemory?: number; env?: Record<string, string>; secretsDigest?: string } = {},
): DriveInput {
  const spec: ReleaseSpec = {
    ...owned,
    region: "ams",
    image,
    groups: { web: { count: 1 }, sidekiq: { count: 1 } },
    database: { memoryMb: 1024 },
    redisGate: true,
    smoke: false,
    ...more,
  };
  const env = { LOCAL_DOMAIN: "acme.example.org", S3_PERMISSION: "", ...file.env };
  return {
    spec,
    flyToml: flyToml(image, env, file.webMemory ?? 1024),
    env: { SECRETS_DIGEST: file.secretsDigest ?? "1" },
  };
}

function flyToml(image: string, env: Record<string, string>, webMemory: number): string {
  return `app = "acme"
primary_region = "ams"
kill_signal = "SIGTERM"
kill_timeout = "60s"

[build]
image = "${image}"

[deploy]
strategy = "rolling"
wait_timeout = "2m"

[env]
${Object.entries(env)
  .map(([name, value]) => `${name} = ${JSON.stringify(value)}`)
  .join("\n")}

[processes]
web = "bundle exec puma -C config/puma.rb"
sidekiq = "bundle exec sidekiq"

[http_service]
processes = ["web"]
internal_port = 3000
force_https = true
auto_stop_machines = "off"
auto_start_machines = true
min_machines_running = 1

[[http_service.checks]]
grace_period = "60s"
interval = "15s"
timeout = "5s"
method = "GET"
path = "/health"

[[vm]]
cpu_kind = "shared"
cpus = 1
memory = "${webMemory}mb"
processes = ["web"]

[[vm]]
cpu_kind = "shared"
cpus = 1
memory = "1024mb"
processes = ["sidekiq"]
`;
}

interface LiveMachine {
  id: string;
  state: string;
  config: { metadata?: Record<string, string>; env?: Record<string, string>; init?: { cmd?: string[] } };
}

/** The app's machines that are there, by process group; one-offs under their job. */
export async function machinesByGroup(world: DriverWorld): Promise<Record<string, LiveMachine[]>> {
  const machines = Object.values((await world.fly()).apps.acme.machines) as LiveMachine[];
  const groups: Record<string, LiveMachine[]> = {};
  for (const machine of machines) {
    if (machine.state.startsWith("destroy")) continue;
    const { fly_process_group, mastiff_job } = machine.config.metadata ?? {};
    const group = fly_process_group ?? mastiff_job ?? "?";
    groups[group] = [...(groups[group] ?? []), machine];
  }
  return groups;
}

/** Whether each machine of acme that was made since had to wait for the secrets that acme has now, in order. */
export async function awaitedSecretsSince(world: DriverWorld, after: number): Promise<boolean[]> {
  const { secretsVersion } = (await world.fly()).apps.acme;
  return (await world.journal(after))
    .filter(({ method, path }) => method === "POST" && path === "/v1/apps/acme/machines")
    .map(({ requestBody }) => (requestBody as { min_secrets_version?: number }).min_secrets_version)
    .map((version) => version === secretsVersion);
}

/** Commands of the one-offs that were started after call number `after`, in order. */
export async function jobsSince(world: DriverWorld, after: number): Promise<string[]> {
  const calls = await world.journal(after);
  return calls
    .filter((one) => one.method === "POST" && /^\/v1\/apps\/acme\/machines$/.test(one.path))
    .map((one) => one.requestBody as { config: LiveMachine["config"] })
    .filter((body) => body.config.metadata?.mastiff_job !== undefined)
    .map(({ config }) => {
      const cmd = config.init?.cmd ?? [];
      const words = cmd[2]?.startsWith("# mastiff: direct\n") ? cmd.slice(4) : cmd;
      const script = words.findIndex((word) => word.startsWith("# mastiff: "));
      if (script >= 0) return words[script]?.split("\n")[0]?.slice("# mastiff: ".length) ?? "";
      const skip = config.env?.SKIP_POST_DEPLOYMENT_MIGRATIONS === undefined ? "" : " (without post)";
      return `${words.slice(3).join(" ")}${skip}`;
    });
}
