/** Zone settings: GET and PATCH, with the values that each setting accepts. */
import { Hono } from "hono";
import type { World } from "../world.ts";
import { answer, jsonBody, microTime, refusal } from "./answer.ts";
import { type Caller, zoneOf } from "./auth.ts";
import type { Zone } from "./state.ts";

interface Setting {
  /** The value in a new zone. */
  default: unknown;
  /** Accepted values; undefined: a number or an object, checked only for its type. */
  values?: readonly unknown[];
  /** A setting that a free plan shows but cannot change. */
  paid?: boolean;
}

const onOff = (value: "on" | "off"): Setting => ({ default: value, values: ["on", "off"] });

/**
 * Enumerations: developers.cloudflare.com/api/resources/zones/subresources/settings, as generated in
 * cloudflare-typescript src/resources/zones/settings.ts. Defaults: those of a free zone.
 */
const settings: Record<string, Setting> = {
  ssl: { default: "full", values: ["off", "flexible", "full", "strict", "origin_pull"] },
  always_use_https: onOff("off"),
  automatic_https_rewrites: onOff("on"),
  brotli: onOff("on"),
  browser_check: onOff("on"),
  development_mode: onOff("off"),
  early_hints: onOff("off"),
  email_obfuscation: onOff("on"),
  hotlink_protection: onOff("off"),
  http2: { ...onOff("on"), paid: true },
  http3: onOff("on"),
  "0rtt": onOff("off"),
  ip_geolocation: onOff("on"),
  ipv6: onOff("on"),
  opportunistic_encryption: onOff("on"),
  opportunistic_onion: onOff("on"),
  rocket_loader: onOff("off"),
  server_side_exclude: onOff("on"),
  sort_query_string_for_cache: { ...onOff("off"), paid: true },
  tls_client_auth: onOff("off"),
  websockets: onOff("on"),
  cache_level: { default: "aggressive", values: ["aggressive", "basic", "simplified"] },
  min_tls_version: { default: "1.0", values: ["1.0", "1.1", "1.2", "1.3"] },
  tls_1_3: { default: "on", values: ["on", "off", "zrt"] },
  security_level: {
    default: "medium",
    values: ["off", "essentially_off", "low", "medium", "high", "under_attack"],
  },
  pseudo_ipv4: { default: "off", values: ["off", "add_header", "overwrite_header"] },
  browser_cache_ttl: { default: 14400 },
  challenge_ttl: { default: 1800 },
};

/** Serves `/zones/:zone/settings`. */
export function serveSettings(world: World): Hono<Caller> {
  const app = new Hono<Caller>();
  const rights = ["Zone Settings Write"];

  app.get("/", (c) => {
    const zone = zoneOf(world, c, ["Zone Settings Read", ...rights]);
    return answer(
      c,
      Object.keys(settings).map((id) => wire(zone, id)),
    );
  });
  app.get("/:setting", (c) => {
    const zone = zoneOf(world, c, ["Zone Settings Read", ...rights]);
    return answer(c, wire(zone, c.req.param("setting")));
  });
  app.patch("/:setting", async (c) => {
    const zone = zoneOf(world, c, rights);
    const id = c.req.param("setting");
    const { paid, values, default: normal } = known(id);
    const body = await jsonBody(c, () => refusal(400, 1006, "Malformed JSON in request body"));
    // 1007: github.com/cloudflare/terraform-provider-cloudflare/issues/5423, "Invalid value for zone setting always_use_https".
    const fits = values?.includes(body.value) ?? typeof body.value === typeof normal;
    if (!fits) throw refusal(400, 1007, `Invalid value for zone setting ${id}`);
    if (paid) throw refusal(400, 1015, `Not allowed to edit setting for ${id}`);
    const ofZone = world.state.cloudflare.settings[zone.id] ?? {};
    ofZone[id] = { value: body.value, modifiedOn: microTime(world.now()) };
    world.state.cloudflare.settings[zone.id] = ofZone;
    world.changed();
    return answer(c, wire(zone, id));
  });

  function wire(zone: Zone, id: string): Record<string, unknown> {
    const setting = known(id);
    const changed = world.state.cloudflare.settings[zone.id]?.[id];
    return {
      id,
      value: changed?.value ?? setting.default,
      // Null until the setting is changed for the first time.
      modified_on: changed?.modifiedOn ?? null,
      editable: setting.paid !== true,
    };
  }
  return app;
}

function known(id: string): Setting {
  const setting = settings[id];
  // alchemy-run/distilled packages/cloudflare/src/services/zones.ts, UndefinedZoneSetting; its code is a guess.
  if (setting === undefined) throw refusal(400, 1006, `Undefined zone setting: ${id}`);
  return setting;
}
