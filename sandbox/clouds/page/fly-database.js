import { h, icon } from "./dom.js";

/** One database of an app's Postgres server: its owner, its schema, its accounts. */
export function drawDatabase({ name, owner, schema, accounts }) {
  const facts = [
    `owner ${owner}`,
    schema === null ? "no schema yet" : `Mastodon ${schema}`,
    accounts.length === 0 ? "" : accounts.join(", "),
  ];
  return h(
    "div",
    { class: `line-item ${schema === null ? "" : "good"}` },
    icon("database"),
    h("b", {}, name),
    h("span", {}, facts.filter(Boolean).join(" · ")),
  );
}
