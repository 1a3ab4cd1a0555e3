import type { dynamic } from "@pulumi/pulumi";
import type { CloudClient } from "../shared/cloud-client.ts";
import { type Props, serveKinds } from "../shared/kind.ts";
import { KnownAnswers } from "../shared/known-answers.ts";
import { apiKey } from "./api-key.ts";
import { authenticatedDomain } from "./authenticated-domain.ts";
import { clickTracking, trackingBefore } from "./click-tracking.ts";
import { SENDGRID_EU_URL, sendgridClient } from "./client.ts";
import { domainValidation } from "./domain-validation.ts";
import { linkBranding } from "./link-branding.ts";
import { singleSender } from "./single-sender.ts";

// The provider of the classes in resources.ts. The stubs stored in state load this file when they are called,
// so changing it is not a diff.

let configuredKey: string | undefined;
let endpoints: { baseUrl?: string } = {};
const known = new KnownAnswers();

/**
 * Takes key and endpoint from the stack's config. In a destroy or refresh that is the config of the last `up`. The
 * plugin calls this once, at the start of an operation.
 */
export async function configure({ config }: dynamic.ConfigureRequest): Promise<void> {
  known.clear();
  configuredKey = config.get("mastiff:sendgridApiKey");
  const { sendgrid } = JSON.parse(config.get("mastiff:endpoints") ?? "{}") as { sendgrid?: string };
  const regional = config.get("mastiff:sendgridRegion") === "eu" ? SENDGRID_EU_URL : undefined;
  const baseUrl = sendgrid ?? regional;
  endpoints = baseUrl === undefined ? {} : { baseUrl };
}

function connect(props: Props): CloudClient {
  const credentials = [configuredKey, process.env.SENDGRID_API_KEY].filter((key) => key) as string[];
  return sendgridClient(credentials, props.baseUrl as string | undefined);
}

export const { check, diff, create, read, update, remove } = serveKinds(
  {
    AuthenticatedDomain: authenticatedDomain,
    DomainValidation: domainValidation,
    SingleSender: singleSender,
    ApiKey: apiKey,
    LinkBranding: linkBranding,
    ClickTracking: clickTracking,
    TrackingBefore: trackingBefore,
  },
  connect,
  () => endpoints,
  known,
);
