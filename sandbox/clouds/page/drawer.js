/** The sheet that slides in from the right, with one thing at a time in it. */
import { h, icon } from "./dom.js";

const drawer = document.getElementById("drawer");
let whenClosed;

drawer.addEventListener("close", () => whenClosed?.());
// A click beside the sheet lands on the dialog itself.
drawer.addEventListener("click", (event) => {
  if (event.target === drawer) drawer.close();
});

/** Shows `body` under a title; `closed` is called when the sheet goes or shows something else. */
export function openDrawer(title, note, body, closed) {
  whenClosed?.();
  whenClosed = () => {
    whenClosed = undefined;
    closed?.();
  };
  const close = h(
    "button",
    { type: "button", class: "close", onclick: () => drawer.close() },
    icon("cross", "close"),
  );
  drawer.replaceChildren(
    h(
      "div",
      { class: "sheet" },
      h("header", {}, h("div", {}, h("h2", {}, title), h("p", {}, note)), close),
      body,
    ),
  );
  if (!drawer.open) drawer.showModal();
}
