/** The live ticker: answered calls, newest on top, and calls that wait. */
import { h, list } from "./dom.js";
import { addToPulse } from "./pulse.js";
import "./elapsed.js";
import { clock, count, duration } from "./words.js";

/** Maximum number of lines on the page. */
const kept = 300;
/** From these durations on a call counts as slow or very slow, in milliseconds. */
const slow = 1000;
const verySlow = 5000;

const calls = document.getElementById("calls");
// Not every browser lets the keyboard scroll a list that has nothing to press in it.
calls.tabIndex = 0;
const shownFlyctl = new Set();
/** The line on top: its text, how often it was repeated, its element. */
let top = {};

const filters = { all: "all", changes: "changes", problems: "problems" };
for (const [show, text] of Object.entries(filters)) {
  const choose = () => {
    calls.dataset.show = show;
    for (const button of document.querySelectorAll("#filters button")) {
      button.setAttribute("aria-pressed", String(button.dataset.show === show));
    }
  };
  const pressed = String(show === "all");
  document
    .getElementById("filters")
    .append(
      h("button", { type: "button", "data-show": show, "aria-pressed": pressed, onclick: choose }, text),
    );
}
calls.append(h("p", { class: "empty" }, "Every call to a cloud will appear here, as it is answered."));

export function showCalls({ total, refused, failed, newest, waiting, flyctl, reset }) {
  if (reset) {
    calls.replaceChildren();
    shownFlyctl.clear();
    top = {};
  }
  const problems = [refused > 0 ? `${refused} refused` : "", failed > 0 ? `${failed} failed` : ""];
  document.querySelector("#h-calls small").textContent =
    total === 0 ? "" : [count(total, "call"), ...problems].filter(Boolean).join(", ");
  const starts = flyctl.filter((run) => !shownFlyctl.has(run.n));
  for (const run of starts) shownFlyctl.add(run.n);
  const fresh = [
    ...newest.map((call) => ({ ...call, draw: drawCall })),
    ...starts.map((run) => ({ ...run, draw: drawStart })),
  ];
  fresh.sort((a, b) => a.at.localeCompare(b.at));
  if (fresh.length > 0) calls.querySelector(".empty")?.remove();
  for (const line of fresh) add(line);
  while (calls.childElementCount > kept) calls.lastElementChild.remove();
  addToPulse(newest);
  const last = newest.at(-1);
  if (last !== undefined) {
    const latest = document.getElementById("latest");
    latest.className = `latest call ${last.cloud} ${last.verdict}`;
    latest.replaceChildren(...drawCall(last).childNodes);
  }
  list(document.getElementById("waiting"), waiting, {
    key: ({ since, method, what }) => `${since} ${method} ${what}`,
    draw: drawWaiting,
  });
}

/** Adds a line on top. A line that repeats the line below is counted there instead. */
function add(line) {
  const text =
    line.draw === drawCall ? [line.cloud, line.method, line.what, line.status, line.note].join(" ") : "";
  const again = text !== "" && text === top.text;
  const times = again ? top.times + 1 : 1;
  const element = line.draw(line, times);
  if (again) top.element.replaceWith(element);
  else calls.prepend(element);
  top = { text, times, element };
}

function drawCall({ at, cloud, method, what, status, milliseconds, verdict, note }, times = 1) {
  const pace = milliseconds >= verySlow ? "very-slow" : milliseconds >= slow ? "slow" : "";
  const reads = method === "GET" || method === "HEAD" || what.startsWith("query ");
  return h(
    "div",
    {
      class: `call ${cloud} ${verdict} ${reads ? "reads" : "changes"}`,
      title: `${clock(at)} ${cloud} ${method} ${what}`,
    },
    h("time", {}, clock(at)),
    h("span", { class: "dot" }),
    drawWhat(method, what, times),
    h("span", { class: "status" }, status === 0 ? "cut" : String(status)),
    h("span", { class: `took ${pace}` }, duration(milliseconds)),
    note === "" ? "" : h("span", { class: "note" }, note),
  );
}

/** A long path is shortened in the middle, because its end tells what was asked. */
function drawWhat(method, what, times = 1) {
  const [word, rest] = /^(query|mutation|subscription) (.+)/.exec(what)?.slice(1) ?? [method, what];
  // An id at the end tells less than the part before it.
  const end = /[^/]\/[a-z_-]+$/.exec(rest)?.index ?? rest.length;
  const [head, tail] = [rest.slice(0, end + 1), rest.slice(end + 1)];
  const often = times > 1 ? h("small", {}, `×${times}`) : "";
  return h("span", { class: "what" }, h("b", {}, word), h("span", {}, head), h("i", {}, tail), often);
}

function drawStart({ at, line }) {
  return h(
    "div",
    { class: "call flyctl reads", title: line },
    h("time", {}, clock(at)),
    h("span", { class: "dot" }),
    h("span", { class: "what" }, h("b", {}, "$ flyctl"), h("span", {}, line)),
  );
}

function drawWaiting({ cloud, method, what, since }) {
  return h(
    "div",
    { class: `call ${cloud}` },
    h("span", { class: "dot" }),
    drawWhat(method, what),
    h("span", { class: "took", "data-since": since }),
  );
}
