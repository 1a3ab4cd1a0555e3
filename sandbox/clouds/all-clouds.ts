import { Hono } from "hono";
import { serveCloudflare } from "./cloudflare/serve.ts";
import { serveR2 } from "./cloudflare/serve-r2.ts";
import { serveControl } from "./control.ts";
import type { Faults } from "./faults.ts";
import { serveFly } from "./fly/serve.ts";
import type { Behind } from "./front.ts";
import { serveInternet } from "./internet.ts";
import { serveSendgrid } from "./sendgrid/serve.ts";
import type { World } from "./world.ts";

/** All clouds over one world, the internet that leads to the communities' hosts, and the control API. */
export function allClouds(world: World, faults: Faults): Behind {
  return {
    cloudflare: new Hono().route("/client/v4", serveCloudflare(world)),
    sendgrid: new Hono().route("/sendgrid/v3", serveSendgrid(world)),
    r2: serveR2(world),
    fly: serveFly(world),
    internet: { fetch: (request) => serveInternet(world, request) },
    control: serveControl(world, faults),
  };
}
