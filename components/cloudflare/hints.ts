import * as pulumi from "@pulumi/pulumi";
import { tokenCopies } from "./answers.ts";
import type { OperatorsCloudflare } from "./operators-cloudflare.ts";

/**
 * What to do about a Cloudflare error, by its code. The provider prints only the API's answer; the hints name
 * the config key or the page to use. Codes:
 * developers.cloudflare.com/fundamentals/api/troubleshooting,
 * developers.cloudflare.com/r2/api/error-codes, developers.cloudflare.com/dns/manage-dns-records/reference.
 */
export const hints: Readonly<Record<number, string>> = {
  // Token and account.
  10000:
    "the token lacks a right, or belongs to another account. README, “Tokens and rights”, lists what it needs; mastiff:cloudflareAccountId names the account.",
  9109: "the token is invalid or may not do this: check CLOUDFLARE_API_TOKEN, and its rights against README, “Tokens and rights”.",
  6003: "the token is malformed: check CLOUDFLARE_API_TOKEN for blanks and quotes.",
  7003: "an id in the URL is wrong: check mastiff:cloudflareAccountId.",
  // Buckets.
  10042:
    "R2 is not enabled: enable it once in the Cloudflare dashboard (which asks for a card, even for the free tier).",
  10004:
    "a bucket of this name already exists: choose another name with mastiff:bucket, or import the bucket into the stack.",
  10073:
    "a bucket of this name already exists: choose another name with mastiff:bucket, or import the bucket into the stack.",
  10005: "R2 refuses the bucket's name: choose another name with mastiff:bucket.",
  10008: "the bucket still has objects: run the command again, it empties the bucket first.",
  // DNS records.
  81053:
    "this host already has an address record or a CNAME: pulumi preview lists it, with the possible fixes.",
  81054:
    "this host has a CNAME, which excludes all other records: pulumi preview lists it, with the possible fixes.",
  81044: "the record no longer exists, but the state still lists it.",
  81057: "the record already exists: pulumi preview lists it, with the possible fixes.",
  81058: "an identical record already exists: pulumi preview lists it, with the possible fixes.",
  // Rules.
  20217:
    "this phase already has a ruleset: set mastiff:zoneMode to shared to add one rule to that ruleset and leave its other rules alone.",
  // The bucket's public host.
  10051:
    "R2 accepts no host of this zone: the zone must be in the account mastiff:cloudflareAccountId, with full setup (not partial).",
  10056:
    "the host is connected to another bucket: choose another host with mastiff:filesHost, or disconnect it from that bucket if nothing needs it there (dashboard, R2, the bucket, Settings, Custom Domains).",
  10057:
    "the bucket's host already has a DNS record: choose another host with mastiff:filesHost, or remove the record in the dashboard if nothing needs it.",
  // Limits and zones.
  81045:
    "the zone has all the DNS records that its plan allows: in the dashboard, remove records that nothing needs any more, or choose a plan that allows more.",
  1001: "the token creates another token, and cannot grant a right that its own creator does not have. Let a Super Administrator create CLOUDFLARE_API_TOKEN, or create the buckets' keys yourself (README, “Tokens and rights”: mastiff:r2AccessKeyId, mastiff:backupAccessKeyId).",
  1068: "to create or delete a zone, the token needs Zone → Zone → Edit on all zones of the account (README, “Tokens and rights”: zoneMode created). Or add the zone in the dashboard and set mastiff:zoneMode to owned.",
  1061: "the zone already exists: set mastiff:zoneMode to owned to use it.",
  971: "Cloudflare accepts 1200 calls in five minutes: wait five minutes and run the command again.",
};

/**
 * Codes for something that exists already, or is gone already (81044). The provider creates and deletes without
 * looking, so an interrupted run or a lost answer can cause them. {@link hintFor} then adds how to recover.
 */
const doneAlready: readonly number[] = [1061, 10004, 10073, 20217, 81044, 81053, 81057, 81058];

/** Error texts that say more than their code, and the hint for each. */
const hintsByText: readonly (readonly [RegExp, string])[] = [
  [
    /exceeded maximum number of rules/,
    "the zone has all the rules of this kind that its plan allows. In the dashboard (Rules), merge two rules into one or remove a rule that nothing needs any more; or choose a plan that allows more.",
  ],
  // The code of this error is 0.
  [/api\.account\.zone\.create/, hints[1068] ?? ""],
];

/**
 * The hint for an error's text; undefined when there is none for its words and codes.
 *
 * @param stack name of the stack, for the commands in the hint. Default: a placeholder.
 */
export function hintFor(error: string, stack = "<stack>"): string | undefined {
  const byText = hintsByText.find(([words]) => words.test(error));
  if (byText !== undefined) return `Cloudflare: ${byText[1]}`;
  for (const [, digits] of error.matchAll(/"code":\s*(\d+)/g)) {
    const code = Number(digits);
    const hint = hints[code];
    if (hint === undefined) continue;
    const after = doneAlready.includes(code)
      ? `\nIf a run of this stack was interrupted or an answer was lost, that run may be the cause: npx mastiff recover -s ${stack}`
      : "";
    return `Cloudflare ${code}: ${hint}${after}`;
  }
  return undefined;
}

/**
 * Errors of the server (5xx, 408) and of the network: answers that arrived incomplete or not at all. The texts are
 * those of the provider, which is written in Go.
 */
const serverOrNetworkError =
  /: 5\d\d [A-Z]|: 408 |\bEOF\b|connection re|deserialize|parsing response json|i\/o timeout/;

/** Whether an error comes from the server or the network, so that it may pass by itself. */
export function isUnwell(error: string): boolean {
  return serverOrNetworkError.test(error);
}

/**
 * The hint for an error of the server or the network, see {@link isUnwell}; undefined for other errors.
 *
 * @param operation `create`, `update` or `delete`: only a create can leave a duplicate.
 * @param name logical name of the resource
 */
export function hintForNoAnswer(
  error: string,
  operation: string,
  name: string,
  stack: string,
): string | undefined {
  if (!isUnwell(error)) return undefined;
  const what = `Cloudflare failed or cannot be reached (${operation} of ${name})`;
  if (operation !== "create") return `${what}: run the command again, it continues where it stopped.`;
  return [
    `${what}: the resource may exist all the same.`,
    `  fix     npx mastiff recover -s ${stack}`,
    "          then run the command again, it continues where it stopped",
  ].join("\n");
}

/**
 * Adds two hooks to every Cloudflare resource of a community: a failing resource prints a hint, and after the create
 * of a token its duplicates are deleted (answers.ts).
 *
 * @param community the community's logical name
 * @param connect makes the client that looks for duplicates
 */
export function explainCloudflareErrors(
  community: string,
  connect: OperatorsCloudflare["connect"],
): pulumi.ResourceTransform {
  const onError = new pulumi.ErrorHook(
    `${community}-cloudflare-hint`,
    ({ errors, failedOperation, name }) => {
      const stack = pulumi.getStack();
      const candidates = [
        ...errors.map((error) => hintFor(error, stack)),
        ...errors.map((error) => hintForNoAnswer(error, failedOperation, name, stack)),
      ];
      const hint = candidates.find((text) => text !== undefined);
      if (hint !== undefined) pulumi.log.error(hint);
      // The engine does not repeat the operation.
      return false;
    },
  );
  const copyHooks = tokenCopies(community, connect);
  return ({ type, custom, props, opts }) => {
    if (!custom || !type.startsWith("cloudflare:")) return undefined;
    const hooks = { onError: [onError], afterCreate: copyHooks(type) };
    return { props, opts: pulumi.mergeOptions(opts, { hooks }) };
  };
}
