/** What only code in the page can see. It runs before the page's own, and is asked as `eyes.<name>()`. */
globalThis.eyes = {
  /** What has the keyboard's focus: its name, its classes, and how its outline is drawn. Undefined: nothing has. */
  focused() {
    const element = document.activeElement;
    if (element === null || element === document.body) return undefined;
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    return {
      name: element.getAttribute("aria-label") ?? element.innerText.replaceAll(/\s+/g, " ").trim(),
      kind: element.className,
      outline: outlineStyle === "none" ? "none" : outlineWidth,
    };
  },

  /** Elements that stick out of the window at the right, and whether the page scrolls sideways. */
  beyond() {
    const out = [...document.querySelectorAll("body *")]
      .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
      .map((element) => `${element.tagName} ${element.className}`);
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth > clientWidth ? ["the page", ...out] : out;
  },

  /** The colour behind an element's text: red, green, blue, each 0 to 255, and the opacity if it is not 1. */
  ground(selector) {
    const { backgroundColor } = getComputedStyle(document.querySelector(selector));
    return backgroundColor.match(/[\d.]+/g).map(Number);
  },

  /** What axe finds by the rules of WCAG 2 and its best practices: contrast, names, roles, order of headings. */
  async violations() {
    const found = await axe.run(document, { resultTypes: ["violations"] });
    return found.violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary}`),
    );
  },
};
