/** What a Pulumi program imports from "mastiff". */
export { Community } from "./community.ts";
export type {
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
