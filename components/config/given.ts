/** What a `Community` is made from: the config of the stack, or arguments. Both are checked by the same rules. */
import * as pulumi from "@pulumi/pulumi";
import type { CommunityArgs } from "../community-args.ts";
import { knownValue } from "../stack/known-value.ts";
import { argumentPaths, byKey, inArguments } from "./arguments.ts";
import { parseCommunity } from "./read.ts";
import { type CommunitySettings, secretKeys } from "./schema.ts";
import { unknownSecret } from "./undecrypted.ts";

/** Secret values, which the checked settings do not contain. */
export interface SecretValues {
  r2SecretAccessKey: pulumi.Output<string> | undefined;
  backupSecretAccessKey: pulumi.Output<string> | undefined;
  mirrorSecretAccessKey: pulumi.Output<string> | undefined;
  /** Of the config only: a program gives it in the environment. */
  sendgridApiKey: pulumi.Output<string> | undefined;
  smtpPassword: pulumi.Output<string> | undefined;
  secretEnv: pulumi.Output<Record<string, string>>;
}

/** A bucket's key that the operator made. */
export interface OwnBucketKey {
  accessKeyId: string;
  /** Secret. */
  secretAccessKey: pulumi.Output<string>;
}

/** The checked settings of a community, and its secret values. */
export interface GivenSettings {
  settings: CommunitySettings;
  secrets: SecretValues;
}

/**
 * The `mastiff:` config of the current stack, from which a `Community` can be made instead of from arguments.
 *
 * @throws ConfigError with every problem at once
 */
export class StackConfig {
  // Private, so that the values are not recorded as the community's inputs.
  readonly #given: GivenSettings;

  constructor() {
    const mine = Object.entries(pulumi.runtime.allConfig()).filter(([key]) => key.startsWith("mastiff:"));
    const raw = Object.fromEntries(mine.map(([key, value]) => [key.slice("mastiff:".length), value]));
    // The SDK does not reveal which values are secret. The engine lists their keys in this variable.
    const secret = JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS ?? "[]") as string[];
    const encrypted = new Set(secret.map((key) => key.replace(/^mastiff:/, "")));
    const config = new pulumi.Config("mastiff");
    this.#given = {
      settings: parseCommunity(raw, encrypted, { stack: pulumi.getStack() }),
      secrets: {
        r2SecretAccessKey: config.getSecret("r2SecretAccessKey"),
        backupSecretAccessKey: config.getSecret("backupSecretAccessKey"),
        mirrorSecretAccessKey: config.getSecret("mirrorSecretAccessKey"),
        sendgridApiKey: config.getSecret("sendgridApiKey"),
        smtpPassword: config.getSecret("smtpPassword"),
        secretEnv: config.getSecretObject<Record<string, string>>("secretEnv") ?? noSecrets(),
      },
    };
  }

  given(): GivenSettings {
    return this.#given;
  }
}

/** The arguments with every secret marked, so that the state has none in plain text. */
export function withMarkedSecrets(args: CommunityArgs): CommunityArgs {
  const { mail, uploads, backupKey, mirrorKey, secretEnv } = args;
  return {
    ...args,
    ...(uploads && { uploads: { ...uploads, ...marked(uploads, "secretAccessKey") } }),
    ...(backupKey && {
      backupKey: { ...backupKey, secretAccessKey: pulumi.secret(backupKey.secretAccessKey) },
    }),
    ...(mirrorKey && {
      mirrorKey: { ...mirrorKey, secretAccessKey: pulumi.secret(mirrorKey.secretAccessKey) },
    }),
    ...(mail?.smtp && { mail: { ...mail, smtp: { ...mail.smtp, ...marked(mail.smtp, "password") } } }),
    ...(secretEnv && {
      secretEnv: Object.assign({}, ...Object.keys(secretEnv).map((key) => marked(secretEnv, key))),
    }),
  };
}

function marked<Key extends string>(
  group: { [K in Key]?: pulumi.Input<string> },
  key: Key,
): { [K in Key]?: pulumi.Output<string> } {
  const value = group[key];
  return (value === undefined ? {} : { [key]: pulumi.secret(value) }) as {
    [K in Key]?: pulumi.Output<string>;
  };
}

/**
 * Checks what a community is made from.
 *
 * @param name the community's logical name, which errors mention
 * @throws RunError with every problem at once
 */
export async function givenBy(args: CommunityArgs | StackConfig, name: string): Promise<GivenSettings> {
  if (args instanceof StackConfig) return args.given();
  const { inputs, foreign } = byKey(args);
  if (foreign.length > 0) throw new pulumi.RunError(noArguments(foreign, name));
  const isSecret = (key: string) => (secretKeys as readonly string[]).includes(key);
  const texts = await Promise.all(
    Object.entries(inputs).map(
      async ([key, input]): Promise<[string, string | undefined]> => [
        key,
        isSecret(key) ? await secretText(input) : await text(input),
      ],
    ),
  );
  const unknown = texts.filter(([, value]) => value === undefined).map(([key]) => argumentPaths[key] ?? key);
  if (unknown.length > 0) throw new pulumi.RunError(notKnown(unknown, name));
  const raw = Object.fromEntries(texts) as Record<string, string>;
  return {
    settings: parseCommunity(raw, new Set(secretKeys), { community: name }),
    secrets: {
      r2SecretAccessKey: secretOf(args.uploads?.secretAccessKey),
      backupSecretAccessKey: secretOf(args.backupKey?.secretAccessKey),
      mirrorSecretAccessKey: secretOf(args.mirrorKey?.secretAccessKey),
      sendgridApiKey: undefined,
      smtpPassword: secretOf(args.mail?.smtp?.password),
      secretEnv: args.secretEnv === undefined ? noSecrets() : pulumi.secret(pulumi.all(args.secretEnv)),
    },
  };
}

/** The operator's own R2 key for the uploads; undefined: the community makes one. */
export function ownBucketKey({ settings, secrets }: GivenSettings): OwnBucketKey | undefined {
  return bothHalves(settings.r2AccessKeyId, secrets.r2SecretAccessKey);
}

/** The operator's own key for the bucket of the backups; undefined: the community makes one. */
export function ownBackupKey({ settings, secrets }: GivenSettings): OwnBucketKey | undefined {
  return bothHalves(settings.backupAccessKeyId, secrets.backupSecretAccessKey);
}

/** The operator's own key for the bucket of the mirror; undefined: the community makes one. */
export function ownMirrorKey({ settings, secrets }: GivenSettings): OwnBucketKey | undefined {
  return bothHalves(settings.mirrorAccessKeyId, secrets.mirrorSecretAccessKey);
}

function bothHalves(
  accessKeyId: string | undefined,
  secretAccessKey: pulumi.Output<string> | undefined,
): OwnBucketKey | undefined {
  return accessKeyId === undefined || secretAccessKey === undefined
    ? undefined
    : { accessKeyId, secretAccessKey };
}

/** Puts the message of a refusal into the words of whoever wrote the arguments. */
export function inWordsOf(args: CommunityArgs | StackConfig, name: string, error: unknown): unknown {
  const isTranslated = args instanceof StackConfig || !(error instanceof pulumi.RunError);
  return isTranslated ? error : new pulumi.RunError(inArguments(error.message, name));
}

/** An argument as the config would have it: a text as it is, everything else as JSON. Undefined: unknown. */
async function text(input: unknown): Promise<string | undefined> {
  const value = await knownValue(pulumi.output(input));
  return value === undefined || typeof value === "string" ? value : JSON.stringify(value);
}

/** A secret may be unknown in a preview. Its form is checked in the `up`. */
async function secretText(input: unknown): Promise<string> {
  if (typeof input !== "object" || input === null || pulumi.Output.isInstance(input))
    return (await text(input)) ?? unknownSecret;
  const parts = Object.entries(input).map(async ([key, value]) => [key, await secretText(value)]);
  return JSON.stringify(Object.fromEntries(await Promise.all(parts)));
}

function secretOf(input: pulumi.Input<string> | undefined): pulumi.Output<string> | undefined {
  return input === undefined ? undefined : pulumi.secret(input);
}

function noSecrets(): pulumi.Output<Record<string, string>> {
  return pulumi.secret<Record<string, string>>({});
}

function noArguments(paths: readonly string[], name: string): string {
  return [
    `Community "${name}" has no such arguments: ${paths.join(", ")}. Nothing was done.`,
    "  fix     use the names in docs/config.md, or leave them out",
  ].join("\n");
}

function notKnown(paths: readonly string[], name: string): string {
  return [
    `Community "${name}": not known in this preview: ${paths.join(", ")}. Names and checks depend on them, so nothing was done.`,
    "  fix     pass values that exist before the run, such as texts, config or the outputs of another stack",
  ].join("\n");
}
