/** Cloudflare's panel: zones, buckets, tokens. */
import { h, icon, list } from "./dom.js";
import { bytes, count, ownPart } from "./words.js";

export function showCloudflare({ account, zones, buckets, tokens }) {
  document.querySelector("#h-cloudflare small").textContent = account;
  list(document.getElementById("zones"), zones, { key: (zone) => zone.id, open: openZone });
  document.getElementById("zones-note").hidden = zones.some((zone) => zone.records.length > 0);
  list(document.getElementById("buckets"), buckets, {
    key: ({ jurisdiction, name }) => `${jurisdiction} ${name}`,
    open: openBucket,
    empty: "The bucket for uploads will appear here, with its objects and the host that serves them.",
  });
  list(document.getElementById("tokens"), tokens, { key: (token) => token.id, draw: drawToken });
}

function openZone({ name, nameServers }) {
  const facts = h("div", { class: "chips" });
  const records = h("div", { class: "records" });
  const rules = h("div", { class: "rules" });
  const element = h("article", { class: "zone" }, h("header", {}, h("h4", {}, name), facts), records, rules);
  return {
    element,
    update(zone) {
      element.classList.toggle("blank", zone.records.length === 0 && zone.rulesets.length === 0);
      list(facts, factsOf(zone), {
        key: (fact) => fact.name,
        draw: ({ text, tone }) => h("span", { class: `chip ${tone}` }, text),
      });
      list(records, zone.records.toSorted(byName(name)), {
        key: (record) => record.id,
        draw: (record) => drawRecord(record, name),
        empty: zone.status === "active" ? "no record yet" : `waits for ${nameServers.join(" and ")}`,
      });
      const all = zone.rulesets.flatMap(({ phase, rules }) => rules.map((rule) => ({ phase, ...rule })));
      list(rules, all, { key: (rule) => rule.id, draw: drawRule });
    },
  };
}

function factsOf({ status, ssl, settings }) {
  return [
    { name: "status", text: status, tone: status === "active" ? "good" : "warn" },
    { name: "ssl", text: `SSL ${ssl}`, tone: ssl === "strict" ? "good" : "" },
    ...settings.map(({ id, value }) => ({ name: id, text: `${id.replaceAll("_", " ")} ${value}`, tone: "" })),
  ];
}

/**
 * Hosts come before names that only machines read. Then names are sorted label by label from the right, as in
 * DNS.
 */
function byName(zone) {
  const rank = ({ name }) => (/(^|\.)_/.test(name) ? 1 : 0);
  const tree = ({ name, type }) => `${ownPart(name, zone).split(".").reverse().join(".")} ${type}`;
  return (a, b) => rank(a) - rank(b) || tree(a).localeCompare(tree(b));
}

function drawRecord(record, zone) {
  const content = record.priority === null ? record.content : `${record.priority} ${record.content}`;
  return h(
    "div",
    { class: "record", title: `${record.type} ${record.name}\n${content}\n${record.comment}`.trim() },
    h("span", { class: `type ${record.type.toLowerCase()}` }, record.type),
    h("span", { class: "name" }, ownPart(record.name, zone) || zone),
    h("span", { class: "content" }, record.managed ? h("em", {}, "R2 ") : "", content),
    record.proxiable ? cloud(record.proxied) : h("span"),
  );
}

function cloud(proxied) {
  const mark = icon("cloud", proxied ? "proxied by Cloudflare" : "DNS only");
  mark.classList.add(proxied ? "orange" : "grey");
  return mark;
}

const phases = {
  http_response_headers_transform: "response headers",
  http_config_settings: "configuration",
};

function drawRule({ phase, description, expression, effect, enabled }) {
  return h(
    "div",
    { class: `rule ${enabled ? "" : "off"}` },
    h("header", {}, h("span", { class: "chip" }, phases[phase] ?? phase), h("b", {}, description)),
    h("code", { title: expression }, expression),
    h("code", { class: "effect" }, effect),
  );
}

function openBucket({ name, jurisdiction, location }) {
  const numbers = h("span", { class: "numbers" });
  const domains = h("div");
  const objects = h("div", { class: "objects" });
  const origins = h("p", { class: "quiet" });
  const where = [jurisdiction === "default" ? "" : jurisdiction.toUpperCase(), location].filter(Boolean);
  const element = h(
    "article",
    { class: "bucket" },
    h(
      "header",
      {},
      h("h4", {}, name),
      where.map((text) => h("span", { class: "chip" }, text)),
      numbers,
    ),
    domains,
    objects,
    origins,
  );
  return {
    element,
    update(bucket) {
      numbers.textContent = `${count(bucket.objects, "object")}, ${bytes(bucket.size)}`;
      origins.textContent = bucket.origins.length === 0 ? "" : `CORS for ${bucket.origins.join(", ")}`;
      list(domains, bucket.domains, {
        key: (domain) => domain.host,
        draw: drawDomain,
        empty: "No custom domain yet.",
      });
      list(objects, bucket.newest, {
        key: (object) => object.key,
        draw: ({ key, size }) =>
          h(
            "div",
            { class: "object", title: key },
            h("span", { class: "key" }, key),
            h("span", { class: "bytes" }, bytes(size)),
          ),
      });
    },
  };
}

function drawDomain({ host, enabled, ssl, ownership, minTls }) {
  const ready = enabled && ssl === "active" && ownership === "active";
  const state = ready ? "active" : enabled ? `ownership ${ownership}, SSL ${ssl}` : "disabled";
  return h(
    "div",
    { class: `line-item ${ready ? "good" : "warn"}` },
    ready ? icon("lock") : icon("wait"),
    h("b", {}, host),
    h("span", {}, `${state}, TLS ${minTls} or newer`),
  );
}

function drawToken({ name, status, all, rights }) {
  const what = all ? "everything" : rights.join(", ");
  return h(
    "div",
    { class: "line-item", title: what },
    icon("key"),
    h("b", {}, name),
    h("span", {}, what || "nothing"),
    status === "active" ? "" : h("span", { class: "chip warn" }, status),
  );
}
