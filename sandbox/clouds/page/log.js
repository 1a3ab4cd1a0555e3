/** A machine's log. It is polled while it is open. */

import { h, list, quietly } from "./dom.js";
import { openDrawer } from "./drawer.js";
import { clock } from "./words.js";

const askEvery = 1000;

/** Opens the log of a machine, even of a destroyed one. */
export function openLog(app, { id, title, image, size }) {
  const lines = h("section", { class: "log", tabindex: "0", "aria-label": "Log" });
  const ask = async () => {
    const answer = await fetch(
      `/_local/view/logs/${encodeURIComponent(app)}/${encodeURIComponent(id)}`,
    ).catch(() => undefined);
    if (!answer?.ok) return;
    const { lines: found } = await answer.json();
    const atEnd = lines.scrollTop + lines.clientHeight >= lines.scrollHeight - 8;
    const draw = () =>
      list(lines, found, { key: (line) => line.id, draw: drawLine, empty: "Nothing written yet." });
    if (lines.firstChild === null) quietly(draw);
    else draw();
    if (atEnd) lines.scrollTop = lines.scrollHeight;
  };
  const timer = setInterval(ask, askEvery);
  openDrawer(title, `${app}, machine ${id}, ${image}, ${size}`, lines, () => clearInterval(timer));
  void ask();
}

function drawLine({ at, by, line }) {
  return h("div", { class: by }, h("time", {}, clock(at)), h("code", {}, line));
}
