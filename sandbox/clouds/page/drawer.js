/** The drawer that slides in from the right. It shows one thing at a time. */
import { current, h, icon } from "./dom.js";

const drawer = document.getElementById("drawer");
let whenClosed;
let opener;

drawer.addEventListener("close", () => {
  whenClosed?.();
  // The dialog gives the focus back to an element that may have been drawn anew meanwhile.
  current(opener)?.focus();
});
// A click outside the sheet has the dialog itself as its target.
drawer.addEventListener("click", (event) => {
  if (event.target === drawer) drawer.close();
});

/** Shows `body` under a title. `closed` is called when the drawer closes or shows something else. */
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
  if (drawer.open) return;
  opener = document.activeElement;
  drawer.showModal();
}
