import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AppSpec } from "../../providers/fly/spec.ts";
import { type DriverWorld, notDestroyed, startDriverWorld, timeless } from "../support/driver.ts";

let world: DriverWorld;
beforeAll(async () => {
  world = await startDriverWorld();
});
afterAll(() => world.stop());

const mark = "MASTIFF_STACK_636FFEB48D1B";
const spec = (app: string, more: Partial<AppSpec> = {}): AppSpec => ({
  stack: "mastiff/dev",
  org: "mastiff",
  app,
  publicAddresses: true,
  dedicatedV4: false,
  ...more,
});
/** Calls that change something at Fly. Each call of GraphQL is a POST; its text says whether it changes anything. */
const changesAfter = async (after: number) =>
  (await world.journal(after)).filter(({ method, path, requestBody }) =>
    path === "/graphql" ? /^\s*mutation/.test((requestBody as { query: string }).query) : method !== "GET",
  );

describe("an app", () => {
  test("twice is once: marked, one address of each kind, nothing made by the second run", async () => {
    const first = await world.must("app", "ensure", { spec: spec("one") });
    const after = await world.now();
    expect(await world.must("app", "ensure", { spec: spec("one") })).toEqual(first);
    expect(await changesAfter(after)).toEqual([]);
    const app = (await world.fly()).apps.one;
    expect(first).toEqual({ app: "one", v4: app.sharedV4, v6: app.addresses[0].address });
    expect(app.addresses).toHaveLength(1);
    expect(Object.keys(app.secrets)).toEqual([
      mark,
      expect.stringMatching(/^MASTIFF_ADDRESSES_[0-9A-F]{12}$/),
    ]);
    expect(await world.must("app", "observe", { spec: spec("one"), previous: first })).toEqual({
      exists: true,
      differences: [],
      identity: false,
    });
  });

  test("gone after destroy, and a second destroy succeeds", async () => {
    await world.must("app", "ensure", { spec: spec("two") });
    await world.must("app", "destroy", { spec: spec("two") });
    expect((await world.fly()).apps.two).toBeUndefined();
    expect(await world.must("app", "destroy", { spec: spec("two") })).toEqual({});
    expect(await world.must("app", "observe", { spec: spec("two") })).toEqual({
      exists: false,
      differences: ["there is no app two"],
      identity: true,
    });
  });

  test("private: no address at all", async () => {
    const output = await world.must("app", "ensure", { spec: spec("quiet", { publicAddresses: false }) });
    expect(output).toEqual({ app: "quiet", v4: null, v6: null });
    expect((await world.fly()).apps.quiet.addresses).toEqual([]);
  });

  test("a dedicated IPv4 comes beside the shared one, which goes once DNS has forgotten it", async () => {
    const app = "own-v4";
    const before = await world.must("app", "ensure", { spec: spec(app) });
    const known = { app, v4: before.v4, v6: before.v6, leaving: [] };
    const inDns = (v4: string, dedicatedV4: boolean) => ({
      stack: "mastiff/dev",
      org: "mastiff",
      app,
      dedicatedV4,
      v4,
      v6: before.v6,
    });
    const first = { spec: inDns(before.v4, false) };
    expect(await world.must("addresses", "ensure", first)).toEqual(known);

    const dedicated = spec(app, { dedicatedV4: true });
    expect((await world.must("app", "observe", { spec: dedicated, previous: before })).differences).toEqual(
      [],
    );
    const after = await world.must("app", "ensure", { spec: dedicated, previous: before });
    expect(after.v4).not.toBe(before.v4);
    expect(after).toEqual({ app, v4: after.v4, v6: before.v6, leaving: [before.v4] });
    expect((await world.fly()).apps[app].sharedV4).toBe(before.v4);
    expect((await world.must("app", "observe", { spec: dedicated, previous: after })).differences).toEqual(
      [],
    );

    // From here on the records have the new address.
    const switched = { spec: inDns(after.v4, true), previous: known };
    const leaving = await world.must("addresses", "ensure", switched);
    expect(leaving.leaving).toEqual([{ address: before.v4, from: expect.stringMatching(/^20\d\d-/) }]);
    expect(Date.parse(leaving.leaving[0].from) - Date.now()).toBeGreaterThan(300_000);
    const early = { spec: inDns(after.v4, true), previous: leaving };
    expect(await world.must("addresses", "ensure", early)).toEqual(leaving);
    expect((await world.must("addresses", "observe", early)).differences).toEqual([]);
    expect((await world.fly()).apps[app].sharedV4).toBe(before.v4);

    const due = { ...leaving, leaving: [{ address: before.v4, from: "2020-01-01T00:00:00.000Z" }] };
    const released = await world.must("addresses", "ensure", { spec: inDns(after.v4, true), previous: due });
    expect(released.leaving).toEqual([]);
    const left = (await world.fly()).apps[app];
    expect([left.sharedV4, left.addresses.map((one: { type: string }) => one.type).sort()]).toEqual([
      null,
      ["v4", "v6"],
    ]);
  }, 120_000);
});

describe("a run that stopped half way is finished by the next", () => {
  test("after the app was made, before the mark", async () => {
    await world.faults(
      { cloud: "fly", method: "POST", path: "/secrets$", when: "before", action: { status: 422 } },
      // Removing the app again fails too.
      ...notDestroyed,
    );
    expect((await world.drive("app", "ensure", { spec: spec("half") })).code).toBe(1);
    await world.faults();
    expect(Object.keys((await world.fly()).apps.half.secrets)).toEqual([]);
    await world.must("app", "ensure", { spec: spec("half") });
    expect(Object.keys((await world.fly()).apps.half.secrets)).toEqual([
      mark,
      expect.stringMatching(/^MASTIFF_ADDRESSES_/),
    ]);
  });

  test("a create whose answer was lost is not made twice, nor taken for somebody's", async () => {
    await world.faults({
      cloud: "fly",
      method: "POST",
      path: "^/v1/apps$",
      when: "after",
      action: { cut: true },
    });
    await world.must("app", "ensure", { spec: spec("lost") });
    expect((await world.fly()).apps.lost.addresses).toHaveLength(1);
  });

  test("an address that was allocated twice is given back, and the known one stays", async () => {
    const first = await world.must("app", "ensure", { spec: spec("double") });
    await world.meddle((fly) => {
      const [known] = fly.apps.double.addresses;
      fly.apps.double.addresses = [
        { ...known, id: "ip_extra", address: "2a09:8280:1::dead", createdAt: "2020-01-01T00:00:00Z" },
        known,
      ];
    });
    const seen = await world.must("app", "observe", { spec: spec("double"), previous: first });
    expect(seen.differences).toEqual([`address ${first.v6} is one too many`]);
    expect(await world.must("app", "ensure", { spec: spec("double"), previous: first })).toEqual(first);
    expect((await world.fly()).apps.double.addresses).toHaveLength(1);
  });

  test("an answer of 500 after the address was allocated leaves one address", async () => {
    await world.faults({
      cloud: "fly",
      method: "POST",
      path: "graphql|ip_assignments",
      body: 'llocateIp|"type"',
      when: "after",
      action: { status: 500 },
    });
    await world.must("app", "ensure", { spec: spec("unsure") });
    expect((await world.fly()).apps.unsure.addresses).toHaveLength(1);
  });

  test("a busy Fly is asked again", async () => {
    await world.faults({
      cloud: "fly",
      times: 2,
      when: "before",
      action: { status: 429, body: { error: "slow down" } },
    });
    await world.must("app", "observe", { spec: spec("one") });
  });
});

describe("an app that is not ours", () => {
  test("a name taken in another organisation", async () => {
    const { code, stderr } = await world.drive("app", "ensure", { spec: spec("taken-by-another") });
    expect(code).toBe(1);
    expect(timeless(stderr)).toBe(`taken-by-another: creating the app
The app name "taken-by-another" is taken: names are unique on all of Fly, and organisation mastiff does not have this app.
  set in  mastiff:app (by default derived from mastiff:domain)
  fix     choose another name:  pulumi config set mastiff:app <name>
          or, for the app of the backups:  pulumi config set-all --path --plaintext mastiff:backup.app=<name> --plaintext <each other part>     (pulumi config get mastiff:backup shows them)
          or, if the app is yours in another organisation:  pulumi config set mastiff:flyOrg <slug>
  retry   does not help before this is changed
  flyctl  apps create taken-by-another -o mastiff --json (exit 1, HTTP 422)
  said    Validation failed: Name has already been taken`);
  });

  test("another stack's: neither taken up nor destroyed", async () => {
    await world.must("app", "ensure", { spec: spec("theirs", { stack: "mastiff/other" }) });
    const text = `The Fly app "theirs" already exists in organisation mastiff and belongs to something else: it carries the mark of a stack other than mastiff/dev, or of a stack of the same name in another backend.
  set in  mastiff:app (by default derived from mastiff:domain)
  fix     choose another name:  pulumi config set mastiff:app <name>
          or, for the app of the backups:  pulumi config set-all --path --plaintext mastiff:backup.app=<name> --plaintext <each other part>     (pulumi config get mastiff:backup shows them)
          or, if it belongs to this community, restore the state that created it:  pulumi login <its backend>, or pulumi stack import (docs/operations.md, “A lost state”)
          to see what is in it:  flyctl status -a theirs
  retry   does not help before this is changed`;
    for (const verb of ["ensure", "destroy"]) {
      const { code, stderr } = await world.drive("app", verb, { spec: spec("theirs") });
      expect([code, timeless(stderr)]).toEqual([1, text]);
    }
    expect((await world.fly()).apps.theirs).toBeDefined();
  });

  test("one without a mark but with content", async () => {
    await world.must("app", "ensure", { spec: spec("used") });
    await world.must("secrets", "ensure", {
      spec: { app: "used", names: ["TOKEN"] },
      secrets: { TOKEN: "a-token-1" },
    });
    await world.meddle((fly) => {
      delete fly.apps.used.secrets[mark];
    });
    const { code, stderr } = await world.drive("app", "ensure", { spec: spec("used") });
    expect(code).toBe(1);
    expect(
      stderr,
    ).toBe(`The Fly app "used" already exists in organisation mastiff and belongs to something else: it has content, but not the mark of stack mastiff/dev.
  set in  mastiff:app (by default derived from mastiff:domain)
  fix     choose another name:  pulumi config set mastiff:app <name>
          or, for the app of the backups:  pulumi config set-all --path --plaintext mastiff:backup.app=<name> --plaintext <each other part>     (pulumi config get mastiff:backup shows them)
          or, if it belongs to this community, restore the state that created it:  pulumi login <its backend>, or pulumi stack import (docs/operations.md, “A lost state”)
          to see what is in it:  flyctl status -a used
  retry   does not help before this is changed
`);
  });

  test("one of a stack of the same name in another backend, whatever the verb", async () => {
    const [here, there] = ["3f9a1c0b77de mastiff/dev", "0b77de3f9a1c mastiff/dev"];
    const first = await world.must("app", "ensure", { spec: spec("twin", { stack: there }) });
    expect(Object.keys((await world.fly()).apps.twin.secrets)).toContain("MASTIFF_STACK_0B77DE3F9A1C");
    for (const verb of ["ensure", "destroy"]) {
      // The previous outputs are no evidence against a mark, because the state may be an older copy of another one.
      const { code, stderr } = await world.drive("app", verb, {
        spec: spec("twin", { stack: here }),
        previous: first,
      });
      expect([code, stderr]).toEqual([1, expect.stringContaining("of the same name in another backend")]);
    }
    expect(Object.keys((await world.fly()).apps.twin.secrets)).toContain("MASTIFF_STACK_0B77DE3F9A1C");
  });

  test("one without a mark, a secret or a machine, but with a volume: data outlives its machine", async () => {
    await world.must("app", "ensure", { spec: spec("shell") });
    await world.meddle((fly) => {
      fly.apps.shell.secrets = {};
      fly.apps.shell.volumes.vol_1 = {
        id: "vol_1",
        name: "data",
        state: "created",
        sizeGb: 1,
        region: "ams",
        attachedMachineId: null,
        createdAt: "2026-01-01T00:00:00Z",
        data: {},
      };
    });
    for (const verb of ["ensure", "destroy"]) {
      const { code, stderr } = await world.drive("app", verb, { spec: spec("shell") });
      expect([code, stderr]).toEqual([1, expect.stringContaining("it has content, but not the mark")]);
    }
    expect((await world.fly()).apps.shell).toBeDefined();
  });

  test("a rename is refused before anything is made", async () => {
    const after = await world.now();
    const { code, stderr } = await world.drive("app", "ensure", {
      spec: spec("renamed"),
      previous: { app: "one", v4: null, v6: null },
    });
    expect(code).toBe(1);
    expect(stderr).toBe(`The Fly app "one" cannot be renamed to "renamed": Fly has no rename.
  set in  mastiff:app (by default derived from mastiff:domain)
  fix     keep the name:  pulumi config set mastiff:app one
          or bring up another stack with the new name and move the data there
  retry   does not help before this is changed
`);
    expect(await world.journal(after)).toEqual([]);
  });
});

describe("an app that the state knows", () => {
  const stack = "3f9a1c0b77de mastiff/dev";
  const marks = async (app: string) =>
    Object.keys((await world.fly()).apps[app].secrets).filter((name) => name.startsWith("MASTIFF_STACK_"));

  test("is given its mark again when somebody has unset it", async () => {
    const first = await world.must("app", "ensure", { spec: spec("bare", { stack }) });
    await world.must("secrets", "ensure", {
      spec: { app: "bare", names: ["TOKEN"] },
      secrets: { TOKEN: "a-1" },
    });
    await world.meddle((fly) => {
      delete fly.apps.bare.secrets.MASTIFF_STACK_3F9A1C0B77DE;
    });
    const seen = await world.must("app", "observe", { spec: spec("bare", { stack }), previous: first });
    expect(seen.differences).toEqual(["app bare does not carry this stack's mark"]);
    await world.must("app", "ensure", { spec: spec("bare", { stack }), previous: first });
    expect(await marks("bare")).toEqual(["MASTIFF_STACK_3F9A1C0B77DE"]);
  });

  test("and that an earlier Mastiff marked by the stack's name is given the identity", async () => {
    const first = await world.must("app", "ensure", { spec: spec("grown") });
    expect(await marks("grown")).toEqual([mark]);
    await world.must("app", "ensure", { spec: spec("grown", { stack }), previous: first });
    expect(await marks("grown")).toEqual(["MASTIFF_STACK_3F9A1C0B77DE"]);
  });
});

describe("a look for marks", () => {
  test("says whose the apps of these names are, and nothing of others", async () => {
    await world.must("app", "ensure", { spec: spec("seen", { stack: "3f9a1c0b77de mastiff/dev" }) });
    await world.must("app", "ensure", { spec: spec("seen-earlier") });
    const look = {
      org: "mastiff",
      apps: ["seen", "seen-earlier", "unseen"],
      redis: null,
      stack: "mastiff/dev",
    };
    expect(await world.must("marks", "look", { spec: look })).toEqual({
      things: [
        { what: "the app seen (machines: 0, running: 0)", identity: "3f9a1c0b77de", isEarlier: false },
        {
          what: "the app seen-earlier (machines: 0, running: 0)",
          identity: mark.slice(14).toLowerCase(),
          isEarlier: true,
        },
      ],
    });
  });

  test("takes the stack's mark on its own, beside a spec and for each of several", async () => {
    const { stack: _, ...declared } = spec("beside");
    const env = { MASTIFF_STACK: "3f9a1c0b77de mastiff/dev" };
    await world.must("app", "ensure", { spec: declared, env });
    const all = { items: { one: { kind: "app", spec: declared } } };
    expect((await world.must("all", "observe", { spec: all, env })).one.differences).toEqual([]);
  });
});

describe("drift of an app", () => {
  test("a released address, and another in its place, are said in words", async () => {
    const first = await world.must("app", "ensure", { spec: spec("drifting") });
    await world.meddle((fly) => {
      fly.apps.drifting.sharedV4 = null;
      fly.apps.drifting.addresses[0].address = "2a09:8280:1::beef";
    });
    const seen = await world.must("app", "observe", { spec: spec("drifting"), previous: first });
    expect(seen.differences).toEqual([
      "its shared IPv4 address was released",
      `IPv6 address ${first.v6} was replaced by another`,
    ]);
  });
});
