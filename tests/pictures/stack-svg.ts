/** Draws the graph of a stack as SVG: a component a box, a system a frame. ELK places the boxes and leads the arrows. */
import elkjs, { type ElkExtendedEdge, type ElkNode } from "elkjs/lib/elk.bundled.js";
import { type Arrow, type Part, type StackGraph, type System, systems } from "./stack-graph.ts";

// The package says default and exports its class itself.
const Elk = elkjs as unknown as typeof elkjs.default;

const box = { padding: 10, title: 15, line: 14 };
const frame = { padding: 12, head: 34 };
/** Of a character of {@link style}'s small text, at most, in each of its fonts. */
const characterWidth = 5.9;

const classOf = (system: System) => `s${systems.indexOf(system)}`;

/** @param domain of the community whose stack it is */
export async function stackSvg(graph: StackGraph, domain: string): Promise<string> {
  const root = await new Elk().layout(toElk(graph));
  const frames = root.children ?? [];
  const legend = drawLegend(graph, domain, frames.find(({ id }) => id === "Fly.io") ?? root);
  const [width, height] = [Math.ceil(root.width ?? 0), Math.ceil(Math.max(root.height ?? 0, legend.bottom))];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif" role="img" aria-label="The stack of ${domain}: its components by system, and which takes values from which.">`,
    `<style>${style}</style>`,
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path class="tip" d="M0 .5 8 4 0 7.5z"/></marker></defs>',
    ...frames.flatMap((one) => drawFrame(one, graph)),
    ...edgesOf(root).map(({ edge, x, y }) => drawArrow(edge, graph, x, y)),
    ...legend.drawn,
    "</svg>",
    "",
  ].join("\n");
}

/** How the picture is read, below the frame of Fly: that is wide, and the others beside it are high. */
function drawLegend(graph: StackGraph, domain: string, { x = 0, y = 0, height = 0 }: ElkNode) {
  const [left, top] = [x + frame.padding, y + height + 40];
  const rows: readonly (readonly [kind: Arrow["kind"] | undefined, text: string])[] = [
    ["value", "a value flows: an address, a key, a password"],
    ["order", "is made before"],
    [undefined, "identity: its mark is on everything that the stack has made"],
    [undefined, "lock: keeps a destroy from all that has data"],
  ];
  return {
    bottom: top + 28 + rows.length * 20,
    drawn: [
      `<text class="name" x="${n(left)}" y="${n(top)}">${domain}: ${graph.parts.length} components, ${graph.resources} resources, one stack</text>`,
      ...rows.flatMap(([kind, text], index) => {
        const line = top + 26 + index * 20;
        const arrow = `<path class="arrow ${kind}" d="M${n(left)} ${n(line - 4)}h40"/>`;
        return [
          ...(kind === undefined ? [] : [arrow]),
          `<text class="note" x="${n(left + (kind === undefined ? 0 : 50))}" y="${n(line)}">${text}</text>`,
        ];
      }),
    ],
  };
}

function toElk({ parts, arrows }: StackGraph): ElkNode {
  const systemOf = (name: string) => parts.find((part) => part.name === name)?.system;
  const children = systems.flatMap((system) => {
    const own = parts.filter((part) => part.system === system);
    return own.length === 0
      ? []
      : [
          {
            id: system,
            layoutOptions: {
              ...spacing,
              "elk.padding": `[top=${frame.head},left=${frame.padding},bottom=${frame.padding},right=${frame.padding}]`,
            },
            children: own.map((part) => ({ id: part.name, width: widthOf(part), height: heightOf(part) })),
          },
        ];
  });
  return {
    id: "stack",
    layoutOptions: {
      "elk.algorithm": "layered",
      "elk.direction": "RIGHT",
      "elk.hierarchyHandling": "INCLUDE_CHILDREN",
      "elk.edgeRouting": "ORTHOGONAL",
      ...spacing,
      "elk.layered.nodePlacement.strategy": "BRANDES_KOEPF",
      "elk.padding": "[top=4,left=4,bottom=4,right=4]",
    },
    children,
    edges: arrows.map(({ from, to }) => {
      // Cloudflare is on the left, though its records need the addresses of Fly: ELK gets these arrows reversed.
      const back = systemOf(to) === "Cloudflare";
      return { id: `${from} ${to}`, sources: [back ? to : from], targets: [back ? from : to] };
    }),
  };
}

/** In pixels. Frames inherit nothing. */
const spacing = {
  "elk.layered.spacing.nodeNodeBetweenLayers": "22",
  "elk.layered.spacing.edgeNodeBetweenLayers": "12",
  "elk.layered.spacing.edgeEdgeBetweenLayers": "8",
  "elk.spacing.nodeNode": "8",
  "elk.spacing.edgeNode": "9",
  "elk.spacing.edgeEdge": "8",
};

/** Fly's boxes stand beside each other, all others below each other. */
const widthOf = ({ system }: Part) => (system === "Fly.io" ? 172 : 214);

const heightOf = (part: Part) => 2 * box.padding + box.title - 6 + linesOf(part).length * box.line;

/** What a part is and the roles of its resources, in lines. A part of one resource has none. */
function linesOf(part: Part): string[] {
  const { kind, roles } = part;
  if (roles.length < 2) return [];
  const most = (widthOf(part) - 2 * box.padding) / characterWidth;
  const lines = [`${kind}:`];
  for (const word of roles.join(", ").split(/[ -]/)) {
    const longer = `${lines.at(-1)} ${word}`;
    if (longer.length <= most) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

function drawFrame(
  { id, x = 0, y = 0, width = 0, height = 0, children = [] }: ElkNode,
  graph: StackGraph,
): string[] {
  const system = id as System;
  return [
    `<g class="${classOf(system)}">`,
    `<rect class="frame" x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}" rx="12"/>`,
    `<text class="system" x="${n(x + frame.padding)}" y="${n(y + 23)}">${system}</text>`,
    ...children.flatMap((child) => {
      const part = graph.parts.find(({ name }) => name === child.id);
      return part === undefined ? [] : drawBox(part, x + (child.x ?? 0), y + (child.y ?? 0));
    }),
    "</g>",
  ];
}

function drawBox(part: Part, x: number, y: number): string[] {
  const left = x + box.padding;
  const isSaid = part.roles.length > 1 || part.kind.toLowerCase() === part.name;
  return [
    `<rect class="box" x="${n(x)}" y="${n(y)}" width="${widthOf(part)}" height="${heightOf(part)}" rx="7"/>`,
    `<rect class="tint" x="${n(x)}" y="${n(y + 7)}" width="3" height="${heightOf(part) - 14}"/>`,
    `<text class="name" x="${n(left)}" y="${n(y + box.padding + 11)}">${part.name.replaceAll("-", " ")}${
      isSaid ? "" : `<tspan class="kind" dx="6">${part.kind}</tspan>`
    }</text>`,
    ...linesOf(part).map(
      (line, i) =>
        `<text class="role" x="${n(left)}" y="${n(y + box.padding + box.title + 11 + i * box.line)}">${line}</text>`,
    ),
  ];
}

/** The edges with the place of the node that their coordinates begin from. */
function edgesOf(root: ElkNode): { edge: ElkExtendedEdge; x: number; y: number }[] {
  const places = new Map([["stack", { x: 0, y: 0 }]]);
  for (const { id, x = 0, y = 0 } of root.children ?? []) places.set(id, { x, y });
  return (root.edges ?? []).map((edge) => {
    const { container = "stack" } = edge as ElkExtendedEdge & { container?: string };
    return { edge, ...(places.get(container) ?? { x: 0, y: 0 }) };
  });
}

function drawArrow(edge: ElkExtendedEdge, { arrows }: StackGraph, x: number, y: number): string {
  const kind = arrows.find(({ from, to }) => edge.id === `${from} ${to}`)?.kind;
  const [section] = edge.sections ?? [];
  if (section === undefined) throw new Error(`the arrow ${edge.id} has no way`);
  const points = [section.startPoint, ...(section.bendPoints ?? []), section.endPoint];
  // See toElk.
  if (edge.targets[0] !== edge.id.split(" ")[1]) points.reverse();
  return `<path class="arrow ${kind}" d="${rounded(points.map((p) => [p.x + x, p.y + y]))}"/>`;
}

/** A line through the points whose corners are round. */
function rounded(points: readonly (readonly [number, number])[]): string {
  const [start = [0, 0], ...rest] = points;
  let path = `M${n(start[0])} ${n(start[1])}`;
  let from = start;
  for (const [index, to] of rest.entries()) {
    const next = rest[index + 1];
    if (next === undefined) path += `L${n(to[0])} ${n(to[1])}`;
    else {
      const before = towards(to, from);
      const after = towards(to, next);
      path += `L${n(before[0])} ${n(before[1])}Q${n(to[0])} ${n(to[1])} ${n(after[0])} ${n(after[1])}`;
    }
    from = to;
  }
  return path;
}

/** The point that is 7 px, or half the way, from `corner` to `other`. */
function towards(corner: readonly [number, number], other: readonly [number, number]): [number, number] {
  const [dx, dy] = [other[0] - corner[0], other[1] - corner[1]];
  const length = Math.hypot(dx, dy) || 1;
  const share = Math.min(7, length / 2) / length;
  return [corner[0] + dx * share, corner[1] + dy * share];
}

const n = (value: number) => String(Math.round(value * 10) / 10);

const style = `
.frame{fill:#fff;stroke:var(--tint);stroke-opacity:.45}
.box{fill:#f6f8fa;stroke:#d0d7de}
.tint{fill:var(--tint)}
.system{fill:var(--tint);font-size:15px;font-weight:700}
.name{fill:#1f2328;font-size:13.5px;font-weight:600}
.kind,.role,.note{fill:#59636e;font-size:11.5px;font-weight:400}
.arrow{fill:none;stroke:#6e7781;stroke-width:1.4;marker-end:url(#tip)}
.note{font-size:12.5px}
.order{stroke-dasharray:4 3}
.tip{fill:#6e7781}
.s0{--tint:#c2570c}.s1{--tint:#1268b3}.s2{--tint:#6d3fd1}.s3{--tint:#187a3f}.s4{--tint:#57606a}
@media (prefers-color-scheme:dark){
.frame{fill:#0d1117}.box{fill:#161b22;stroke:#3d444d}.name{fill:#f0f6fc}.kind,.role,.note{fill:#9198a1}
.arrow{stroke:#8b949e}.tip{fill:#8b949e}
.s0{--tint:#ff9a4a}.s1{--tint:#58a6ff}.s2{--tint:#b08cff}.s3{--tint:#4ac26b}.s4{--tint:#9198a1}
}
`.trim();
