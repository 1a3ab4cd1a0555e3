/** Creates a Postgres cluster of machines. Source: superfly/flyctl flypg/launcher.go. */
import { generateKeyPairSync, randomInt } from "node:crypto";
import type { Guest, Machine, MachineConfig } from "./api/machines.ts";
import { queries } from "./api/queries.ts";
import type { Organization } from "./choose.ts";
import { version } from "./cli/grammar.ts";
import { waitForApp } from "./commands/apps.ts";
import { wrap } from "./go/errors.ts";
import { conform } from "./go/json.ts";
import type { Run } from "./run.ts";
import { updateSecrets } from "./secrets-update.ts";
import { authorizedKey, privateKeyFile } from "./ssh-key.ts";
import { waitForState, watchChecks } from "./waiting.ts";

/** Parameters of a cluster. */
export interface PostgresOrder {
  name: string;
  organization: Organization;
  region: string;
  /** Password of the operator. "" generates one. */
  password: string;
  /** "" means the newest image. */
  imageRef: string;
  autostart: boolean;
  guest: Guest;
  /** Number of machines. */
  count: number;
  volumeGb: number;
}

const startTimeoutMs = 5 * 60_000;
const hundredYearsInHours = 876_600;

/**
 * Creates the app, the private address and the secrets, then volumes and machines in turn. Prints the
 * credentials last.
 */
export async function launchPostgres(run: Run, order: PostgresOrder, detach: boolean): Promise<void> {
  const { organization } = order;
  run.print("Creating app...");
  const request = {
    name: order.name,
    org_slug: organization.slug,
    network: "",
    app_role_id: "postgres_cluster",
  };
  const { name } = await run.flaps.send("POST", "/apps?wait=true", request);
  await waitForApp(run, name);
  const image = order.imageRef || (await latestImage(run));
  const input = {
    appId: name,
    type: "private_v6",
    organizationId: organization.id,
    region: order.region,
  };
  const allocated = await run.graphql.run(queries.allocateIPAddress, { input });
  const address: string = allocated.allocateIpAddress?.ipAddress?.address ?? "";
  const password = await setSecrets(run, order, name);
  const machines: Machine[] = [];
  for (let i = 0; i < order.count; i++) {
    run.print(`Provisioning ${i + 1} of ${order.count} machines with image ${image}`);
    machines.push(await launchNode(run, order, name, image));
  }
  if (!detach) {
    run.print("==> Monitoring health checks");
    await watchChecks(run, name, machines);
    run.print();
  }
  run.print(
    [
      `Postgres cluster ${name} created`,
      "  Username:    postgres",
      `  Password:    ${password}`,
      `  Hostname:    ${name}.internal`,
      `  Flycast:     ${address}`,
      "  Proxy port:  5432",
      "  Postgres port:  5433",
      `  Connection string: postgres://postgres:${password}@${name}.flycast:5432\n`,
      "Save your credentials in a secure place -- you won't be able to see them again!",
      "",
      "Connect to postgres",
      `Any app within the ${organization.name} organization can connect to this Postgres using the above connection string`,
      "",
      "Now that you've set up Postgres, here's what you need to understand: https://fly.io/docs/postgres/getting-started/what-you-should-know/",
    ].join("\n"),
  );
}

async function latestImage(run: Run): Promise<string> {
  const variables = { repository: "flyio/postgres-flex", snapshotId: null };
  return (await run.graphql.run(queries.getLatestImageTag, variables)).latestImageTag ?? "";
}

/** Sets the cluster's own secrets. Returns the operator's password. */
async function setSecrets(run: Run, order: PostgresOrder, app: string): Promise<string> {
  run.print(`Setting secrets on app ${app}...`);
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const input = {
    organizationId: order.organization.id,
    principals: ["root", "fly", "postgres"],
    appNames: [app],
    publicKey: authorizedKey(publicKey),
    validHours: hundredYearsInHours,
  };
  const issued = await run.graphql.run(queries.issueSSHCertificate, { input });
  const consul = await run.graphql.run(queries.enablePostgresConsul, { appName: app });
  const operator = order.password || randomText(15);
  await updateSecrets(run, app, {
    SU_PASSWORD: randomText(15),
    REPL_PASSWORD: randomText(15),
    OPERATOR_PASSWORD: operator,
    SSH_KEY: privateKeyFile(privateKey, publicKey, "postgres inter-machine ssh"),
    SSH_CERT: issued.issueCertificate?.certificate ?? "",
    FLY_CONSUL_URL: consul.enablePostgresConsul?.consulUrl ?? "",
  });
  return operator;
}

function randomText(length: number): string {
  const charset = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  return Array.from({ length }, () => charset[randomInt(charset.length)]).join("");
}

async function launchNode(run: Run, order: PostgresOrder, app: string, image: string): Promise<Machine> {
  const volumeRequest = {
    name: "pg_data",
    region: order.region,
    size_gb: order.volumeGb,
    encrypted: true,
    require_unique_zone: true,
    unique_zone_app_wide: null,
    snapshot_retention: null,
    auto_backup_enabled: null,
    fstype: null,
    snapshot_id: null,
    source_volume_id: null,
    compute: conform("MachineGuest", order.guest),
    compute_image: image,
  };
  let volume: string;
  try {
    const path = `/apps/${app}/volumes`;
    volume = (await run.flaps.wrapped("failed to create volume", "POST", path, volumeRequest)).id;
  } catch (error) {
    throw wrap("failed to create volume", error);
  }
  const input = conform("LaunchMachineInput", {
    config: { ...nodeConfig(order), image, mounts: [{ volume, path: "/data" }] },
    region: order.region,
    min_secrets_version: run.folder.minSecretsVersion(app) ?? null,
  });
  const path = `/apps/${app}/machines`;
  const raw = await run.flaps.wrapped("failed to launch VM", "POST", path, input);
  const machine = raw as unknown as Machine;
  run.print("Waiting for machine to start...");
  await waitForState(run, app, machine, "started", startTimeoutMs);
  run.print(`Machine ${machine.id} is ${machine.state}`);
  return machine;
}

function nodeConfig(order: PostgresOrder): MachineConfig {
  const check = (name: string) => ({
    port: 5500,
    type: "http",
    interval: "15s",
    timeout: "10s",
    path: `/flycheck/${name}`,
  });
  const service = (port: number) => ({
    protocol: "tcp",
    internal_port: port,
    autostart: order.autostart,
    ports: [{ port, handlers: ["pg_tls"] }],
    concurrency: { type: "connections", hard_limit: 1000, soft_limit: 1000 },
  });
  return {
    env: { PRIMARY_REGION: order.region },
    guest: order.guest,
    metrics: { port: 9187, path: "/metrics" },
    checks: { pg: check("pg"), role: check("role"), vm: check("vm") },
    metadata: {
      fly_flyctl_version: version,
      fly_platform_version: "v2",
      "fly-managed-postgres": "true",
      "managed-by-fly-deploy": "true",
    },
    restart: { policy: "always" },
    services: [service(5432), service(5433)],
  };
}
