/** Fly's panel: organisations with their apps and add-ons. */
import { h, icon, list } from "./dom.js";
import { appCard } from "./fly-app.js";
import { count } from "./words.js";

/**
 * Draws the panel. The operator's organisations come first. Of other organisations it shows only the names
 * that they have taken.
 */
export function showFly({ organizations }) {
  const busy = organizations.some((org) => org.ours && things(org) > 0);
  const worth = organizations.filter((org) => things(org) > 0 || (org.ours && !busy));
  const apps = worth.filter((org) => org.ours).flatMap((org) => org.apps);
  document.querySelector("#h-fly small").textContent = apps.length === 0 ? "" : count(apps.length, "app");
  list(document.getElementById("organizations"), worth, { key: (org) => org.slug, open: openOrganization });
}

function things({ apps, redis }) {
  return apps.length + redis.length;
}

function openOrganization({ slug, name, ours }) {
  const cardsOfIt = h("div");
  const taken = h("p", { class: "quiet" });
  const element = h(
    "section",
    { class: "organization" },
    h("h3", {}, name, " ", h("small", {}, ours ? slug : "not ours")),
    ours ? cardsOfIt : taken,
  );
  return {
    element,
    update({ apps, redis }) {
      if (!ours) {
        taken.textContent = `Names that are taken: ${apps.map((app) => app.name).join(", ")}`;
        return;
      }
      const all = [
        ...apps.map((app) => ({ kind: "app", id: app.name, ...app })),
        ...redis.map((one) => ({ kind: "redis", id: one.name, ...one })),
      ];
      list(cardsOfIt, all, {
        key: ({ kind, id }) => `${kind} ${id}`,
        open: (thing) => cards[thing.kind](thing),
        empty: "Nothing runs yet. Database, Redis, web and streaming will appear here, machine by machine.",
      });
    },
  };
}

const cards = { app: appCard, redis: redisCard };

function redisCard({ name, plan, region, host }) {
  return {
    element: h(
      "article",
      { class: "app" },
      h("header", {}, h("h4", {}, name), h("span", { class: "chip" }, "Upstash Redis")),
      h(
        "div",
        { class: "line-item good" },
        icon("database"),
        h("b", {}, host),
        h("span", {}, `${plan}, ${region}`),
      ),
    ),
  };
}
