/** Elements, and element lists that follow a list of items. New and changed elements flash. */

/** While true nothing flashes: the first drawing of a world is not news. */
let quiet = true;

/** With reduced motion nothing flashes: without an animation the classes below would never be removed. */
const still = matchMedia("(prefers-reduced-motion: reduce)");

/** Draws without flashes. */
export function quietly(draw) {
  quiet = true;
  try {
    draw();
  } finally {
    quiet = false;
  }
}

/** Makes an element. Strings become text nodes, so an answer of a cloud is never parsed as HTML. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== undefined && child !== null && child !== ""));
  return element;
}

/** A symbol of symbols.svg. */
export function icon(name, label) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("class", `icon ${name}`);
  if (label === undefined) svg.setAttribute("aria-hidden", "true");
  else {
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", label);
    const title = document.createElementNS("http://www.w3.org/2000/svg", "title");
    title.textContent = label;
    svg.append(title);
  }
  use.setAttribute("href", `/_local/page/symbols.svg#${name}`);
  svg.append(use);
  return svg;
}

const kept = new WeakMap();

/**
 * Makes the children of `parent` follow `items`.
 *
 * `draw(item)` makes a new element at each change. `open(item)` makes an element once and returns it with a
 * function that updates it, for elements with lists or state of their own. `empty` is the text shown while
 * there are no items.
 */
export function list(parent, items, { key, draw, open, empty }) {
  const before = kept.get(parent) ?? new Map();
  const now = new Map();
  for (const item of items) {
    let name = key(item);
    while (now.has(name)) name += " again";
    const text = JSON.stringify(item);
    const entry = before.get(name);
    before.delete(name);
    if (entry === undefined) now.set(name, { text, ...make(item, draw, open) });
    else now.set(name, entry.text === text ? entry : change(entry, item, text, draw));
  }
  for (const { element } of before.values()) leave(element);
  let place = firstOf(parent);
  for (const { element } of now.values()) {
    if (element === place) place = nextOf(place);
    else parent.insertBefore(element, place);
  }
  kept.set(parent, now);
  const note = parent.querySelector(":scope > .empty");
  if (items.length > 0) note?.remove();
  else if (note === null && empty !== undefined) parent.append(h("p", { class: "empty" }, empty));
}

function make(item, draw, open) {
  const made = open === undefined ? { element: draw(item) } : open(item);
  made.update?.(item);
  flash(made.element, "is-new");
  return made;
}

function change(entry, item, text, draw) {
  if (entry.update !== undefined) {
    entry.update(item);
    return { ...entry, text };
  }
  const element = draw(item);
  const hadFocus = entry.element === document.activeElement;
  entry.element.replaceWith(element);
  successors.set(entry.element, element);
  // Otherwise each change would send the keyboard back to the top of the page.
  if (hadFocus) element.focus({ preventScroll: true });
  flash(element, "is-changed");
  return { element, text };
}

/** By an element that was drawn anew, the one in its place. */
const successors = new WeakMap();

/** The element itself, or the one that is in its place by now. */
export function current(element) {
  let now = element;
  while (successors.has(now)) now = successors.get(now);
  return now;
}

/** Marks an element with a class while its animation runs. */
export function flash(element, how) {
  if (quiet || still.matches) return;
  element.classList.add(how);
  element.addEventListener("animationend", () => element.classList.remove(how), { once: true });
}

function leave(element) {
  if (quiet || still.matches || element.classList.contains("empty")) return element.remove();
  element.classList.add("is-gone");
  element.addEventListener("animationend", () => element.remove(), { once: true });
  // A hidden element (by a filter, or in a folded list) has no animation, so `animationend` never comes.
  setTimeout(() => element.remove(), 1500);
}

function firstOf(parent) {
  return skip(parent.firstElementChild);
}

function nextOf(element) {
  return skip(element.nextElementSibling);
}

/** Elements that are leaving, and the note for an empty list, do not count in the order. */
function skip(element) {
  let found = element;
  while (found !== null && (found.classList.contains("is-gone") || found.classList.contains("empty"))) {
    found = found.nextElementSibling;
  }
  return found;
}
