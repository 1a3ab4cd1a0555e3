/** The header: the connection's state, counts, changed dials, the community's hosts. */
import { flash, h, icon, list } from "./dom.js";
import { openHost } from "./visit.js";

const lines = {
  live: "the clouds on this machine, live",
  polling: "the clouds on this machine, polled",
  lost: "the clouds do not answer; waiting for them",
};

/** Shows the connection's state. */
export function showLine(how) {
  const line = document.getElementById("line");
  line.textContent = lines[how];
  line.dataset.how = how;
  document.body.classList.toggle("lost", how === "lost");
}

export function showHeader(view) {
  list(document.getElementById("counts"), countsOf(view), { key: (one) => one.name, open: openCount });
  list(document.getElementById("dials"), view.dials, {
    key: ({ cloud, dial }) => `${cloud} ${dial}`,
    draw: ({ cloud, dial, value }) =>
      h("span", { class: "chip warn", title: `PATCH /_local/dials` }, `${cloud} ${dial} ${value}`.trim()),
  });
  list(document.getElementById("hosts"), view.hosts, {
    key: (one) => one.host,
    draw: drawHost,
    empty: "No host leads anywhere yet. Run pulumi up and watch.",
  });
}

function countsOf({ cloudflare, fly, sendgrid, calls }) {
  const ours = fly.organizations.filter((org) => org.ours);
  const apps = ours.flatMap((org) => org.apps);
  const machines = apps.flatMap((app) => app.machines);
  const certificates = apps.flatMap((app) => app.certificates);
  const issued = certificates.filter((one) => one.issued).length;
  const green = machines.filter((one) => one.light === "green").length;
  const valid = sendgrid.domains.filter((one) => one.valid).length;
  return [
    { name: "records", value: sum(cloudflare.zones, (zone) => zone.records.length) },
    { name: "objects", value: sum(cloudflare.buckets, (bucket) => bucket.objects) },
    { name: "apps", value: apps.length },
    {
      name: "machines up",
      value: share(green, machines.length),
      bad: machines.some((m) => m.light === "red"),
    },
    { name: "certificates", value: share(issued, certificates.length) },
    { name: "mail domains", value: share(valid, sendgrid.domains.length) },
    { name: "calls", value: calls.total, still: true },
    { name: "failed", value: calls.failed + calls.refused, bad: calls.failed + calls.refused > 0 },
  ];
}

function openCount({ name, still }) {
  const value = h("dd");
  const element = h("div", {}, h("dt", {}, name), value);
  return {
    element,
    update(one) {
      const text = String(one.value);
      if (value.textContent !== "" && value.textContent !== text && !still) flash(element, "is-changed");
      value.textContent = text;
      element.classList.toggle("bad", one.bad === true);
    },
  };
}

function drawHost(one) {
  const { host, behind, kind, proxied, waitsFor } = one;
  const ready = waitsFor === "";
  return h(
    "button",
    {
      type: "button",
      class: `host ${ready ? "ready" : "waits"}`,
      title: ready ? `${kind} ${behind}` : `${host} waits for ${waitsFor}`,
      onclick: () => openHost(one),
    },
    ready ? icon("lock") : icon("wait"),
    h("b", {}, host),
    h("span", {}, ready ? (proxied ? "through the edge" : "straight to Fly") : `waits for ${waitsFor}`),
  );
}

function sum(items, of) {
  return items.reduce((total, item) => total + of(item), 0);
}

function share(some, all) {
  return all === 0 ? 0 : some === all ? all : `${some}/${all}`;
}
