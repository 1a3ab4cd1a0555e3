/** The XML of S3: answers, errors, and request bodies. */
import { XMLBuilder, XMLParser } from "fast-xml-parser";
import type { ContentfulStatusCode } from "hono/utils/http-status";

/** A call that R2's S3 API refuses. */
export class S3Refusal extends Error {
  readonly status: ContentfulStatusCode;
  readonly code: string;

  constructor(status: ContentfulStatusCode, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const declaration = '<?xml version="1.0" encoding="UTF-8"?>';
/** R2 does not escape quotes and apostrophes; the builder's own escaping does. */
const escapes: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };
const builder = new XMLBuilder({
  ignoreAttributes: false,
  suppressEmptyNode: false,
  processEntities: false,
  tagValueProcessor: (_, value) => String(value).replace(/[&<>]/g, (c) => escapes[c] ?? c),
});

/** An XML document with S3's namespace on its root. */
export function xmlAnswer(root: string, content: Record<string, unknown>): Response {
  const document = builder.build({
    [root]: { "@_xmlns": "http://s3.amazonaws.com/doc/2006-03-01/", ...content },
  });
  return new Response(`${declaration}${document}`, { headers: { "content-type": "application/xml" } });
}

/** An error as R2 writes it: only `Code` and `Message`. The answer to a HEAD has no body. */
export function xmlError(refusal: S3Refusal, method: string): Response {
  const document = builder.build({ Error: { Code: refusal.code, Message: refusal.message } });
  return new Response(method === "HEAD" ? null : `${declaration}${document}`, {
    status: refusal.status,
    headers: { "content-type": "application/xml" },
  });
}

const parser = new XMLParser({ isArray: (name) => ["Object", "Part"].includes(name), parseTagValue: false });

/**
 * The root element of a request's body.
 *
 * @throws S3Refusal `MalformedXML` when the root is another element.
 */
export function readXml(body: string, root: string): Record<string, unknown> {
  let parsed: Record<string, unknown> = {};
  try {
    parsed = parser.parse(body, true) as Record<string, unknown>;
  } catch {
    // Falls through: a body that cannot be parsed has no root.
  }
  const element = parsed[root];
  if (typeof element === "object" && element !== null) return element as Record<string, unknown>;
  throw new S3Refusal(
    400,
    "MalformedXML",
    "The XML you provided was not well formed or did not validate against our published schema.",
  );
}
