import { hostname } from "node:os";
import { expect, test } from "vitest";
import { lockIn } from "../../cli/recover/engine.ts";
import { withoutHalfKnown } from "../../cli/recover/half-known.ts";
import { hintFor, hintForNoAnswer } from "../../components/cloudflare-hints.ts";

/** As the file backend words it (pulumi 3.259, pkg/backend/diy/lock.go). */
const locked = (host: string, pid: number) =>
  [
    "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock file with `pulumi cancel`.",
    `  file:///s/.pulumi/locks/organization/mastiff/dev/1.json: created by rex@${host} (pid ${pid}) at 2026-11-23T23:37:00Z`,
  ].join("\n");

test("a lock is dead only when its process was on this machine and is no more", () => {
  // Beyond the largest process id of Linux and macOS.
  const nobody = 99_999_999;
  expect(lockIn(locked(hostname(), nobody))).toEqual({
    holder: `rex@${hostname()}, process ${nobody}, since 2026-11-23T23:37:00Z`,
    isDead: true,
  });
  expect(lockIn(locked(hostname(), process.pid))?.isDead).toBe(false);
  expect(lockIn(locked("another-machine", nobody))?.isDead).toBe(false);
  expect(lockIn("error: [409] Conflict: Another update is currently in progress.")?.isDead).toBe(false);
  expect(lockIn("error: no such host")).toBeUndefined();
});

test.each([10004, 10073, 20217, 81044, 81053, 81057, 81058, 1061])(
  "Cloudflare's %d, which a crash may lead to, names the way out",
  (code) => {
    expect(hintFor(`{"errors":[{"code":${code},"message":"…"}]}`, "acme")).toContain(
      "npm run recover -- --stack acme",
    );
  },
);

test("no other error does", () => {
  expect(hintFor('{"errors":[{"code": 10042}]}', "acme")).toMatch(/^Cloudflare 10042: /);
  expect(hintFor('{"errors":[{"code": 10042}]}', "acme")).not.toContain("recover");
  expect(hintFor("connection refused")).toBeUndefined();
});

test.each([
  'POST "https://api/zones": 503 Service Unavailable ',
  "failed to deserialize http request: invalid character",
  'Post "https://api/zones": EOF',
])("a create without an answer (%s) may have happened; an update goes on by itself", (error) => {
  expect(hintForNoAnswer(error, "create", "media-token", "acme")).toContain(
    "npm run recover -- --stack acme",
  );
  const update = hintForNoAnswer(error, "update", "tls-ssl", "acme");
  expect(update).toContain("run the command again");
  expect(update).not.toContain("recover");
});

test("a refusal is an answer", () => {
  expect(
    hintForNoAnswer('POST "https://api/zones": 403 Forbidden {}', "create", "x", "acme"),
  ).toBeUndefined();
});

test("what has no id leaves the state, and nothing there speaks of it any more", () => {
  const urn = (name: string) => `urn:pulumi:acme::mastiff::type::${name}`;
  const one = (name: string, type: string, id: string, more = {}) => ({
    urn: urn(name),
    type,
    custom: true,
    id,
    ...more,
  });
  const dns = "cloudflare:index/dnsRecord:DnsRecord";
  const depends = {
    dependencies: [urn("half"), urn("whole")],
    propertyDependencies: { zoneId: null, records: [urn("half")] },
  };
  const deployment = {
    manifest: { version: "3" },
    resources: [
      one("whole", dns, "0".repeat(32)),
      one("half", dns, "{<nil>}"),
      // Another provider may name its things as it likes.
      one("other", "command:local:Command", "{<nil>}"),
      one("check", "pulumi-nodejs:dynamic/sendgrid:DomainValidation", "1", depends),
    ],
  };
  const found = withoutHalfKnown(deployment);
  expect(found?.names).toEqual(["half"]);
  const { manifest, resources } = found?.deployment ?? {};
  expect(manifest).toEqual(deployment.manifest);
  expect(resources?.map((resource) => resource.urn)).toEqual([urn("whole"), urn("other"), urn("check")]);
  expect(resources?.[2]).toMatchObject({
    dependencies: [urn("whole")],
    propertyDependencies: { zoneId: null, records: [] },
  });
  expect(withoutHalfKnown(found?.deployment ?? {})).toBeUndefined();
});
