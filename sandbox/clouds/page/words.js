/** Numbers, times and names as people write them. */

/** World's time minus this browser's, in milliseconds: the world's clock can be moved. */
let ahead = 0;

export function setClock(now) {
  ahead = Date.parse(now) - Date.now();
}

/** The world's time, in milliseconds since 1970. */
export function worldNow() {
  return Date.now() + ahead;
}

/** "1 record", "2 records". */
export function count(number, one, many = `${one}s`) {
  return `${number} ${number === 1 ? one : many}`;
}

/** "120 ms", "3.4 s", "2 min 5 s". */
export function duration(milliseconds) {
  if (milliseconds < 1000) return `${Math.max(0, Math.round(milliseconds))} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  return `${Math.floor(milliseconds / 60_000)} min ${Math.round((milliseconds % 60_000) / 1000)} s`;
}

/** "812 B", "3.4 kB". */
export function bytes(size) {
  if (size < 1000) return `${size} B`;
  return size < 1e6 ? `${(size / 1000).toFixed(1)} kB` : `${(size / 1e6).toFixed(1)} MB`;
}

/** "17:04:31". */
export function clock(iso) {
  return new Date(iso).toLocaleTimeString("en-GB");
}

/** A name without its zone, as the dashboard lists it; empty for the zone itself. */
export function ownPart(name, zone) {
  if (name === zone) return "";
  return name.endsWith(`.${zone}`) ? name.slice(0, -zone.length - 1) : name;
}
