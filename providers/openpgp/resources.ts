import * as pulumi from "@pulumi/pulumi";
import { PackageResource } from "../shared/resource.ts";

/** Arguments of {@link BackupKey}. */
export interface BackupKeyArgs {
  /** User id of the key, e.g. `acme.social backups`. A key that is there keeps the one that it was made with. */
  userId: pulumi.Input<string>;
}

/**
 * A pair of OpenPGP keys (Curve25519, without expiry and without a passphrase) that backups are encrypted for. It is
 * made once, on the machine that runs Pulumi, and never again. The state alone has the private key.
 *
 * @see https://www.rfc-editor.org/rfc/rfc4880
 */
export class BackupKey extends PackageResource {
  /** Fingerprint of the key: 40 hexadecimal digits in upper case. */
  declare readonly fingerprint: pulumi.Output<string>;
  /** The public key, in ASCII armour. */
  declare readonly publicKey: pulumi.Output<string>;
  /** The private key, in ASCII armour. Secret. */
  declare readonly privateKey: pulumi.Output<string>;

  constructor(name: string, args: BackupKeyArgs, opts?: pulumi.CustomResourceOptions) {
    const options = pulumi.mergeOptions({ additionalSecretOutputs: ["privateKey"] }, opts ?? {});
    const outputs = ["fingerprint", "publicKey", "privateKey"];
    super("openpgp", "BackupKey", name, { userId: args.userId }, outputs, options);
  }
}
