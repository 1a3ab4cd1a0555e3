import type * as pulumi from "@pulumi/pulumi";
import type { DumpOutput } from "../providers/fly/spec.ts";
import type { BackupAccess } from "./backup/backup-access.ts";
import type { AppAddresses } from "./fly/app.ts";

/** Outputs that only some communities have: backups that are on, a community that is about to end. */
type Occasional = "backups" | "finalDump" | "leftAfterDestroy";

/** The outputs that a community has; the others are absent. */
export type PresentOutputs = Omit<CommunityOutputs, Occasional> & Partial<Pick<CommunityOutputs, Occasional>>;

/** Outputs of a `Community`. */
export interface CommunityOutputs {
  /** Where people open the community. */
  readonly url: pulumi.Output<string>;
  /** Where apps open the streaming API. */
  readonly streamingUrl: pulumi.Output<string>;
  /** Where uploads are served. */
  readonly filesUrl: pulumi.Output<string>;
  /** Public addresses of the two apps. */
  readonly addresses: pulumi.Output<{ web: AppAddresses; streaming: AppAddresses }>;
  /** Name servers to enter at the registrar. */
  readonly nameServers: pulumi.Output<string[]>;
  /** What the community still waits for, a sentence each; empty when nothing is missing. */
  readonly waitingFor: pulumi.Output<string[]>;
  /** User name of the first account. */
  readonly ownerUsername: pulumi.Output<string>;
  /** Password of the first account. Secret. */
  readonly ownerPassword: pulumi.Output<string>;
  /** Every generated secret by the name of its variable. Secret. */
  readonly secrets: pulumi.Output<Record<string, string>>;
  /** Where the backups are, and the keys to read and to open them. Secret. Undefined: backups are off. */
  readonly backups: pulumi.Output<BackupAccess | undefined>;
  /** The rendered fly.toml of the web app, for flyctl by hand. */
  readonly flyToml: pulumi.Output<string>;
  /** The rendered fly.toml of the streaming app. */
  readonly streamingFlyToml: pulumi.Output<string>;
  /** The last dump, once the community is about to end; undefined before. */
  readonly finalDump: pulumi.Output<DumpOutput | undefined>;
  /** What remains after `pulumi destroy`, a sentence each, once the community is about to end. */
  readonly leftAfterDestroy: pulumi.Output<string[] | undefined>;
}
