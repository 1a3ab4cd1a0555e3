/** A machine's box and a job's chip. A click on either opens its log. */
import { h } from "./dom.js";
import { openLog } from "./log.js";
import { duration, worldNow } from "./words.js";

/** The box of a machine that is not a one-off. */
export function drawMachine(app, machine) {
  const { id, name, state, light, trouble, size, image, tag, region, checks, restarts, cordoned } = machine;
  const health = checks.of === 0 ? "" : `${checks.passing}/${checks.of} checks`;
  const ready = light === "busy" && state === "started" ? "boots" : state;
  const facts = [ready, health, restarts > 0 ? `${restarts} restarts` : "", cordoned ? "cordoned" : ""];
  return h(
    "button",
    {
      type: "button",
      class: `machine ${light}`,
      title: [`${name} (${id}), ${region}`, image, trouble, "click: its log"].filter(Boolean).join("\n"),
      onclick: () => openLog(app, { id, title: name, image: `${image}:${tag}`, size }),
    },
    h("span", { class: "lamp" }),
    h("b", {}, id),
    h("span", { class: "tag" }, tag),
    h("span", { class: "size" }, size),
    h("span", { class: "facts" }, trouble || facts.filter(Boolean).join(" · ")),
  );
}

export function drawJob(app, job) {
  const { id, title, command, tag, state, exitCode, since, milliseconds, size } = job;
  const running = milliseconds === null;
  const tone = running ? "busy" : exitCode === 0 ? "good" : exitCode === null ? "off" : "bad";
  const end = exitCode === null ? "gone" : exitCode === 0 ? "" : `exit code ${exitCode}`;
  return h(
    "button",
    {
      type: "button",
      class: `job ${tone}`,
      title: [command, `${size}, ${tag}`, state, "click: its log"].join("\n"),
      onclick: () => openLog(app, { id, title, image: tag, size }),
    },
    h("span", { class: "lamp" }),
    h("b", {}, title),
    running
      ? h("span", { "data-since": since }, duration(worldNow() - Date.parse(since)))
      : h("span", {}, [end, duration(milliseconds)].filter(Boolean).join(", ")),
  );
}
