/** Calls per second in the last minute: one bar per second, one colour per cloud. */
import { worldNow } from "./words.js";

const seconds = 60;
const height = 34;
const clouds = ["cloudflare", "sendgrid", "fly", "r2", "internet"];
const svg = document.getElementById("pulse");
svg.setAttribute("viewBox", `0 0 ${seconds * 5} ${height}`);
svg.setAttribute("preserveAspectRatio", "none");

/** Number of calls by Unix second, then by cloud. */
const counted = new Map();

export function addToPulse(calls) {
  for (const { at, cloud, verdict } of calls) {
    const second = Math.floor(Date.parse(at) / 1000);
    const bar = counted.get(second) ?? {};
    const name = verdict === "failed" || verdict === "refused" ? "problem" : cloud;
    bar[name] = (bar[name] ?? 0) + 1;
    counted.set(second, bar);
  }
}

function draw() {
  const now = Math.floor(worldNow() / 1000);
  for (const second of counted.keys()) if (second < now - seconds) counted.delete(second);
  const most = Math.max(8, ...[...counted.values()].map(total));
  const bars = [];
  for (const [second, bar] of counted) {
    let y = height;
    for (const name of [...clouds, "problem"]) {
      const tall = ((bar[name] ?? 0) / most) * height;
      if (tall === 0) continue;
      y -= tall;
      bars.push(rectangle((seconds - 1 - (now - second)) * 5, y, tall, name));
    }
  }
  svg.replaceChildren(...bars);
}

function total(bar) {
  return Object.values(bar).reduce((sum, number) => sum + number, 0);
}

function rectangle(x, y, tall, name) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  for (const [key, value] of Object.entries({ x, y, width: 4, height: tall, class: name })) {
    element.setAttribute(key, value);
  }
  return element;
}

setInterval(draw, 500);
