/** Updates the elapsed time of every `data-since` element. */
import { duration, worldNow } from "./words.js";

setInterval(() => {
  for (const element of document.querySelectorAll("[data-since]")) {
    element.textContent = duration(worldNow() - Date.parse(element.dataset.since));
  }
}, 200);
