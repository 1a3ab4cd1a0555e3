import { expect, test } from "vitest";
import { FlyCertificate, proofOf } from "../../components/fly/certificate.ts";
import { resourcesOf } from "../support/resources-of.ts";
import { place, specIn } from "./place.ts";

function declare(hostname: string, zone = "acme.social") {
  const proofs = {
    challenge: { name: `_acme-challenge.${hostname}`, target: "acme.social.fly-challenge.net" },
    ownership: { name: `_fly-ownership.${hostname}`, value: "app-acme" },
  };
  return resourcesOf(
    () => {
      const { subject } = new FlyCertificate("host", {
        place,
        app: "acme",
        appName: "acme",
        hostname,
        zoneId: "zone",
        proof: proofOf(hostname, zone),
      });
      return { subject };
    },
    { outputs: { "host-certificate": { stdout: JSON.stringify({ hostname, ...proofs }) } } },
  );
}

const record = { zoneId: "zone", ttl: 1, proxied: false, comment: "Mastiff 3f9a1c0b77de mastiff/test" };

test("a host is proved by its challenge and by the ownership text, in the quotes that Cloudflare keeps", async () => {
  const declared = await declare("assets.acme.social");
  expect(declared.names).toEqual([
    "host",
    "host-certificate",
    "host-certificate-upkeep",
    "host-challenge",
    "host-ownership",
  ]);
  expect(specIn(declared.named("host-certificate").inputs)).toEqual({
    app: "acme",
    hostname: "assets.acme.social",
  });
  expect(declared.named("host-challenge")).toMatchObject({
    type: "cloudflare:index/dnsRecord:DnsRecord",
    parent: "host",
    deleteBeforeReplace: true,
    inputs: {
      ...record,
      type: "CNAME",
      name: "_acme-challenge.assets.acme.social",
      content: "acme.social.fly-challenge.net",
    },
  });
  expect(declared.named("host-ownership").inputs).toEqual({
    ...record,
    type: "TXT",
    name: "_fly-ownership.assets.acme.social",
    content: '"app-acme"',
  });
  expect(declared.outputs.subject).toEqual({ app: "acme", hostname: "assets.acme.social" });
});

test("a zone's own name has no challenge record: Universal SSL keeps hidden ones of that name", async () => {
  expect((await declare("acme.social")).names).not.toContain("host-challenge");
  expect((await declare("town.acme.social")).names).toContain("host-challenge");
});

test("a wildcard is proved by the challenge of its domain alone", async () => {
  const declared = await declare("*.acme.social");
  expect(declared.names).not.toContain("host-ownership");
  expect(declared.named("host-challenge").inputs.name).toBe("_acme-challenge.acme.social");
});
