import type { dynamic } from "@pulumi/pulumi";
import { type Props, serveKinds } from "../dynamic/kind.ts";
import { apiKey } from "./api-key.ts";
import { authenticatedDomain } from "./authenticated-domain.ts";
import { clickTracking } from "./click-tracking.ts";
import { SENDGRID_EU_URL, sendgridClient } from "./client.ts";
import { domainValidation } from "./domain-validation.ts";
import { linkBranding } from "./link-branding.ts";
import { singleSender } from "./single-sender.ts";

// What the classes in resources.ts do. Their stubs, which are stored in state, load this file when they are
// called, so it may change without a diff.

let configured: { apiKey?: string; baseUrl?: string } = {};

/** Takes key and endpoint from the stack's config. In a destroy or refresh that is the config of the last `up`. */
export async function configure({ config }: dynamic.ConfigureRequest): Promise<void> {
  const endpoints = JSON.parse(config.get("mastiff:endpoints") ?? "{}") as { sendgrid?: string };
  const regional = config.get("mastiff:sendgridRegion") === "eu" ? SENDGRID_EU_URL : undefined;
  configured = { apiKey: config.get("mastiff:sendgridApiKey"), baseUrl: endpoints.sendgrid ?? regional };
}

function connect(props: Props, isOld: boolean) {
  const credentials = [configured.apiKey, process.env.SENDGRID_API_KEY].filter(
    (key) => key !== undefined && key !== "",
  );
  const given = props.baseUrl as string | undefined;
  // The state keeps the endpoint of the last real change, so what config says now goes first.
  return sendgridClient(credentials as string[], isOld ? (configured.baseUrl ?? given) : given);
}

export const { check, diff, create, read, update, remove } = serveKinds(
  {
    AuthenticatedDomain: authenticatedDomain,
    DomainValidation: domainValidation,
    SingleSender: singleSender,
    ApiKey: apiKey,
    LinkBranding: linkBranding,
    ClickTracking: clickTracking,
  },
  connect,
);
