/** Times in flyctl's format. Source: superfly/flyctl internal/format/format.go; dustin/go-humanize. */

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/** "just now", "5s ago", "3m7s ago", "2h4m ago", else "Jan 2 2006 15:04". */
export function relativeTime(time: string | undefined, now = new Date()): string {
  const at = new Date(time ?? "0001-01-01T00:00:00Z");
  const seconds = (now.getTime() - at.getTime()) / 1000;
  if (seconds > 0) {
    if (seconds < 1) return "just now";
    if (seconds < day) return `${span(seconds)} ago`;
  } else if (-seconds < day) {
    return span(-seconds);
  }
  const month = at.toLocaleString("en", { month: "short", timeZone: "UTC" });
  const clock = at.toISOString().slice(11, 16);
  return `${month} ${at.getUTCDate()} ${String(at.getUTCFullYear()).padStart(4, "0")} ${clock}`;
}

function span(seconds: number): string {
  if (seconds < minute) return `${Math.floor(seconds)}s`;
  if (seconds < hour) return `${Math.floor(seconds / minute)}m${Math.floor(seconds % minute)}s`;
  return `${Math.floor(seconds / hour)}h${Math.floor((seconds % hour) / minute)}m`;
}

const magnitudes: [number, string, number][] = [
  [1, "now", 1],
  [2, "1 second %s", 1],
  [minute, "%d seconds %s", 1],
  [2 * minute, "1 minute %s", 1],
  [hour, "%d minutes %s", minute],
  [2 * hour, "1 hour %s", 1],
  [day, "%d hours %s", hour],
  [2 * day, "1 day %s", 1],
  [7 * day, "%d days %s", day],
  [14 * day, "1 week %s", 1],
  [30 * day, "%d weeks %s", 7 * day],
  [60 * day, "1 month %s", 1],
  [360 * day, "%d months %s", 30 * day],
  [540 * day, "1 year %s", 1],
  [720 * day, "2 years %s", 1],
  [Number.POSITIVE_INFINITY, "%d years %s", 360 * day],
];

/** "3 months from now", "2 days ago" (go-humanize's Time). */
export function humanTime(time: string, now = new Date()): string {
  const difference = (now.getTime() - new Date(time).getTime()) / 1000;
  const word = difference >= 0 ? "ago" : "from now";
  const seconds = Math.abs(difference);
  const [, text, unit] = magnitudes.find(([limit]) => seconds < limit) ?? [0, "a long while %s", 1];
  return text.replace("%d", String(Math.floor(seconds / unit))).replace("%s", word);
}
