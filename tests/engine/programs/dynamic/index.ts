import * as pulumi from "@pulumi/pulumi";
import { BucketAccess, PhaseRule } from "../../../../providers/cloudflare/resources.ts";
import {
  ApiKey,
  AuthenticatedDomain,
  ClickTracking,
  DomainValidation,
  LinkBranding,
} from "../../../../providers/sendgrid/resources.ts";

const config = new pulumi.Config();
const clouds = config.require("clouds");
const baseUrl = `${clouds}/sendgrid/v3`;

const rule = new PhaseRule("rule", {
  zoneId: config.require("zoneId"),
  phase: "http_response_headers_transform",
  ref: "cors_mastiff",
  description: config.get("description") ?? "",
  action: "rewrite",
  expression: 'http.host in {"assets.mastiff.party"}',
  actionParameters: { headers: { "Access-Control-Allow-Origin": { operation: "set", value: "*" } } },
  baseUrl: `${clouds}/client/v4`,
});

const access = new BucketAccess("access", {
  bucket: "files-mastiff-party",
  accountId: config.require("accountId"),
  accessKeyId: config.require("accessKeyId"),
  secretAccessKey: config.requireSecret("secretAccessKey"),
  endpoint: `${clouds}/r2`,
});

const stack = "3f9a1c0b77de mastiff/dev";
const domain = new AuthenticatedDomain("domain", { domain: "mastiff.party", stack, baseUrl });
const validation = new DomainValidation("validation", {
  domainId: domain.domainId,
  recordIds: [],
  timeoutSeconds: 0,
  baseUrl,
});
const key = new ApiKey("key", { name: "mastiff test", baseUrl });
new LinkBranding("links", { domain: "mastiff.party", baseUrl });
const tracking = new ClickTracking("tracking", { accountIsOurs: true, baseUrl });

export const outputs = {
  ruleId: rule.ruleId,
  secretAccessKey: access.secretAccessKey,
  returnPath: domain.mailCname.host,
  adopted: domain.adopted,
  valid: validation.valid,
  apiKey: key.apiKey,
  tracking: tracking.enabled,
};
