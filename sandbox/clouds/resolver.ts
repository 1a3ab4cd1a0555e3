/**
 * Public DNS over HTTPS in its JSON form, for checks that look at a community from outside.
 * https://developers.cloudflare.com/1.1.1.1/encryption/dns-over-https/make-api-requests/dns-json/
 */
import { type LookupType, lookup } from "./cloudflare/dns.ts";
import type { World } from "./world.ts";

/** The resolver's host name, the same as on the real internet. */
export const resolverHost = "cloudflare-dns.com";

/** Numbers of record types. https://www.iana.org/assignments/dns-parameters */
const numbers: Record<LookupType, number> = { A: 1, CNAME: 5, MX: 15, TXT: 16, AAAA: 28 };

/** `GET /dns-query?name=…&type=…`. A name without records is answered NXDOMAIN (3). */
export function serveResolver(world: World, url: URL): Response {
  const name = (url.searchParams.get("name") ?? "").toLowerCase().replace(/\.$/, "");
  const type = (url.searchParams.get("type") ?? "A").toUpperCase();
  if (url.pathname !== "/dns-query" || name === "") return new Response("Bad Request", { status: 400 });
  if (!isLookupType(type)) return Response.json({ Status: 0, Question: [{ name, type }] });
  const answers = lookup(world, name, type).map((data) => ({
    name,
    type: numbers[type],
    TTL: 300,
    data: type === "TXT" ? `"${data}"` : data,
  }));
  return new Response(
    JSON.stringify({
      Status: answers.length === 0 ? 3 : 0,
      Question: [{ name, type: numbers[type] }],
      ...(answers.length > 0 && { Answer: answers }),
    }),
    { headers: { "content-type": "application/dns-json" } },
  );
}

function isLookupType(type: string): type is LookupType {
  return type in numbers;
}
