import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DriverWorld, startDriverWorld } from "../support/driver.ts";

let world: DriverWorld;
beforeAll(async () => {
  world = await startDriverWorld();
  await world.must("app", "ensure", { spec: { ...owned, publicAddresses: true, dedicatedV4: false } });
});
afterAll(() => world.stop());

const owned = { stack: "mastiff/dev", org: "mastiff", app: "acme" };
const stored = async (): Promise<Record<string, { value: string; digest: string }>> =>
  (await world.fly()).apps.acme.secrets;
const own = /^MASTIFF_/;

describe("keys that never change", () => {
  const spec = { app: "keyed", names: ["OTHER", "SALT"], forGood: ["SALT"] };
  const secrets = { OTHER: "of-no-account", SALT: "abcdefghijklmnopqrstuvwxyz012345" };
  const names = async () => Object.keys((await world.fly()).apps.keyed.secrets);

  test("are taken once; a run that brings others is refused before it stages anything", async () => {
    await world.must("app", "ensure", {
      spec: { ...owned, app: "keyed", publicAddresses: false, dedicatedV4: false },
    });
    await world.must("secrets", "ensure", { spec, secrets });
    await world.must("secrets", "ensure", { spec, secrets: { ...secrets, OTHER: "another" } });
    const [seal, ...more] = (await names()).filter((name) => name.startsWith("MASTIFF_KEYS_SEAL_"));
    expect([seal, more]).toEqual([expect.stringMatching(/^MASTIFF_KEYS_SEAL_[0-9A-F]{12}$/), []]);

    const before = (await world.fly()).apps.keyed.secrets;
    const other = { OTHER: "a third", SALT: "of a fresh state" };
    const { code, stderr } = await world.drive("secrets", "ensure", { spec, secrets: other });
    expect([code, stderr]).toEqual([
      1,
      `The keys of the app keyed differ from those in this stack's state, and one or more of these would change: SALT. Accounts could no longer sign, browsers would get no notifications, and everybody would be logged out.
  set in  the stack's state, which has lost a secret (pulumi state delete, an older or a new state)
  fix     restore the state that has them:  pulumi stack import --file state.json  (docs/operations.md, “Secrets”)
  retry   does not help before this is changed
`,
    ]);
    expect((await world.fly()).apps.keyed.secrets).toEqual(before);
  });

  test("an app from before the seal is given one", async () => {
    await world.meddle((fly) => {
      for (const name of Object.keys(fly.apps.keyed.secrets))
        if (name.startsWith("MASTIFF_KEYS_SEAL_")) delete fly.apps.keyed.secrets[name];
    });
    await world.must("secrets", "ensure", { spec, secrets });
    expect((await names()).filter((name) => name.startsWith("MASTIFF_KEYS_SEAL_"))).toHaveLength(1);
  });

  test("leave no seal behind: the next keys of an app of this name are its first ones", async () => {
    await world.must("secrets", "destroy", { spec });
    expect((await names()).filter((name) => name.includes("SEAL"))).toEqual([]);
  });
});

describe("secrets", () => {
  const secrets = {
    PLAIN: "alphanumeric123",
    HASH: "with # a hash ",
    QUOTES: 'say "hi" # now',
    LINES: "-----BEGIN KEY-----\nabc=\n-----END KEY-----",
    EMPTY: "",
  };
  const spec = { app: "acme", names: Object.keys(secrets) };

  test("arrive as they are, staged, and only their digests come back", async () => {
    const output = await world.must("secrets", "ensure", { spec, secrets });
    const live = await stored();
    for (const [name, value] of Object.entries(secrets))
      expect([name, live[name]?.value]).toEqual([name, value]);
    const digests = Object.fromEntries(spec.names.map((name) => [name, live[name]?.digest]));
    expect(output).toEqual({ digests });
    expect(await world.must("secrets", "observe", { spec, previous: output })).toMatchObject({
      exists: true,
      differences: [],
    });
  });

  test("again with the same values: the same digests, and nothing twice", async () => {
    const before = await stored();
    await world.must("secrets", "ensure", { spec, secrets, previous: { digests: { PLAIN: "x" } } });
    expect(Object.keys(await stored()).sort()).toEqual(Object.keys(before).sort());
  });

  test("were never in an argument", async () => {
    const argv = JSON.stringify((await world.flyctlRuns()).map((run) => run.argv));
    for (const value of Object.values(secrets).filter((one) => one !== ""))
      expect(argv).not.toContain(JSON.stringify(value).slice(1, -1));
  });

  test("a name that is no longer wanted goes; what others set stays", async () => {
    const { LINES: _lines, ...fewer } = secrets;
    await world.meddle((fly) => {
      fly.apps.acme.secrets.THEIRS = { ...fly.apps.acme.secrets.PLAIN, name: "THEIRS" };
    });
    const previous = { digests: { PLAIN: "1", LINES: "2" } };
    await world.must("secrets", "ensure", {
      spec: { app: "acme", names: Object.keys(fewer) },
      secrets: fewer,
      previous,
    });
    const names = Object.keys(await stored()).filter((name) => !own.test(name));
    expect(names.sort()).toEqual(["EMPTY", "HASH", "PLAIN", "QUOTES", "THEIRS"]);
  });

  test("a value changed by other hands is noticed without any earlier output, and named with one", async () => {
    const { LINES: _lines, ...fewer } = secrets;
    const spec = { app: "acme", names: Object.keys(fewer) };
    const output = await world.must("secrets", "ensure", { spec, secrets: fewer });
    await world.meddle((fly) => {
      fly.apps.acme.secrets.PLAIN.digest = "0000000000000000";
    });
    const blind = await world.must("secrets", "observe", { spec });
    expect(blind.differences).toEqual(["a secret was changed by somebody else"]);
    const seen = await world.must("secrets", "observe", { spec, previous: output });
    expect(seen.differences).toEqual(["secret PLAIN was changed by somebody else"]);
    await world.meddle((fly) => {
      delete fly.apps.acme.secrets.PLAIN;
    });
    const missing = await world.must("secrets", "observe", { spec, previous: output });
    expect(missing.differences).toEqual(["secret PLAIN is missing"]);
  });

  test("destroy takes ours, leaves the mark and what others set, and needs no app", async () => {
    await world.must("secrets", "destroy", { spec, previous: { digests: { OLD: "1" } } });
    // Mark and addresses belong to the app and are removed with it.
    expect(Object.keys(await stored()).sort()).toEqual([
      expect.stringMatching(/^MASTIFF_ADDRESSES_/),
      "MASTIFF_STACK_636FFEB48D1B",
      "THEIRS",
    ]);
    await world.must("secrets", "destroy", { spec });
    await world.must("secrets", "destroy", { spec: { app: "never-was", names: ["A"] } });
  });

  test("a name that is no variable name, and a value that is missing, are bugs said without values", async () => {
    const wrong = await world.drive("secrets", "ensure", {
      spec: { app: "acme", names: ["A-B"] },
      secrets: { "A-B": "secret-value-1" },
    });
    expect([wrong.code, wrong.stderr.split("\n")[0]]).toEqual([
      1,
      'Error: "A-B" is not a valid name for a variable',
    ]);
    const missing = await world.drive("secrets", "ensure", {
      spec: { app: "acme", names: ["A"] },
      secrets: { B: "secret-value-1" },
    });
    expect([missing.code, missing.stderr.split("\n")[0]]).toEqual([1, "Error: stdin has no value for A"]);
  });
});

describe("a certificate", () => {
  const spec = { app: "acme", hostname: "acme.example.org" };

  test("twice is once, with the records that prove the name", async () => {
    const first = await world.must("certificate", "ensure", { spec });
    expect(first).toEqual({
      hostname: "acme.example.org",
      challenge: {
        name: "_acme-challenge.acme.example.org",
        target: expect.stringMatching(/^acme\.example\.org\..+\.flydns\.net$/),
      },
      ownership: { name: "_fly-ownership.acme.example.org", value: expect.stringMatching(/^app-/) },
    });
    expect(await world.must("certificate", "ensure", { spec })).toEqual(first);
    expect((await world.fly()).apps.acme.certificates).toHaveLength(1);
  });

  test("an answer that was lost leaves one certificate", async () => {
    const other = { app: "acme", hostname: "lost.example.org" };
    await world.faults({
      cloud: "fly",
      method: "POST",
      path: "certificates/acme$",
      when: "after",
      action: { cut: true },
    });
    await world.must("certificate", "ensure", { spec: other });
    expect((await world.fly()).apps.acme.certificates).toHaveLength(2);
  });

  test("its status is said in words, whatever it is", async () => {
    await world.meddle((fly) => {
      const [one] = fly.apps.acme.certificates;
      one.issuedAt = "2026-01-01T00:00:00.000Z";
      one.expiresAt = new Date(Date.now() + 90 * 86_400_000).toISOString();
      fly.dials.rateLimitedUntil["lost.example.org"] = "2027-01-01T00:00:00Z";
    });
    const certificates = ["acme.example.org", "lost.example.org", "never.example.org"];
    const { output } = await world.drive("status", "look", {
      spec: { certificates: certificates.map((hostname) => ({ app: "acme", hostname })) },
    });
    expect(output.certificates).toEqual([
      {
        hostname: "acme.example.org",
        status: "active",
        detail: expect.stringMatching(/^issued, until \d{4}-/),
      },
      {
        hostname: "lost.example.org",
        status: "limited",
        detail: expect.stringContaining(
          "Let's Encrypt accepts no new request for this name before 2027-01-01",
        ),
      },
      { hostname: "never.example.org", status: "missing", detail: "Fly has no certificate for this name" },
    ]);
    // Only an issued certificate is ready without another question.
    const ready = async (hostname: string) =>
      (await world.must("certificate", "observe", { spec: { app: "acme", hostname } })).ready;
    expect([await ready("acme.example.org"), await ready("lost.example.org")]).toEqual([true, undefined]);
  });

  test("a look does not fail when one certificate cannot be seen", async () => {
    await world.faults({
      cloud: "fly",
      path: "/check$",
      times: -1,
      when: "before",
      action: { status: 422, body: { error: "odd" } },
    });
    const { code, output } = await world.drive("status", "look", { spec: { certificates: [spec] } });
    await world.faults();
    expect(code).toBe(0);
    expect(output.certificates).toEqual([
      { hostname: spec.hostname, status: "unknown", detail: expect.stringContaining("odd") },
    ]);
  });

  test("gone is drift; destroy twice succeeds, also without the app", async () => {
    await world.must("certificate", "destroy", { spec });
    expect((await world.must("certificate", "observe", { spec })).differences).toEqual([
      "there is no certificate for acme.example.org",
    ]);
    await world.must("certificate", "destroy", { spec });
    await world.must("certificate", "destroy", { spec: { ...spec, app: "never-was" } });
  });
});
