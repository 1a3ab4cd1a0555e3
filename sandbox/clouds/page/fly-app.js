/** An app's card: machines, one-off jobs, addresses, certificates, volumes, databases, secrets, releases. */
import { h, icon, list } from "./dom.js";
import { drawDatabase } from "./fly-database.js";
import { drawJob, drawMachine } from "./fly-machine.js";
import { clock, count } from "./words.js";

export function appCard({ name }) {
  const state = h("span", { class: "chip" });
  const release = h("span", { class: "release" });
  const groups = h("div", { class: "groups" });
  const jobs = h("div", { class: "jobs" });
  const addresses = h("div", { class: "chips mono" });
  const certificates = h("div");
  const volumes = h("div");
  const databases = h("div");
  const secrets = folded();
  const releases = folded();
  const element = h(
    "article",
    { class: "app" },
    h("header", {}, h("h4", {}, name), state, release),
    groups,
    jobs,
    certificates,
    databases,
    volumes,
    addresses,
    h("div", { class: "folds" }, secrets.element, releases.element),
  );
  return {
    element,
    update(app) {
      state.textContent = app.status;
      state.className = `chip ${tones[app.status] ?? ""}`;
      const last = app.releases[0];
      release.textContent = last === undefined ? "" : `release ${last.version} ${last.status}`;
      list(groups, groupsOf(app.machines), {
        key: (group) => group.name,
        open: (group) => openGroup(name, group),
      });
      list(jobs, app.jobs, { key: (job) => job.id, draw: (job) => drawJob(name, job) });
      list(addresses, app.addresses, {
        key: (one) => one.address,
        draw: ({ address, kind }) => h("span", { class: "chip", title: kind }, address),
      });
      list(certificates, app.certificates, { key: (one) => one.hostname, draw: drawCertificate });
      list(volumes, app.volumes, { key: (one) => one.id, draw: drawVolume });
      list(databases, app.databases, { key: (one) => one.name, draw: drawDatabase });
      secrets.update(
        count(app.secrets.length, "secret"),
        app.secrets.map((secret) => ({ key: secret, text: secret })),
      );
      releases.update(
        count(app.releases.length, "release"),
        app.releases.map(({ version, status, image, at }) => ({
          key: String(version),
          text: `${version} ${status}, ${clock(at)}, ${image}`,
        })),
      );
    },
  };
}

const tones = { deployed: "good", pending: "busy", suspended: "warn" };

function groupsOf(machines) {
  const groups = Map.groupBy(machines, (machine) => machine.group);
  return [...groups].map(([name, members]) => ({ name, members }));
}

function openGroup(app, { name }) {
  const boxes = h("div", { class: "boxes" });
  return {
    element: h("div", { class: "group" }, h("h5", {}, name), boxes),
    update: ({ members }) =>
      list(boxes, members, { key: (machine) => machine.id, draw: (machine) => drawMachine(app, machine) }),
  };
}

function drawCertificate({ hostname, issued, status, waitsFor }) {
  return h(
    "div",
    { class: `line-item ${issued ? "good" : "warn"}`, title: status },
    issued ? icon("lock") : icon("wait"),
    h("b", {}, hostname),
    h("span", {}, issued ? "certificate issued" : waitsFor),
  );
}

function drawVolume({ id, name, sizeGb, region, machine }) {
  return h(
    "div",
    { class: "line-item", title: id },
    icon("disk"),
    h("b", {}, name),
    h("span", {}, `${sizeGb} GB, ${region}, ${machine === null ? "not attached" : `attached to ${machine}`}`),
  );
}

/** A line that unfolds into a list. It is hidden while the list is empty. */
function folded() {
  const title = h("summary");
  const body = h("div", { class: "chips mono" });
  const element = h("details", { hidden: true }, title, body);
  return {
    element,
    update(text, items) {
      element.hidden = items.length === 0;
      title.textContent = text;
      list(body, items, { key: (item) => item.key, draw: (item) => h("span", { class: "chip" }, item.text) });
    },
  };
}
