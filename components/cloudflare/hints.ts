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
    "the token lacks a right, or the account id is not its own. README, “Tokens and rights”, lists what it needs; mastiff:cloudflareAccountId names the account.",
  9109: "the token is invalid or may not do this: check CLOUDFLARE_API_TOKEN, and its rights against README, “Tokens and rights”.",
  6003: "the token has not the form of one: check CLOUDFLARE_API_TOKEN for blanks and quotes.",
  7003: "an id in the address is wrong: check mastiff:cloudflareAccountId.",
  // Buckets.
  10042:
    "R2 is switched off: enable it once in the Cloudflare dashboard (it asks for a card, even in the free tier).",
  10004:
    "a bucket of this name is there already: name another by mastiff:bucket, or import it into the stack.",
  10073:
    "a bucket of this name is there already: name another by mastiff:bucket, or import it into the stack.",
  10005: "R2 refuses the bucket's name: set another by mastiff:bucket.",
  10008: "objects are left in the bucket: run the command again, it empties the bucket first.",
  // DNS records.
  81053: "another address or CNAME stands at this host: pulumi preview lists it, with the ways out.",
  81054:
    "a CNAME stands at this host, beside which nothing else may: pulumi preview lists it, with the ways out.",
  81044: "the record is gone already, only the state does not know yet.",
  81057: "the record is there already: pulumi preview lists it, with the ways out.",
  81058: "the same record is there already: pulumi preview lists it, with the ways out.",
  // Rules.
  20217:
    "another ruleset holds this phase: set mastiff:zoneMode to shared to add one rule to it, and leave its others alone.",
  // The bucket's public host.
  10051:
    "R2 takes no host of this zone: it has to be in the account mastiff:cloudflareAccountId, with full setup (no partial one).",
  10056:
    "the host shows another bucket: name another by mastiff:filesHost, or take it off that bucket when nothing needs it there (dashboard, R2, the bucket, Settings, Custom Domains).",
  10057:
    "a DNS record stands at the bucket's host: name another by mastiff:filesHost, or remove the record in the dashboard when nothing needs it.",
  // Limits and zones.
  81045:
    "the zone holds all the DNS records that its plan allows: remove some that nothing needs any more in the dashboard, or take a plan with more.",
  1001: "the token makes another token, and may not give it a right that the person who made it has not. Let a Super Administrator make CLOUDFLARE_API_TOKEN, or make the bucket's key yourself (README, “Tokens and rights”: mastiff:r2AccessKeyId).",
  1068: "to make or delete a zone the token needs Zone → Zone → Edit on all zones of the account (README, “Tokens and rights”: zoneMode created). Or add the zone in the dashboard and set mastiff:zoneMode to owned.",
  1061: "the zone is there already: set mastiff:zoneMode to owned to use it.",
  971: "Cloudflare takes 1200 calls in five minutes: wait that long and run the command again.",
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
    "the zone holds all the rules of this kind that its plan allows. Put two of them into one, or remove one that nothing needs any more, in the dashboard (Rules); or take a plan with more.",
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
      ? `\nIf a run of this stack was cut off or an answer was lost, it may have done it: npx mastiff recover -s ${stack}`
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
  const what = `Cloudflare is unwell or out of reach (${operation} of ${name})`;
  if (operation !== "create") return `${what}: run the command again, it goes on where it stopped.`;
  return [
    `${what}: it may have been made all the same.`,
    `  fix     npx mastiff recover -s ${stack}`,
    "          then run the command again, it goes on where it stopped",
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
