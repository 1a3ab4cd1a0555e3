/**
 * What a stack must have beyond a config that works. Each policy judges the checked settings of a community, so that it
 * sees every default, whether the community is made from config or from arguments. Pure.
 */
import type { CommunitySettings } from "../components/config/schema.ts";
import { itsValue } from "../components/config/variable-rules.ts";
import { setTexts } from "../providers/rules/config-parts.ts";

/** The settings that the policies judge. */
export type JudgedSettings = Pick<
  CommunitySettings,
  | "backup"
  | "budget"
  | "bucketJurisdiction"
  | "domain"
  | "env"
  | "protect"
  | "region"
  | "sendgridRegion"
  | "smtpServer"
>;

/** One rule. */
export interface Rule {
  name: string;
  description: string;
  /** `mandatory` stops a preview and an `up`; `advisory` warns. A config of the pack can change it (docs/review.md). */
  enforcementLevel: "mandatory" | "advisory";
  /** What is wrong, where it is set and how to fix it; empty when nothing is. */
  problems(settings: JudgedSettings): string[];
}

/** The rules about settings. */
export const rules: readonly Rule[] = [
  {
    name: "backups-on",
    description: "Backups of the database are taken.",
    enforcementLevel: "mandatory",
    problems: ({ domain, backup }) =>
      backup === undefined
        ? [
            said({
              what: `Nothing takes backups of ${domain}: if its database is lost, so is every account.`,
              setIn: "mastiff:backup",
              fix: "switch backups on: pulumi config rm mastiff:backup",
            }),
          ]
        : [],
  },
  {
    name: "protection-on",
    description: "Database, Redis, bucket and secrets are protected from deletion.",
    enforcementLevel: "mandatory",
    problems: ({ domain, protect }) =>
      protect
        ? []
        : [
            said({
              what: `Nothing protects the data of ${domain} from a destroy.`,
              setIn: "mastiff:protect",
              fix: "pulumi config set mastiff:protect true",
            }),
          ],
  },
  {
    name: "budget-set",
    description: "A budget limits what the community may cost.",
    enforcementLevel: "advisory",
    problems: ({ domain, budget }) =>
      budget === undefined
        ? [
            said({
              what: `Nothing limits what ${domain} may cost.`,
              setIn: "mastiff:budget, which is not set",
              fix: "npx mastiff cost says what it costs; then pulumi config set mastiff:budget <USD a month>",
            }),
          ]
        : [],
  },
  {
    name: "one-region-law",
    description: "Where one of machines, uploads and mail is bound to the EU, all are.",
    enforcementLevel: "mandatory",
    problems: lawProblems,
  },
  {
    name: "no-plain-secret",
    description: "No variable of Mastodon holds a secret in plain text.",
    enforcementLevel: "mandatory",
    problems: ({ env }) =>
      Object.entries(env)
        .filter(([name, value]) => isSecretLike(name, value))
        .map(([name]) =>
          said({
            what: `The variable ${name} looks like a secret, and is in plain text in config, state and every preview.`,
            setIn: `mastiff:env.${name}`,
            fix: `pulumi config set-all --path --secret mastiff:secretEnv.${name}=<value> --secret <each other part> (pulumi config get mastiff:secretEnv shows them), then pulumi config rm mastiff:env${plainAgain(env, name)}; and make the value anew, since others may have read it`,
          }),
        ),
  },
];

/** The commands that set the other plain variables again; empty where there are none. */
function plainAgain(env: Readonly<Record<string, string>>, name: string): string {
  const others = Object.entries(env)
    .filter(([other]) => other !== name)
    .map(([other, value]) => [other, isSecretLike(other, value) ? itsValue : value]);
  return setTexts("mastiff:env", Object.fromEntries(others))
    .map((command) => ` && ${command}`)
    .join("");
}

/**
 * Regions of Fly in the European Union. London and Zurich are not.
 *
 * @see https://fly.io/docs/reference/regions/
 */
const regionsInEu = ["ams", "arn", "cdg", "fra", "mad", "otp", "waw"];

/**
 * A jurisdiction of the bucket or a region of SendGrid is chosen for a law. A region of Fly alone says nothing of it: a
 * community may be in Amsterdam because its people are.
 */
function lawProblems(settings: JudgedSettings): string[] {
  const { domain, region, bucketJurisdiction, sendgridRegion, smtpServer } = settings;
  const sendsBySendGrid = smtpServer === undefined;
  const chosen = [
    ...(bucketJurisdiction === "eu" ? ["its uploads (mastiff:bucketJurisdiction)"] : []),
    ...(sendsBySendGrid && sendgridRegion === "eu" ? ["its mail (mastiff:sendgridRegion)"] : []),
  ];
  if (chosen.length === 0) return [];
  const because = `${domain} keeps ${chosen.join(" and ")} in the EU`;
  return [
    ...(regionsInEu.includes(region)
      ? []
      : [
          said({
            what: `${because}, and its database is in ${region}, outside the EU.`,
            setIn: "mastiff:region",
            fix: "a new community: pulumi config set mastiff:region ams; one that is up: docs/operations.md, “Moving house”",
          }),
        ]),
    ...(bucketJurisdiction === "eu"
      ? []
      : [
          said({
            what: `${because}, and its uploads and backups have no jurisdiction.`,
            setIn: "mastiff:bucketJurisdiction",
            fix: "a new community: pulumi config set mastiff:bucketJurisdiction eu; one that is up: docs/operations.md, “Moving house”",
          }),
        ]),
    ...(sendsBySendGrid && sendgridRegion !== "eu"
      ? [
          said({
            what: `${because}, and its mail goes through SendGrid outside the EU.`,
            setIn: "mastiff:sendgridRegion",
            fix: "pulumi config set mastiff:sendgridRegion eu, with the API key of an EU subuser",
          }),
        ]
      : []),
  ];
}

/**
 * What is wrong with the place of the state; undefined when nothing is.
 *
 * @param url of the backend, as `pulumi login` takes it; undefined: Pulumi Cloud
 */
export function backendProblem(url: string | undefined): string | undefined {
  if (url === undefined || !/^file:/i.test(url)) return undefined;
  return said({
    what: "The state is a file on this machine: with the machine, the secrets would be lost that accounts sign with.",
    setIn: "PULUMI_BACKEND_URL, or the last pulumi login",
    fix: "pulumi stack export --file state.json, then pulumi login, or pulumi login s3://<bucket>; then pulumi stack init and pulumi stack import --file state.json",
  });
}

/** Ends of names that mean a secret. */
const secretName = /(PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|PRIVATE_KEY|API_?KEY|ACCESS_KEY|CREDENTIALS?)$/i;
/** Texts that are secrets whatever their name: keys of SendGrid, Fly, AWS, GitHub; a password in a URL; a PEM. */
const secretValue =
  /^SG\.[\w-]{10,}\.|\bfm[12]_[\w+/=-]{20,}|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_\w{30,}|:\/\/[^/\s:@]*:[^/\s@]+@|-----BEGIN [A-Z ]*PRIVATE KEY-----/;

function isSecretLike(name: string, value: string): boolean {
  return value !== "" && (secretName.test(name) || secretValue.test(value));
}

function said({ what, setIn, fix }: { what: string; setIn: string; fix: string }): string {
  return [what, `  set in  ${setIn}`, `  fix     ${fix}`].join("\n");
}
