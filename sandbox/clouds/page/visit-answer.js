/** An answer of the local internet: status, headers, and the body as source and as a preview. */
import { h } from "./dom.js";
import { bytes, count, duration } from "./words.js";

/** The elements for an answer; `ask` opens another address. */
export function drawAnswer(url, { error, status, milliseconds, headers = [], size, body }, ask) {
  if (error !== undefined) return [h("p", { class: "problem" }, error)];
  const head = new Map(headers);
  const problem = head.get("x-local-error");
  const tone = problem !== undefined || status >= 400 ? "bad" : status >= 300 ? "warn" : "good";
  const type = head.get("content-type") ?? "";
  const location = head.get("location");
  return [
    h(
      "div",
      { class: "chips" },
      h("span", { class: `chip ${tone}` }, problem === undefined ? String(status) : "no connection"),
      h("span", { class: "chip" }, type || "no type"),
      h("span", { class: "chip" }, bytes(size)),
      h("span", { class: "chip" }, duration(milliseconds)),
    ),
    problem === undefined ? "" : h("p", { class: "problem" }, problem),
    location === undefined ? "" : onward("redirects to", [new URL(location, url).href], ask),
    h(
      "details",
      {},
      h("summary", {}, count(headers.length, "header")),
      h(
        "dl",
        { class: "headers" },
        headers.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]),
      ),
    ),
    ...drawBody(type, body, size, url, ask),
  ].filter((element) => element !== "");
}

function drawBody(type, body, size, url, ask) {
  if (size === 0) return [h("p", { class: "quiet" }, "An empty body.")];
  if (body === null) return [h("p", { class: "quiet" }, "The body is not text.")];
  const source = h("pre", {}, /json/.test(type) ? indented(body) : body);
  if (!type.startsWith("text/html")) return [source];
  const links = linksOf(body, url);
  return [
    links.length === 0 ? "" : onward("links to", links, ask),
    // The sandbox allows no scripts and no forms. The page's content security policy blocks fetches of other
    // addresses.
    textOf(body) === ""
      ? h("p", { class: "quiet" }, "Without its scripts the page is empty. Its source:")
      : h("iframe", { sandbox: "", srcdoc: body, title: "The page as it looks without scripts" }),
    source,
  ];
}

function onward(word, urls, ask) {
  const buttons = urls.map((to) =>
    h("button", { type: "button", class: "chip", onclick: () => ask(to) }, to),
  );
  return h("div", { class: "chips mono" }, h("span", {}, word), buttons);
}

/** Parses a page without loading or running anything in it. */
function parsed(body) {
  return new DOMParser().parseFromString(body, "text/html");
}

function textOf(body) {
  return parsed(body).body.textContent.trim();
}

/** Addresses that a page links to. */
function linksOf(body, url) {
  const page = parsed(body);
  const named = [...page.querySelectorAll("[href], [src]")].map(
    (element) => element.getAttribute("href") ?? element.getAttribute("src"),
  );
  const urls = named.filter((name) => URL.canParse(name, url)).map((name) => new URL(name, url).href);
  return [...new Set(urls)].filter((to) => to.startsWith("http")).slice(0, 8);
}

function indented(body) {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
