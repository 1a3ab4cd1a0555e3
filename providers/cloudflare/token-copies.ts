import type { CloudClient } from "../shared/cloud-client.ts";
import { orGone } from "../shared/cloud-client.ts";
import { type Envelope, everyPage } from "./client.ts";

/**
 * For how long the official provider repeats one call, and then some: eleven attempts, 30 s apart at most
 * (cloudflare-go v6, internal/requestconfig).
 */
const REPEATED_FOR_MS = 10 * 60_000;

interface Token {
  id: string;
  name: string;
  issued_on: string;
}

/**
 * Ends the copies of a token that was just made. The official provider repeats a POST whose answer was lost, and
 * Cloudflare takes the same name twice: a token would be left whose value nobody has ever heard, and nobody ends.
 *
 * Only what was issued within one call's patience before ours is such a copy: a token of the same name from another
 * day is somebody's in use. Both times are Cloudflare's, so no clock of ours matters.
 *
 * @returns how many were ended.
 */
export async function endCopies(cloud: CloudClient, accountId: string, id: string): Promise<number> {
  const path = `/accounts/${accountId}/tokens`;
  const mine = (await cloud.get<Envelope<Token>>(`${path}/${id}`)).result;
  const made = Date.parse(mine.issued_on);
  let ended = 0;
  for (const one of await everyPage<Token>(cloud, path)) {
    const issued = Date.parse(one.issued_on);
    const isCopy = one.name === mine.name && one.id !== id && issued <= made;
    if (!isCopy || made - issued > REPEATED_FOR_MS) continue;
    await orGone(cloud.request("DELETE", `${path}/${one.id}`));
    ended += 1;
  }
  return ended;
}
