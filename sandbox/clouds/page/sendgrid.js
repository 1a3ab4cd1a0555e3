/** SendGrid's panel: authenticated domains, keys, senders, tracking. */
import { h, icon, list } from "./dom.js";
import { count } from "./words.js";

export function showSendgrid({ user, domains, keys, senders, tracking }) {
  document.querySelector("#h-sendgrid small").textContent = user;
  list(document.getElementById("domains"), domains, {
    key: ({ kind, id }) => `${kind} ${id}`,
    open: openDomain,
    empty: "The domain that mail comes from will appear here, with the records that SendGrid has found.",
  });
  list(document.getElementById("keys"), keys, { key: (one) => one.id, draw: drawKey });
  list(document.getElementById("senders"), senders, {
    key: (one) => one.id,
    draw: drawSender,
    empty:
      "No single sender. A sender from the config waits here until somebody clicks the link in its mail.",
  });
  const switches = Object.entries(tracking).map(([name, on]) => ({ name, on }));
  list(document.getElementById("tracking"), switches, {
    key: (one) => one.name,
    draw: ({ name, on }) =>
      h("span", { class: `chip ${on ? "warn" : "good"}` }, `${name}s ${on ? "tracked" : "not tracked"}`),
  });
}

function openDomain({ kind, domain }) {
  const state = h("span", { class: "chip" });
  const records = h("div");
  const title = h(
    "header",
    {},
    h("h4", {}, domain),
    kind === "link" ? h("span", { class: "chip" }, "links") : "",
    state,
  );
  return {
    element: h("article", { class: "domain" }, title, records),
    update({ valid, records: wanted }) {
      state.textContent = valid ? "valid" : "not valid yet";
      state.className = `chip ${valid ? "good" : "warn"}`;
      list(records, wanted, { key: (one) => one.role, draw: drawWanted });
    },
  };
}

const found = {
  valid: ["check", "good", "found"],
  seen: ["wait", "warn", "in DNS, not validated since"],
  missing: ["cross", "bad", "not in DNS"],
};

function drawWanted({ type, host, data, state }) {
  const [mark, tone, words] = found[state];
  return h(
    "div",
    { class: `line-item ${tone}`, title: `${type} ${host}\n${data}\n${words}` },
    icon(mark, words),
    h("b", {}, host),
    h("span", {}, state === "valid" ? `${type} ${data}` : words),
  );
}

function drawKey({ name, scopes, revoked }) {
  const many = scopes !== null && scopes.length > 4;
  const what = scopes === null ? "full access" : many ? count(scopes.length, "scope") : scopes.join(", ");
  return h(
    "div",
    { class: `line-item ${revoked ? "off" : ""}`, title: scopes?.join("\n") ?? "full access" },
    icon("key"),
    h("b", {}, name),
    h("span", {}, revoked ? "revoked" : what),
  );
}

function drawSender({ email, name, verified }) {
  const click = async (event) => {
    event.currentTarget.disabled = true;
    await fetch(`/_local/senders/${encodeURIComponent(email)}/click`, { method: "POST" });
  };
  return h(
    "div",
    { class: `line-item ${verified ? "good" : "warn"}` },
    verified ? icon("check", "verified") : icon("wait", "waits for a click"),
    h("b", { title: name }, email),
    verified
      ? h("span", {}, "verified")
      : h("button", { type: "button", onclick: click }, "Click the link in the mail"),
  );
}
