/** Finds out whether a site on the internet answers. */

/**
 * True when `url` gives any answer within `timeoutMs`. Without a name server, the request fails within
 * milliseconds. The limit is for networks that drop packets.
 */
export async function reachable(url: string, timeoutMs = 4_000): Promise<boolean> {
  try {
    const answer = await fetch(url, {
      method: "HEAD",
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMs),
    });
    return answer.status < 500;
  } catch {
    return false;
  }
}
