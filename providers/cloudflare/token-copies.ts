import type { CloudClient } from "../shared/cloud-client.ts";
import { orGone } from "../shared/cloud-client.ts";
import { type Envelope, everyPage } from "./client.ts";

/**
 * How long the official provider repeats one call, and a margin: eleven attempts, at most 30 s apart
 * (cloudflare-go v6, internal/requestconfig).
 */
const REPEATED_FOR_MS = 10 * 60_000;

interface Token {
  id: string;
  name: string;
  issued_on: string;
}

/**
 * Deletes the copies of a token that was just made. The official provider repeats a POST whose answer was
 * lost, and Cloudflare accepts the same name twice. A token would be left whose value nobody knows, and which
 * nobody deletes.
 *
 * A copy is a token of the same name, issued before ours within the time that one call is repeated. An older
 * token of this name may be in use. Both times are Cloudflare's, so this machine's clock does not matter.
 *
 * @returns how many were deleted.
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
