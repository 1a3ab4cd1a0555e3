import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFailed, test } from "vitest";
import { openStack, type TestStack } from "../support/stack.ts";
import { startWorld, type TestWorld } from "../support/world.ts";

/** Something that other hands change, and what a preview has to say of it. */
interface Change {
  what: string;
  // biome-ignore lint/suspicious/noExplicitAny: the clouds' state is theirs.
  make(state: any): void;
  /** Logical name of the resource that is updated (or `create <name>`), and the words for it; a refresh has none. */
  seen: Record<string, RegExp | undefined>;
}

// biome-ignore lint/suspicious/noExplicitAny: as above.
const machineOf = (state: any, app: string, group: string): any =>
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  Object.values(state.fly.apps[app].machines as Record<string, any>).find(
    (machine) => machine.state !== "destroyed" && machine.config.metadata?.fly_process_group === group,
  );
const web = "mastiff-party";
const streaming = "mastiff-party-streaming";

const rounds: [title: string, args: string[], changes: Change[]][] = [
  [
    "machines that are other than declared",
    [],
    [
      {
        what: "a variable has another value",
        make: (state) => {
          machineOf(state, web, "web").config.env.LOCAL_DOMAIN = "elsewhere.example";
        },
        seen: {
          "web-machines-release":
            /\(web\): variable LOCAL_DOMAIN is "elsewhere.example", should be "mastiff.party"/,
        },
      },
      {
        what: "a variable is gone",
        make: (state) => {
          delete machineOf(state, web, "web").config.env.S3_PERMISSION;
        },
        seen: { "web-machines-release": /\(web\): variable S3_PERMISSION is missing/ },
      },
      {
        what: "a variable was added",
        make: (state) => {
          machineOf(state, web, "sidekiq").config.env.LIMITED_FEDERATION_MODE = "true";
        },
        seen: {
          "web-machines-release": /\(sidekiq\): variable LIMITED_FEDERATION_MODE is set by other hands/,
        },
      },
      {
        what: "less memory",
        make: (state) => {
          machineOf(state, web, "web").config.guest.memory_mb = 512;
        },
        seen: { "web-machines-release": /\(web\): memory is 512 MB, should be 1024 MB/ },
      },
      {
        what: "more CPUs",
        make: (state) => {
          machineOf(state, web, "sidekiq").config.guest.cpus = 4;
        },
        seen: { "web-machines-release": /\(sidekiq\): it has 4 shared CPUs, should have 1 shared/ },
      },
      {
        what: "a service is gone",
        make: (state) => {
          machineOf(state, web, "web").config.services = [];
        },
        seen: { "web-machines-release": /\(web\): service 80\/443 → 3000 \(\/health\) is missing/ },
      },
      {
        what: "a machine is stopped",
        make: (state) => {
          machineOf(state, web, "sidekiq").state = "stopped";
        },
        seen: { "web-machines-release": /machine \w+ \(sidekiq\) is stopped/ },
      },
      {
        what: "a machine is suspended",
        make: (state) => {
          machineOf(state, streaming, "streaming").state = "suspended";
        },
        seen: { "streaming-machines-release": /machine \w+ \(streaming\) is suspended/ },
      },
      {
        what: "a certificate is gone",
        make: (state) => {
          const app = state.fly.apps[web];
          app.certificates = app.certificates.filter(
            (one: { hostname: string }) => one.hostname !== "assets.mastiff.party",
          );
        },
        seen: { "assets-host-certificate-upkeep": /there is no certificate for assets.mastiff.party/ },
      },
      {
        what: "the database's machine is stopped",
        make: (state) => {
          // biome-ignore lint/suspicious/noExplicitAny: as above.
          for (const machine of Object.values<any>(state.fly.apps["mastiff-party-db"].machines))
            machine.state = "stopped";
        },
        seen: { "database-postgres": /machine \w+ of the database is stopped/ },
      },
    ],
  ],
  [
    "things that are gone, or too many",
    [],
    [
      {
        what: "a machine is gone",
        make: (state) => {
          machineOf(state, web, "web").state = "destroyed";
        },
        seen: { "web-machines-release": /web has 0 machines, should have 1/ },
      },
      {
        what: "a machine too many",
        make: (state) => {
          const machine = machineOf(state, web, "sidekiq");
          state.fly.apps[web].machines["1857d6f1a2b3c4"] = {
            ...structuredClone(machine),
            id: "1857d6f1a2b3c4",
          };
        },
        seen: { "web-machines-release": /sidekiq has 2 machines, should have 1/ },
      },
      {
        what: "a machine of a group that nobody declared",
        make: (state) => {
          const machine = structuredClone(machineOf(state, web, "sidekiq"));
          machine.config.metadata.fly_process_group = "worker";
          state.fly.apps[web].machines["1857d6f1a2b3c5"] = { ...machine, id: "1857d6f1a2b3c5" };
        },
        seen: {
          "web-machines-release": /machine 1857d6f1a2b3c5 belongs to group worker, which is not declared/,
        },
      },
      {
        what: "a secret is gone",
        make: (state) => {
          delete state.fly.apps[web].secrets.SMTP_PASSWORD;
        },
        seen: {
          "web-machines-secrets": /secret SMTP_PASSWORD is missing/,
          "web-machines-release": undefined,
        },
      },
      {
        what: "a secret has another value",
        make: (state) => {
          Object.assign(state.fly.apps[streaming].secrets.REDIS_URL, {
            value: "redis://x",
            digest: "0123456789abcdef",
          });
        },
        seen: {
          "streaming-machines-secrets": /a secret was changed by other hands/,
          "streaming-machines-release": /a secret was changed by other hands/,
        },
      },
      {
        what: "another image",
        make: (state) => {
          const { config } = machineOf(state, streaming, "streaming");
          config.image = config.image.replace(/:v[^@]+@.*/, ":v4.7.3");
        },
        seen: { "streaming-machines-release": /\(streaming\): image is .*:v4.7.3, should be .*:v4.7.4/ },
      },
      {
        what: "the database has less memory",
        make: (state) => {
          // biome-ignore lint/suspicious/noExplicitAny: as above.
          for (const machine of Object.values<any>(state.fly.apps["mastiff-party-db"].machines))
            machine.config.guest.memory_mb = 128;
        },
        seen: { "database-postgres": /of the database: memory is 128 MB, should be 256 MB/ },
      },
      {
        what: "an address too many",
        make: (state) => {
          state.fly.apps[web].addresses.push({
            ...state.fly.apps[web].addresses[0],
            id: "ip_0000000000000000000",
            address: "2a09:8280:1::9:999:0",
            createdAt: "2030-01-01T00:00:00.000Z",
          });
        },
        seen: { "web-app-upkeep": /address 2a09:8280:1::9:999:0 is one too many/ },
      },
      {
        what: "a certificate of the streaming app is gone",
        make: (state) => {
          state.fly.apps[streaming].certificates = [];
        },
        seen: { "streaming-host-certificate-upkeep": /there is no certificate for streaming.mastiff.party/ },
      },
    ],
  ],
  [
    "Cloudflare's side, by a refresh",
    ["--refresh"],
    [
      {
        what: "a record points elsewhere",
        make: (state) => {
          recordOf(state, "A", "mastiff.party").content = "192.0.2.1";
        },
        seen: { "records-root-a": undefined },
      },
      {
        what: "a record is gone",
        make: (state) => remove(state.cloudflare.records, recordOf(state, "CNAME", "assets.mastiff.party")),
        seen: { "create records-assets-cname": undefined },
      },
      {
        what: "a record is no longer proxied",
        make: (state) => {
          recordOf(state, "AAAA", "streaming.mastiff.party").proxied = true;
        },
        seen: { "records-streaming-aaaa": undefined },
      },
      {
        what: "the zone's SSL mode is lax",
        make: (state) => {
          for (const settings of Object.values<Settings>(state.cloudflare.settings))
            settings.ssl.value = "flexible";
        },
        seen: { "tls-ssl": undefined },
      },
      {
        what: "the header rule is off",
        make: (state) => {
          state.cloudflare.rulesets[0].rules[0].enabled = false;
        },
        seen: { "cors-ruleset": undefined },
      },
      {
        what: "the bucket has no CORS policy",
        make: (state) => {
          state.cloudflare.buckets[0].cors = [];
        },
        seen: { "media-cors": undefined },
      },
      {
        what: "the custom domain is off",
        make: (state) => {
          state.cloudflare.buckets[0].domains[0].enabled = false;
        },
        seen: { "media-domain": undefined },
      },
      {
        what: "DMARC says something else",
        make: (state) => {
          recordOf(state, "TXT", "_dmarc.mastiff.party").content = '"v=DMARC1; p=reject"';
        },
        seen: { "mail-records-dmarc": undefined },
      },
      {
        what: "a DKIM record is gone",
        make: (state) =>
          remove(state.cloudflare.records, recordOf(state, "CNAME", "s1._domainkey.mastiff.party")),
        // A record that is made again is a reason to let SendGrid look again.
        seen: { "create mail-dkim1": undefined, "mail-validation": undefined },
      },
    ],
  ],
  [
    "SendGrid's side, by a refresh",
    ["--refresh"],
    [
      {
        what: "the API key may do more",
        make: (state) => {
          state.sendgrid.keys.find((key: { name: string }) => key.name !== "operator").scopes = null;
        },
        // A preview cannot know that the key stays as it is, nor, then, the secrets made from it.
        seen: {
          "mail-key": undefined,
          "web-machines-secrets": undefined,
          "web-machines-release": undefined,
        },
      },
      {
        what: "click tracking is on",
        make: (state) => {
          state.sendgrid.tracking.click.enabled = true;
        },
        seen: { "mail-click-tracking": undefined },
      },
      {
        what: "the bucket's token has another name",
        make: (state) => {
          state.cloudflare.tokens.find((token: { name: string }) => token.name.includes("mastiff/dev")).name =
            "renamed";
        },
        seen: { "media-token": undefined },
      },
    ],
  ],
  [
    "a key that is gone",
    ["--refresh"],
    [
      {
        what: "the API key is deleted",
        make: (state) => {
          state.sendgrid.keys = state.sendgrid.keys.filter(
            (key: { name: string }) => key.name === "operator",
          );
        },
        seen: {
          "create mail-key": undefined,
          "web-machines-secrets": undefined,
          "web-machines-release": undefined,
        },
      },
    ],
  ],
  [
    "an app that is gone, with all that hangs on it",
    [],
    [
      {
        what: "the streaming app is gone",
        make: (state) => {
          delete state.fly.apps[streaming];
        },
        seen: {
          "streaming-app": /there is no app mastiff-party-streaming/,
          "streaming-app-upkeep": undefined,
          "records-streaming-a": undefined,
          "records-streaming-aaaa": undefined,
          "streaming-host-certificate": /there is no certificate for streaming.mastiff.party/,
          "streaming-host-certificate-upkeep": undefined,
          "streaming-host-challenge": undefined,
          "streaming-host-ownership": undefined,
          "streaming-machines-secrets": /there is no app mastiff-party-streaming/,
          "streaming-machines-release": undefined,
        },
      },
    ],
  ],
  [
    "addresses that others have, with all that hangs on them",
    [],
    [
      {
        what: "the IPv6 address is released",
        make: (state) => {
          state.fly.apps[web].addresses = [];
        },
        seen: {
          "web-app": /its IPv6 address is released/,
          "web-app-upkeep": undefined,
          "records-root-a": undefined,
          "records-root-aaaa": undefined,
          // The addresses are in fly.toml: Rails has to trust them.
          "web-machines-release": undefined,
        },
      },
    ],
  ],
  [
    "another address",
    [],
    [
      {
        what: "the IPv6 address is another one",
        make: (state) => {
          state.fly.apps[web].addresses[0].address = "2a09:8280:1::7:777:0";
        },
        seen: {
          "web-app": /its public addresses are others than it was given/,
          "web-app-upkeep": undefined,
          "records-root-a": undefined,
          "records-root-aaaa": undefined,
          // The addresses are in fly.toml: Rails has to trust them.
          "web-machines-release": undefined,
        },
      },
    ],
  ],
  [
    "Redis that is gone, with all that hangs on it",
    [],
    [
      {
        what: "the database at Upstash is gone",
        make: (state) => {
          state.fly.addOns = [];
        },
        seen: {
          "redis-upstash": /there is no Redis database mastiff-party-redis/,
          "redis-upstash-upkeep": undefined,
          "web-machines-secrets": undefined,
          "web-machines-release": undefined,
          "streaming-machines-secrets": undefined,
          "streaming-machines-release": undefined,
        },
      },
    ],
  ],
];

interface Settings {
  ssl: { value: string };
}

interface DnsRecord {
  type: string;
  name: string;
  content: string;
  proxied: boolean;
}

// biome-ignore lint/suspicious/noExplicitAny: as above.
function recordOf(state: any, type: string, name: string): DnsRecord {
  const found = (state.cloudflare.records as DnsRecord[]).find(
    (one) => one.type === type && one.name === name,
  );
  if (found === undefined) throw new Error(`the zone has no ${type} ${name}`);
  return found;
}

function remove<T>(list: T[], item: T): void {
  list.splice(list.indexOf(item), 1);
}

describe("what other hands have changed", () => {
  let world: TestWorld;
  let stack: TestStack;

  beforeAll(async () => {
    world = await startWorld();
    stack = await openStack(world);
    const up = await stack.up();
    expect(up.exitCode, up.output).toBe(0);
  });
  afterAll(async () => {
    await stack?.end();
    await world?.stop();
  });

  test.each(rounds)("%s", async (_, args, changes) => {
    onTestFailed(async () => {
      await stack.up("--refresh");
    });
    await world.meddle((state) => {
      for (const change of changes) change.make(state);
    });
    const plan = join(world.folder, "plan.json");
    const preview = await stack.preview(...args, `--save-plan=${plan}`);
    expect(preview.exitCode, preview.output).toBe(0);
    const expected = new Set(changes.flatMap(({ seen }) => Object.keys(seen)));
    const steps = preview.changes.filter(({ op }) => op !== "refresh").map(({ op, name }) => `${op} ${name}`);
    const output = preview.output.replaceAll('\\"', '"');
    expect(steps.sort(), output).toEqual(
      [...expected].map((name) => (name.includes(" ") ? name : `update ${name}`)).sort(),
    );
    for (const { what, seen } of changes) {
      for (const words of Object.values(seen)) if (words) expect(output, what).toMatch(words);
    }
    const up = await stack.up(...args, `--plan=${plan}`);
    expect(up.exitCode, up.output).toBe(0);
    const clean = await stack.preview(...args, "--expect-no-changes");
    expect(clean.exitCode, clean.output).toBe(0);
  });
});
