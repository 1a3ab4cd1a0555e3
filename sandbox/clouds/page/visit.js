/** A visit to a host: what the local internet answers, by Host header, without leaving this machine. */

import { h } from "./dom.js";
import { openDrawer } from "./drawer.js";
import { drawAnswer } from "./visit-answer.js";

/** Opens a preview of a host. */
export function openHost({ host, behind, kind, proxied, paths }) {
  const address = h("input", { type: "text", spellcheck: "false", "aria-label": "Address" });
  const answer = h("div", { class: "answer" });
  let asked = 0;
  const ask = async (url) => {
    const turn = ++asked;
    address.value = url;
    answer.replaceChildren(h("p", { class: "quiet" }, "asking"));
    // Another server of the fediverse asks for an actor this way.
    const accept = /\/users\/[^/]+$/.test(url) ? "&accept=application/activity%2Bjson" : "";
    const got = await fetch(`/_local/visit?url=${encodeURIComponent(url)}${accept}`).then(
      (response) => response.json(),
      () => ({ error: "the clouds do not answer" }),
    );
    if (turn === asked) answer.replaceChildren(...drawAnswer(url, got, ask));
  };
  const form = h(
    "form",
    {
      class: "address",
      onsubmit: (event) => {
        event.preventDefault();
        void ask(address.value);
      },
    },
    address,
    h("button", { type: "submit" }, "Ask"),
  );
  const chips = paths.map((path) => {
    const url = `https://${host}${path}`;
    return h("button", { type: "button", class: "chip", onclick: () => ask(url) }, decodeURI(path));
  });
  const way =
    kind === "bucket" ? `bucket ${behind}` : `${proxied ? "Cloudflare's edge, then " : ""}app ${behind}`;
  openDrawer(
    host,
    `answered by ${way}`,
    h("div", { class: "visit" }, form, h("div", { class: "chips mono" }, chips), answer),
  );
  void ask(`https://${host}${paths[0] ?? "/"}`);
}
