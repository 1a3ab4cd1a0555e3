import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import * as tls from "@pulumi/tls";
import type { Rotation } from "../config/rotation.ts";
import { keptSecrets } from "./kept-secrets.ts";
import { vapidKeys } from "./vapid.ts";

/** Arguments of {@link MastodonSecrets}. */
export interface MastodonSecretsArgs {
  /** Whether the database dates from before Mastodon 4.4. Those versions read OTP_SECRET. */
  otpSecret: boolean;
  /**
   * Whether the secrets whose loss breaks the community are protected from deletion; undefined: as the
   * component is.
   */
  protect: boolean | undefined;
  /** Words of the secrets that were rotated, as `mastiff:rotate` has them. Default: none. */
  rotate?: Rotation;
}

/** A password that replaced the first one. */
export interface LaterPassword {
  /** The word in `mastiff:rotate` that the password was generated for. */
  word: string;
  /** 32 letters and digits. Secret. */
  value: pulumi.Output<string>;
}

/** Names of the permanent secrets that every community has. */
export const permanentSecretNames: readonly string[] = [
  "SECRET_KEY_BASE",
  "ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY",
  "ACTIVE_RECORD_ENCRYPTION_DETERMINISTIC_KEY",
  "ACTIVE_RECORD_ENCRYPTION_KEY_DERIVATION_SALT",
  "VAPID_PRIVATE_KEY",
  "VAPID_PUBLIC_KEY",
];

/** Names of {@link MastodonSecrets.variables}. */
export function mastodonSecretNames(otpSecret: boolean): string[] {
  return [...permanentSecretNames, ...(otpSecret ? ["OTP_SECRET"] : [])];
}

/**
 * Roles of the resources that hold the permanent secrets, by the variable that is made from each. The two variables of
 * the VAPID pair are made from one resource.
 */
export const secretRoles = {
  SECRET_KEY_BASE: "secret-key-base",
  ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY: "encryption-primary-key",
  ACTIVE_RECORD_ENCRYPTION_DETERMINISTIC_KEY: "encryption-deterministic-key",
  ACTIVE_RECORD_ENCRYPTION_KEY_DERIVATION_SALT: "encryption-salt",
  VAPID_PRIVATE_KEY: "vapid",
  OTP_SECRET: "otp-secret",
} as const;

/** Arguments that never regenerate a secret: if a later release changes them, the existing secrets stay. */
const asMade = {
  password:
    "length special upper lower numeric number minUpper minLower minNumeric minSpecial overrideSpecial keepers".split(
      " ",
    ),
  key: ["algorithm", "ecdsaCurve", "rsaBits"],
};

/**
 * Every secret that Mastodon needs, generated once and kept in the stack's state.
 *
 * The three encryption keys are the community's identity: accounts' signing keys are encrypted with them, and
 * a server that lost them can no longer sign as itself.
 *
 * @throws Error, in previews too, if a permanent secret would get another value
 * @see https://docs.joinmastodon.org/admin/config/#secrets
 * @example
 * const secrets = new MastodonSecrets("dogs-secrets", {
 *   otpSecret: false,
 *   protect: true,
 *   rotate: { ownerPassword: "2026-11" },
 * });
 * export const ownerPassword = secrets.ownerPassword;
 */
export class MastodonSecrets extends pulumi.ComponentResource {
  /** Permanent secret variables by name, as Rails reads them. Secret. */
  readonly variables: Record<string, pulumi.Output<string>> & { SECRET_KEY_BASE: pulumi.Output<string> };
  /** The resources that hold the permanent secrets. */
  readonly permanent: readonly pulumi.Resource[];
  /** Latest password generated for the first user; 32 letters and digits. Secret. */
  readonly ownerPassword: pulumi.Output<string>;
  /** First password of the role that owns the database. Secret. */
  readonly databasePassword: pulumi.Output<string>;
  /** First password of an own Redis. Secret. */
  readonly redisPassword: pulumi.Output<string>;
  /** Passwords that replaced the first ones of database and Redis; undefined: the first one is valid. */
  readonly later: { database: LaterPassword | undefined; redis: LaterPassword | undefined };

  constructor(name: string, args: MastodonSecretsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mastiff:mastodon:Secrets", name, {}, opts);
    const kept = { parent: this, protect: args.protect };
    const permanent: pulumi.Resource[] = [];
    // Letters and digits only: the password needs no escaping in a URL or a .env line.
    const password = (role: string, length: number, options: pulumi.CustomResourceOptions) => {
      const made = new random.RandomPassword(
        `${name}-${role}`,
        { length, special: false },
        passwordOptions(options),
      );
      if (options === kept) permanent.push(made);
      return made.result;
    };
    const word = (role: string, options: pulumi.CustomResourceOptions) => password(role, 32, options);
    // As `rails secret` prints it: 128 hexadecimal digits. Not RandomBytes: its id, plain in every state and on every
    // screen, is the secret itself.
    const hex = (role: string, options: pulumi.CustomResourceOptions) =>
      password(role, 64, options).apply(railsSecret);
    const vapid = new tls.PrivateKey(
      `${name}-${secretRoles.VAPID_PRIVATE_KEY}`,
      { algorithm: "ECDSA", ecdsaCurve: "P256" },
      { ...kept, ignoreChanges: asMade.key },
    );
    permanent.push(vapid);
    this.permanent = permanent;
    const vapidPair = pulumi.secret(vapid.privateKeyPem).apply(vapidKeys);

    const variables = {
      SECRET_KEY_BASE: hex(secretRoles.SECRET_KEY_BASE, kept),
      ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY: word(secretRoles.ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY, kept),
      ACTIVE_RECORD_ENCRYPTION_DETERMINISTIC_KEY: word(
        secretRoles.ACTIVE_RECORD_ENCRYPTION_DETERMINISTIC_KEY,
        kept,
      ),
      ACTIVE_RECORD_ENCRYPTION_KEY_DERIVATION_SALT: word(
        secretRoles.ACTIVE_RECORD_ENCRYPTION_KEY_DERIVATION_SALT,
        kept,
      ),
      VAPID_PRIVATE_KEY: vapidPair.privateKey,
      VAPID_PUBLIC_KEY: vapidPair.publicKey,
      ...(args.otpSecret && { OTP_SECRET: hex(secretRoles.OTP_SECRET, kept) }),
    };
    this.variables = keptSecrets(name, variables, this);
    this.databasePassword = word("database-password", { parent: this });
    this.redisPassword = word("redis-password", { parent: this });
    // A later password is a separate resource, not a changed keeper: both values are needed until all
    // machines have the new one, and a resource that is no longer declared is deleted last.
    const later = (role: string, mark: string | undefined): LaterPassword | undefined =>
      mark === undefined ? undefined : { word: mark, value: word(`${role}-${mark}`, { parent: this }) };
    const { rotate = {} } = args;
    this.later = {
      database: later("database-password", rotate.databasePassword),
      redis: later("redis-password", rotate.redisPassword),
    };
    this.ownerPassword =
      later("owner-password", rotate.ownerPassword)?.value ?? word("owner-password", { parent: this });
    this.registerOutputs();
  }
}

function passwordOptions(options: pulumi.CustomResourceOptions): pulumi.CustomResourceOptions {
  return { ...options, ignoreChanges: asMade.password };
}

/**
 * 128 hexadecimal digits, from a password of 64 letters and digits. What has this form already is a secret of the
 * community's former stack (`mastiff restore-keys`), from which no password can be computed.
 */
export function railsSecret(text: string): string {
  return isRailsSecret(text) ? text : createHash("sha512").update(text).digest("hex");
}

/** Whether a text has the form of `rails secret`. */
export function isRailsSecret(text: string): boolean {
  return /^[0-9a-f]{128}$/.test(text);
}
