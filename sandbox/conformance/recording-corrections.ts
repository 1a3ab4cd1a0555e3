/** Corrects the recording: what its permissive server made up or got wrong, and what Cloudflare answers. */
import { nothing, someList, someText } from "./expected-form.ts";

export interface Correction {
  /** The calls to correct, as `METHOD /path` with identifiers as `:id`. */
  call: RegExp;
  /** Path in the answer, such as `response.result.zone_id`. `*` is each entry of a list. */
  at: string;
  /** Cloudflare's value at this path. A value that varies is a mark of `expected-form.ts`. */
  is: unknown;
  because: string;
}

const madeUp = "made up by the recording's server";
const zoneLookUp = /^GET \/zones\?name=/;
const oneZone = /^GET \/zones\/:id$/;
const anyRecord = /^(POST|GET|PUT) \/zones\/:id\/dns_records/;
const partialOnly =
  "only a zone with partial setup has it (cloudflare/cloudflare-go#353; answers for full zones in public repositories)";

/** All corrections. The run reports a correction that changes nothing. */
export const corrections: Correction[] = [
  { call: zoneLookUp, at: "response.result.*.account.name", is: someText, because: madeUp },
  { call: zoneLookUp, at: "response.result.*.name_servers", is: someList, because: madeUp },
  { call: oneZone, at: "response.result.account.name", is: someText, because: madeUp },
  { call: oneZone, at: "response.result.name_servers", is: someList, because: madeUp },
  { call: oneZone, at: "response.result.plan.id", is: someText, because: madeUp },
  { call: oneZone, at: "response.result.permissions", is: someList, because: "as many as the token has" },
  { call: oneZone, at: "response.result.verification_key", is: nothing, because: partialOnly },
  { call: oneZone, at: "response.result.cname_suffix", is: nothing, because: partialOnly },
  ...["zone_id", "zone_name"].map((field) => ({
    call: anyRecord,
    at: `response.result.${field}`,
    is: nothing,
    because:
      "records do not say their zone since January 2025 (docs /fundamentals/api/reference/deprecations, cloudflare/cloudflare-rs#251)",
  })),
  { call: /^POST .*\/tokens$/, at: "response.result.value", is: someText, because: "a secret, made anew" },
  {
    call: /^(POST .*\/r2\/buckets|GET .*\/r2\/buckets\/[^/]+)$/,
    at: "response.result.location",
    is: "ENAM",
    because:
      "locations are answered in upper case (pull request cloudflare/terraform-provider-cloudflare#6026)",
  },
  ...["status", "zoneName"].map((field) => ({
    call: /^POST .*\/domains\/custom$/,
    at: `response.result.${field}`,
    is: nothing,
    because:
      "attaching tells neither (CustomCreateResponse in cloudflare/cloudflare-typescript src/resources/r2/buckets/domains/custom.ts)",
  })),
  {
    call: /^PUT .*\/rulesets\/:id$/,
    at: "response.result.rules.*.id",
    is: "45c48cce2e2d7fbdea1afc51c7c6ad26",
    because: "a rule with a ref keeps its id (docs /terraform/troubleshooting/rule-id-changes)",
  },
  {
    call: /^PUT .*\/rulesets\/:id$/,
    at: "response.result.version",
    is: "2",
    because: "each change is a new version (docs /ruleset-engine/rulesets-api)",
  },
  {
    call: /^DELETE .*\/domains\/custom\//,
    at: "response.result",
    is: { domain: "files.mastiff.party" },
    because: "a removed domain is named (CustomDeleteResponse in the same file)",
  },
  {
    call: /^DELETE .*\/r2\/buckets\/[^/]+$/,
    at: "response.result",
    is: {},
    because:
      "nothing is said of a bucket that is gone (BucketDeleteResponse in cloudflare/cloudflare-typescript src/resources/r2/buckets/buckets.ts)",
  },
  {
    call: /^DELETE .*\/rulesets\/:id$/,
    at: "status",
    is: 204,
    because: "204 without a body (docs /ruleset-engine/rulesets-api)",
  },
  {
    call: /^DELETE .*\/rulesets\/:id$/,
    at: "response",
    is: nothing,
    because: "204 without a body (docs /ruleset-engine/rulesets-api)",
  },
];

/**
 * The answer after all corrections.
 *
 * @param used gets every correction that changed something.
 */
export function corrected<Answer>(call: string, answer: Answer, used: Set<Correction>): Answer {
  const truth = structuredClone({ answer });
  for (const correction of corrections) {
    if (!correction.call.test(call)) continue;
    if (put(truth, ["answer", ...correction.at.split(".")], correction.is)) used.add(correction);
  }
  return truth.answer;
}

/** Sets the value. True when the old value was another one. */
function put(place: unknown, [step = "", ...rest]: string[], value: unknown): boolean {
  if (typeof place !== "object" || place === null) return false;
  const steps = step === "*" ? Object.keys(place) : [step];
  const fields = place as Record<string, unknown>;
  return steps
    .map((key) => {
      if (rest.length > 0) return put(fields[key], rest, value);
      const differs = key in fields && JSON.stringify(fields[key]) !== JSON.stringify(value);
      if (key in fields) fields[key] = value;
      return differs;
    })
    .some(Boolean);
}
