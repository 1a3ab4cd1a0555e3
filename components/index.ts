/** What a Pulumi program imports from "mastiff". */

export type { BackupAccess } from "./backup/backup-access.ts";
export { Community } from "./community.ts";
export type {
  BackupArgs,
  CloudflareArgs,
  CommunityArgs,
  FlyArgs,
  HostArgs,
  MailArgs,
  UploadArgs,
} from "./community-args.ts";
export type { CommunityOutputs } from "./community-outputs.ts";
export { StackConfig } from "./config/given.ts";
export type { AppAddresses } from "./fly/app.ts";
