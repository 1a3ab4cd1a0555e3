import { expect, test } from "vitest";
import { HeaderRule } from "../../components/header-rule.ts";
import { StrictTls } from "../../components/strict-tls.ts";
import { resourcesOf } from "../support/resources-of.ts";

const stack = "3f9a1c0b77de mastiff/test";
const hosts = ["assets.acme.social", "files.acme.social"];

const declare = (shared: boolean) =>
  resourcesOf(() => {
    new StrictTls("tls", { zoneId: "zone", shared, hosts, ref: "acme_social", stack });
    new HeaderRule("cors", { zoneId: "zone", shared, hosts, ref: "acme_social", stack });
  });

const cors = {
  ref: "access_control_allow_origin_acme_social",
  description: `access-control-allow-origin, Mastiff ${stack}`,
  action: "rewrite",
  expression:
    'http.host in {"assets.acme.social" "files.acme.social"} and http.request.method in {"GET" "POST" "HEAD" "OPTIONS"}',
  actionParameters: { headers: { "Access-Control-Allow-Origin": { operation: "set", value: "*" } } },
};

test("a stack that owns its zone has the SSL mode and the phase's ruleset as a whole", async () => {
  const declared = await declare(false);
  expect(declared.names).toEqual(["cors", "cors-ruleset", "tls", "tls-ssl"]);
  expect(declared.named("tls-ssl").inputs).toEqual({ zoneId: "zone", settingId: "ssl", value: "strict" });
  expect(declared.named("cors-ruleset")).toMatchObject({
    type: "cloudflare:index/ruleset:Ruleset",
    deleteBeforeReplace: true,
    inputs: {
      zoneId: "zone",
      kind: "zone",
      name: "Mastiff 3f9a1c0b77de mastiff/test",
      phase: "http_response_headers_transform",
      rules: [cors],
    },
  });
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
