/** A machine's log, followed while it is open. */

import { h, list } from "./dom.js";
import { openDrawer } from "./drawer.js";
import { clock } from "./words.js";

const askEvery = 1000;

/** Opens the log of a machine, also of one that is gone. */
export function openLog(app, { id, title, image, size }) {
  const lines = h("div", { class: "log" });
  const ask = async () => {
    const answer = await fetch(
      `/_local/view/logs/${encodeURIComponent(app)}/${encodeURIComponent(id)}`,
    ).catch(() => undefined);
    if (!answer?.ok) return;
    const { lines: found } = await answer.json();
    const atEnd = lines.scrollTop + lines.clientHeight >= lines.scrollHeight - 8;
    list(
      lines,
      found.map((line, index) => ({ index: `${line.at} ${index}`, ...line })),
      {
        key: (line) => line.index,
        draw: ({ at, by, line }) => h("div", { class: by }, h("time", {}, clock(at)), h("code", {}, line)),
        empty: "It has not written anything.",
      },
    );
    if (atEnd) lines.scrollTop = lines.scrollHeight;
  };
  const timer = setInterval(ask, askEvery);
  openDrawer(title, `${app}, machine ${id}, ${image}, ${size}`, lines, () => clearInterval(timer));
  void ask();
}
