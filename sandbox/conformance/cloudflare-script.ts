import { type Api, type Script, scriptedApi } from "./cloudflare-api.ts";
import type { Asking } from "./cloudflare-side.ts";

/** A question to a Cloudflare that answers by a script. */
export interface Scripted {
  name: string;
  openApi: () => Promise<Api>;
  ask(asking: Asking): Promise<void>;
}

export const scripted = (name: string, script: Script, ask: (asking: Asking) => Promise<void>): Scripted => ({
  name,
  openApi: () => scriptedApi(script),
  ask,
});

/** Body of a refusal. */
export const refusal = (code: number) =>
  JSON.stringify({ success: false, errors: [{ code, message: "no" }], messages: [], result: null });
