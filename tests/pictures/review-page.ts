/** A review as the page of a pull request shows it. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { marked } from "marked";
import { root } from "../../sandbox/toolchain/paths.ts";

const stylesheet = createRequire(import.meta.url).resolve("github-markdown-css/github-markdown.css");

/**
 * A review that is kept in docs/reviews, as HTML. Its picture is the SVG beside it, in the place of the same one in
 * Mermaid, which a page of GitHub draws.
 */
export function reviewPage(name: string): string {
  const read = (ending: string) => readFileSync(join(root, `docs/reviews/${name}.${ending}`), "utf8");
  const report = marked.parse(read("md").replace(/```mermaid\n.*?\n```/s, read("svg")), { async: false });
  return `<!doctype html>
<meta charset="utf-8">
<meta name="color-scheme" content="light dark">
<style>${readFileSync(stylesheet, "utf8")}</style>
<style>
  body { margin: 0; padding: 24px 32px; background: light-dark(#fff, #0d1117); }
  svg { width: 100%; }
</style>
<article class="markdown-body">${report}</article>`;
}
