/** The parts of a community that a review touches, as Mermaid for Markdown and as SVG for a file. Pure. */
import type { Change, Part } from "./change.ts";
import type { Operation } from "./steps.ts";

/** How a part is drawn. */
type Touch = "untouched" | "created" | "changed" | "interrupted" | "ended";

interface Box {
  title: string;
  /** Column and row in the SVG. */
  at: [column: number, row: number];
}

const boxes: Readonly<Record<Part | "people", Box>> = {
  people: { title: "people, apps, other servers", at: [0, 1] },
  dns: { title: "Cloudflare: DNS, rules", at: [1, 0] },
  certificates: { title: "certificates", at: [1, 1] },
  bucket: { title: "R2: uploads", at: [1, 2] },
  web: { title: "Fly: web, sidekiq", at: [2, 0] },
  streaming: { title: "Fly: streaming", at: [2, 1] },
  mail: { title: "SendGrid: mail", at: [3, 2] },
  database: { title: "Fly: database", at: [3, 0] },
  redis: { title: "Redis", at: [3, 1] },
  secrets: { title: "secrets in the state", at: [2, 2] },
  backups: { title: "backups", at: [4, 0] },
};

/** Who asks whom. */
const arrows: readonly (readonly [from: keyof typeof boxes, to: Part])[] = [
  ["people", "dns"],
  ["people", "certificates"],
  ["people", "bucket"],
  ["certificates", "web"],
  ["certificates", "streaming"],
  ["dns", "web"],
  ["web", "database"],
  ["web", "redis"],
  ["web", "mail"],
  ["streaming", "redis"],
  ["database", "backups"],
];

const colours: Readonly<Record<Touch, { fill: string; stroke: string; says: string }>> = {
  untouched: { fill: "none", stroke: "#8c8c8c", says: "untouched" },
  created: { fill: "#2da44e33", stroke: "#2da44e", says: "created" },
  changed: { fill: "#1f6feb33", stroke: "#1f6feb", says: "changed" },
  interrupted: { fill: "#bf870033", stroke: "#bf8700", says: "interrupted" },
  ended: { fill: "#cf222e33", stroke: "#cf222e", says: "ended or replaced" },
};

type PictureOf = readonly Pick<Change, "part" | "operation" | "interruptions" | "data">[];

/** A flowchart that GitHub and GitLab draw in a comment. */
export function mermaidOf(changes: PictureOf): string {
  const lines = Object.entries(boxes).map(([id, { title }]) => {
    const { touch, count } = touchOf(changes, id);
    return `  ${id}["${title}${count}"]:::${touch}`;
  });
  return [
    "flowchart LR",
    ...lines,
    ...arrows.map(([from, to]) => `  ${from} --> ${to}`),
    ...Object.entries(colours).map(([touch, { fill, stroke }]) => {
      const style = fill === "none" ? `stroke:${stroke},color:${stroke}` : `fill:${fill},stroke:${stroke}`;
      return `  classDef ${touch} ${style}`;
    }),
  ].join("\n");
}

const [width, height, gapX, gapY, margin] = [208, 46, 40, 26, 16];
const columns = 5;
const rows = 3;

/** The same picture as a file. It has no background and takes the reader's colour of text. */
export function svgOf(changes: PictureOf): string {
  const whole = [
    margin * 2 + columns * width + (columns - 1) * gapX,
    margin * 2 + rows * height + (rows - 1) * gapY + 34,
  ];
  const place = ([column, row]: Box["at"]) =>
    [margin + column * (width + gapX), margin + row * (height + gapY)] as const;
  const drawn = Object.entries(boxes).flatMap(([id, { title, at }]) => {
    const { touch, count } = touchOf(changes, id);
    const { fill, stroke } = colours[touch];
    const [x, y] = place(at);
    return [
      `  <rect x="${x}" y="${y}" width="${width}" height="${height}" rx="6" fill="${fill}" stroke="${stroke}"/>`,
      `  <text x="${x + width / 2}" y="${y + height / 2 + 4}" text-anchor="middle">${title}${count}</text>`,
    ];
  });
  const lines = arrows.map(([from, to]) => {
    const [[x1, y1], [x2, y2]] = [place(boxes[from].at), place(boxes[to].at)];
    const [startX, endX] = x1 === x2 ? [x1 + width / 2, x2 + width / 2] : [x1 + width, x2];
    const [startY, endY] =
      x1 === x2
        ? [y1 < y2 ? y1 + height : y1, y1 < y2 ? y2 : y2 + height]
        : [y1 + height / 2, y2 + height / 2];
    return `  <line x1="${startX}" y1="${startY}" x2="${endX}" y2="${endY}" stroke="#8c8c8c" marker-end="url(#end)"/>`;
  });
  const legend = Object.values(colours).flatMap(({ fill, stroke, says }, index) => {
    const [x, y] = [margin + index * 160, (whole[1] ?? 0) - 26];
    return [
      `  <rect x="${x}" y="${y}" width="14" height="14" rx="3" fill="${fill}" stroke="${stroke}"/>`,
      `  <text x="${x + 20}" y="${y + 12}">${says}</text>`,
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${whole[0]} ${whole[1]}" role="img" aria-label="parts of the community that change">`,
    "  <style>text { font: 13px system-ui, sans-serif; fill: #1f2328 } @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } }</style>",
    '  <marker id="end" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8" fill="#8c8c8c"/></marker>',
    ...lines,
    ...drawn,
    ...legend,
    "</svg>",
    "",
  ].join("\n");
}

/** How the worst change of a part touches it, and how many there are. */
function touchOf(changes: PictureOf, part: string): { touch: Touch; count: string } {
  const own = changes.filter((change) => change.part === part);
  const has = (operations: readonly Operation[]) =>
    own.some(({ operation }) => operations.includes(operation));
  const count = own.length === 0 ? "" : ` (${own.length})`;
  if (own.length === 0) return { touch: "untouched", count };
  if (own.some(({ data }) => data.some(({ isLost }) => isLost)) || has(["replace"]))
    return { touch: "ended", count };
  if (own.some(({ interruptions }) => interruptions.length > 0)) return { touch: "interrupted", count };
  if (own.every(({ operation }) => operation === "delete")) return { touch: "ended", count };
  return { touch: own.every(({ operation }) => operation === "create") ? "created" : "changed", count };
}
