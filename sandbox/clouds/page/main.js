/** The page: receives each view of the world and passes its parts to the modules that draw them. */
import { showCloudflare } from "./cloudflare.js";
import { quietly } from "./dom.js";
import { follow } from "./feed.js";
import { showFly } from "./fly.js";
import { showHeader, showLine } from "./header.js";
import { showSendgrid } from "./sendgrid.js";
import { showCalls } from "./ticker.js";
import { setClock } from "./words.js";

let first = true;

function show(view) {
  setClock(view.now);
  const draw = () => {
    showHeader(view);
    showCloudflare(view.cloudflare);
    showFly(view.fly);
    showSendgrid(view.sendgrid);
    showCalls(view.calls);
  };
  if (first) quietly(draw);
  else draw();
  first = false;
}

// The side column sticks right below the header, whose height varies with its number of lines.
new ResizeObserver(([entry]) => {
  document.body.style.setProperty("--top", `${entry.borderBoxSize[0].blockSize}px`);
}).observe(document.getElementById("top"));

follow(show, showLine);
