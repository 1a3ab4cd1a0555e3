/**
 * Parameters of the rules that override a zone's settings for some requests.
 *
 * @see https://github.com/cloudflare/terraform-provider-cloudflare/tree/v5.19.1/internal/services/ruleset/schema.go
 */

import { equals, oneOf } from "../checks.ts";
import { type Attributes, bool, nested, text } from "../schema.ts";
import { onlyWith } from "./ruleset-action.ts";

export const configParameters: Attributes = {
  ...onlyWith("set_config", {
    automatic_https_rewrites: bool("optional"),
    autominify: nested("optional", {
      css: bool("optional-computed", { default: false }),
      html: bool("optional-computed", { default: false }),
      js: bool("optional-computed", { default: false }),
    }),
    bic: bool("optional"),
    content_converter: bool("optional"),
    disable_apps: bool("optional", { checks: [equals(true)] }),
    disable_rum: bool("optional", { checks: [equals(true)] }),
    disable_zaraz: bool("optional", { checks: [equals(true)] }),
    email_obfuscation: bool("optional"),
    fonts: bool("optional"),
    hotlink_protection: bool("optional"),
    mirage: bool("optional"),
    opportunistic_encryption: bool("optional"),
    polish: text("optional", { checks: [oneOf("off", "lossless", "lossy", "webp")] }),
    redirects_for_ai_training: bool("optional"),
    request_body_buffering: text("optional", { checks: [oneOf("none", "standard", "full")] }),
    response_body_buffering: text("optional", { checks: [oneOf("none", "standard")] }),
    rocket_loader: bool("optional"),
    security_level: text("optional", {
      checks: [oneOf("off", "essentially_off", "low", "medium", "high", "under_attack")],
    }),
    server_side_excludes: bool("optional"),
    ssl: text("optional", { checks: [oneOf("off", "flexible", "full", "strict", "origin_pull")] }),
    sxg: bool("optional"),
  }),
};
