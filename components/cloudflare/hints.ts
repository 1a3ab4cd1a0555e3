import * as pulumi from "@pulumi/pulumi";
import { refuseHalfAnswers, tokenCopies } from "./answers.ts";

/**
 * What to do about an error of Cloudflare's, by its code. The provider prints the answer as it is; these say
 * which key or which page is meant. Codes: developers.cloudflare.com/fundamentals/api/troubleshooting,
 * developers.cloudflare.com/r2/api/error-codes, developers.cloudflare.com/dns/manage-dns-records/reference.
 */
export const hints: Readonly<Record<number, string>> = {
  10000:
    "the token lacks a right, or the account id is not its own. README, “Tokens and rights”, lists what it needs; mastiff:cloudflareAccountId names the account.",
  9109: "the token is invalid or may not do this: check CLOUDFLARE_API_TOKEN, and its rights against README, “Tokens and rights”.",
  6003: "the token has not the form of one: check CLOUDFLARE_API_TOKEN for blanks and quotes.",
  7003: "an id in the address is wrong: check mastiff:cloudflareAccountId.",
  10042:
    "R2 is switched off: enable it once in the Cloudflare dashboard (it asks for a card, even in the free tier).",
  10004:
    "a bucket of this name is there already: name another by mastiff:bucket, or import it into the stack.",
  10073:
    "a bucket of this name is there already: name another by mastiff:bucket, or import it into the stack.",
  10005: "R2 refuses the bucket's name: set another by mastiff:bucket.",
  10008: "objects are left in the bucket: run the command again, it empties the bucket first.",
  81053: "another address or CNAME stands at this host: pulumi preview lists it, with the ways out.",
  81054:
    "a CNAME stands at this host, beside which nothing else may: pulumi preview lists it, with the ways out.",
  81044: "the record is gone already, only the state does not know yet.",
  81057: "the record is there already: pulumi preview lists it, with the ways out.",
  81058: "the same record is there already: pulumi preview lists it, with the ways out.",
  20217:
    "another ruleset holds this phase: set mastiff:zoneMode to shared to add one rule to it, and leave its others alone.",
  10051:
    "R2 takes no host of this zone: it has to be in the account mastiff:cloudflareAccountId, with full setup (no partial one).",
  10056:
    "the host shows another bucket: name another by mastiff:filesHost, or take it off that bucket when nothing needs it there (dashboard, R2, the bucket, Settings, Custom Domains).",
  10057:
    "a DNS record stands at the bucket's host: name another by mastiff:filesHost, or remove the record in the dashboard when nothing needs it.",
  81045:
    "the zone holds all the DNS records that its plan allows: remove some that nothing needs any more in the dashboard, or take a plan with more.",
  1001: "the token makes another token, and may not give it a right that the person who made it has not. Let a Super Administrator make CLOUDFLARE_API_TOKEN, or make the bucket's key yourself (README, “Tokens and rights”: mastiff:r2AccessKeyId).",
  1068: "to make or delete a zone the token needs Zone → Zone → Edit on all zones of the account (README, “Tokens and rights”: zoneMode created). Or add the zone in the dashboard and set mastiff:zoneMode to owned.",
  1061: "the zone is there already: set mastiff:zoneMode to owned to use it.",
  971: "Cloudflare takes 1200 calls in five minutes: wait that long and run the command again.",
};

/**
 * Codes that say that a thing is there already, or gone (81044). A run that was cut off or a lost answer leads to it,
 * since the provider does not look before it makes or deletes; {@link hintFor} then names the way out.
 */
const doneAlready: readonly number[] = [1061, 10004, 10073, 20217, 81044, 81053, 81057, 81058];

/** Words that tell more than the code beside them, and the hint for each. */
const byWords: readonly (readonly [RegExp, string])[] = [
  [
    /exceeded maximum number of rules/,
    "the zone holds all the rules of this kind that its plan allows. Put two of them into one, or remove one that nothing needs any more, in the dashboard (Rules); or take a plan with more.",
  ],
  // Its code is 0.
  [/api\.account\.zone\.create/, hints[1068] ?? ""],
];

/** The hint for an error's text; undefined when there is none for any code in it. */
export function hintFor(error: string, stack = "<stack>"): string | undefined {
  const told = byWords.find(([words]) => words.test(error));
  if (told !== undefined) return `Cloudflare: ${told[1]}`;
  for (const [, digits] of error.matchAll(/"code":\s*(\d+)/g)) {
    const code = Number(digits);
    const hint = hints[code];
    if (hint === undefined) continue;
    const after = doneAlready.includes(code)
      ? `\nIf a run of this stack was cut off or an answer was lost, it may have done it: npm run recover -- --stack ${stack}`
      : "";
    return `Cloudflare ${code}: ${hint}${after}`;
  }
  return undefined;
}

/** Answers of a cloud that is unwell, or that came by half or not at all (Go's words for it). */
const unwell = /: 5\d\d [A-Z]|: 408 |\bEOF\b|connection re|deserialize|parsing response json|i\/o timeout/;

/** Whether an error is one that may pass by itself: nothing in it is of our making. */
export function isUnwell(error: string): boolean {
  return unwell.test(error);
}

/**
 * The hint for an answer that says nothing; undefined when there was another one.
 *
 * @param operation `create`, `update` or `delete`: only what is made can be there twice.
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
    `  fix     npm run recover -- --stack ${stack}`,
    "          then run the command again, it goes on where it stopped",
  ].join("\n");
}

/** Makes every Cloudflare resource of the program say, when it fails, what can be done about it. */
export function explainCloudflareErrors(): void {
  const onError = new pulumi.ErrorHook("cloudflare-hint", ({ errors, failedOperation, name }) => {
    const stack = pulumi.getStack();
    const hints = [
      ...errors.map((error) => hintFor(error, stack)),
      ...errors.map((error) => hintForNoAnswer(error, failedOperation, name, stack)),
    ];
    const hint = hints.find((text) => text !== undefined);
    if (hint !== undefined) pulumi.log.error(hint);
    return false;
  });
  refuseHalfAnswers();
  const copies = tokenCopies();
  pulumi.runtime.registerResourceTransform(({ type, custom, props, opts }) => {
    if (!custom || !type.startsWith("cloudflare:")) return undefined;
    const hooks = { onError: [onError], afterCreate: copies(type) };
    return { props, opts: pulumi.mergeOptions(opts, { hooks }) };
  });
}
