/** The internet on which a community is looked for: the real one, or that of the local clouds. */
import { type Inspection, inspection, overLocalInternet } from "../checks/inspector.ts";
import type { CommunitySettings } from "../components/config/schema.ts";

/** @returns the real internet, unless the config names another one */
export function internetOf({ endpoints }: Pick<CommunitySettings, "endpoints">): Inspection {
  return endpoints.internet === undefined ? inspection() : overLocalInternet(endpoints.internet);
}
