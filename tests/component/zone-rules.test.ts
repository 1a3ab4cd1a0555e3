import { expect, test } from "vitest";
import { HeaderRule } from "../../components/cloudflare/header-rule.ts";
import { OpenEdge } from "../../components/cloudflare/open-edge.ts";
import { StrictTls } from "../../components/cloudflare/strict-tls.ts";
import { resourcesOf } from "../support/resources-of.ts";

const stack = "3f9a1c0b77de mastiff/test";
const hosts = ["assets.acme.social", "files.acme.social"];

const declare = (shared: boolean) =>
  resourcesOf(() => {
    new StrictTls("tls", { zoneId: "zone", shared, hosts, ref: "acme_social", stack });
    new HeaderRule("cors", { zoneId: "zone", hosts, ref: "acme_social", stack, hadWholeRuleset: false });
  });

const cors = {
  ref: "access_control_allow_origin_acme_social",
  description: `access-control-allow-origin, Mastiff ${stack}`,
  action: "rewrite",
  expression:
    'http.host in {"assets.acme.social" "files.acme.social"} and http.request.method in {"GET" "POST" "HEAD" "OPTIONS"}',
  actionParameters: { headers: { "Access-Control-Allow-Origin": { operation: "set", value: "*" } } },
};

test("a stack that owns its zone sets the SSL mode, and has the same header rule as one that shares it", async () => {
  const [owned, shared] = [await declare(false), await declare(true)];
  expect(owned.names).toEqual(["cors", "cors-rule", "tls", "tls-ssl"]);
  expect(owned.named("tls-ssl").inputs).toEqual({ zoneId: "zone", settingId: "ssl", value: "strict" });
  // The mode may change in one `up`: to the engine this rule is the same resource, so nothing deletes it.
  expect(owned.named("cors-rule")).toEqual(shared.named("cors-rule"));
});

test("visitors of a zone that the stack owns are asked nothing: other servers could not answer", async () => {
  const declared = await resourcesOf(() => void new OpenEdge("edge", { zoneId: "zone" }));
  expect(declared.named("edge-security-level").inputs).toEqual({
    zoneId: "zone",
    settingId: "security_level",
    value: "medium",
  });
});

test("the whole ruleset of an older Mastiff goes before the rule comes", async () => {
  const declared = await resourcesOf(() => {
    new HeaderRule("cors", { zoneId: "zone", hosts, ref: "acme_social", stack, hadWholeRuleset: true });
  });
  expect(declared.named("cors-rule")).toMatchObject({ deleteBeforeReplace: true, replaceOnChanges: ["*"] });
});

test("in a shared zone there is one rule for this community's hosts in each phase, and nothing zone-wide", async () => {
  const declared = await declare(true);
  expect(declared.names).toEqual(["cors", "cors-rule", "tls", "tls-rule"]);
  expect(declared.named("tls-rule")).toMatchObject({
    type: "pulumi-nodejs:dynamic/cloudflare:PhaseRule",
    parent: "tls",
    inputs: {
      zoneId: "zone",
      phase: "http_config_settings",
      ref: "strict_tls_acme_social",
      action: "set_config",
      expression: 'http.host in {"assets.acme.social" "files.acme.social"}',
      actionParameters: { ssl: "strict" },
    },
  });
  expect(declared.named("cors-rule").inputs).toMatchObject({
    zoneId: "zone",
    phase: "http_response_headers_transform",
    ...cors,
  });
});
