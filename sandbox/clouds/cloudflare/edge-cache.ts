/**
 * The edge's cache of origins' answers. It is in memory: losing a cache does no harm.
 * https://developers.cloudflare.com/cache/concepts/default-cache-behavior/
 */
import type { World } from "../world.ts";

/** Only the path's extension decides what is cached by default, not the answer's type. */
const cachedEndings = new Set(
  `7z csv gif midi png tif zip avi doc gz mkv ppt tiff zst avif docx ico mp3 pptx ttf apk dmg iso mp4 ps webm bin
   ejs jar ogg rar webp bmp eot jpg otf svg woff bz2 eps jpeg svgz woff2 class exe js pict swf xls css flac mid pls
   tar xlsx`.split(/\s+/),
);

/** How long a 200 is cached when its origin sends no cache headers. */
const defaultSeconds = 120 * 60;

interface Kept {
  status: number;
  headers: [string, string][];
  body: ArrayBuffer;
  until: number;
}

// The key is the cloud's state, so that a reset of the world empties the cache.
const caches = new WeakMap<World["state"]["cloudflare"], Map<string, Kept>>();

/**
 * The cached answer (HIT), otherwise the origin's (MISS, BYPASS or DYNAMIC), marked with `cf-cache-status`.
 */
export async function throughCache(
  world: World,
  request: Request,
  askOrigin: () => Promise<Response>,
): Promise<Response> {
  const url = new URL(request.url);
  const ending = /\.([a-z0-9]+)$/i.exec(url.pathname)?.[1]?.toLowerCase() ?? "";
  const cacheable = request.method === "GET" && (cachedEndings.has(ending) || url.pathname === "/robots.txt");
  if (!cacheable) return marked(await askOrigin(), "DYNAMIC");

  const cache = caches.get(world.state.cloudflare) ?? new Map<string, Kept>();
  caches.set(world.state.cloudflare, cache);
  const key = `${url.hostname}${url.pathname}${url.search}`;
  const now = world.now().getTime();
  const kept = cache.get(key);
  if (kept !== undefined && kept.until > now) {
    return marked(new Response(kept.body, { status: kept.status, headers: kept.headers }), "HIT");
  }
  const answer = await askOrigin();
  const seconds = lifetime(answer);
  if (seconds <= 0) return marked(answer, "BYPASS");
  const body = await answer.clone().arrayBuffer();
  cache.set(key, { status: answer.status, headers: [...answer.headers], body, until: now + seconds * 1000 });
  return marked(answer, "MISS");
}

/** Seconds for which an answer may be cached. */
function lifetime(answer: Response): number {
  const control = answer.headers.get("cache-control") ?? "";
  if (answer.status !== 200 || answer.headers.has("set-cookie")) return 0;
  if (/\b(private|no-store|no-cache)\b/i.test(control)) return 0;
  const age = /\bs-maxage=(\d+)/i.exec(control) ?? /\bmax-age=(\d+)/i.exec(control);
  return age === null ? defaultSeconds : Number(age[1]);
}

function marked(answer: Response, status: string): Response {
  const copy = new Response(answer.body, answer);
  copy.headers.set("cf-cache-status", status);
  return copy;
}
