/** `/zones/:zone/dns_records`: the DNS records of a zone. */
import { type Context, Hono } from "hono";
import type { World } from "../world.ts";
import { answer, answerPage, jsonBody, microTime, newId, refusal } from "./answer.ts";
import { type Caller, zoneOf } from "./auth.ts";
import { recordMatches } from "./dns-filter.ts";
import { isProxiable } from "./dns-name.ts";
import { checkConflicts, type RecordFields, readRecord } from "./dns-rules.ts";
import type { DnsRecord, Zone } from "./state.ts";

const reading = ["DNS Read", "DNS Write"];
const writing = ["DNS Write"];
const badBody = () => refusal(400, 9207, "Request body is invalid.");

export function serveDnsRecords(world: World): Hono<Caller> {
  const app = new Hono<Caller>();
  const ofZone = (zone: Zone) => world.state.cloudflare.records.filter((r) => r.zoneId === zone.id);

  // developers.cloudflare.com/api/resources/dns/subresources/records/methods/list: per_page default 100, up
  // to 5,000,000.
  app.get("/", (c) => {
    const zone = zoneOf(world, c, reading);
    const query = new URL(c.req.url).searchParams;
    const found = ofZone(zone).filter((record) => recordMatches(record, query));
    const key = query.get("order") ?? "";
    if (["type", "name", "content", "ttl", "proxied"].includes(key)) {
      const by = (r: DnsRecord) => String(r[key as keyof DnsRecord]);
      found.sort((a, b) => by(a).localeCompare(by(b)));
      if (query.get("direction") === "desc") found.reverse();
    }
    return answerPage(c, found.map(wireRecord), { default: 100, min: 1, max: 5_000_000 });
  });

  app.post("/", async (c) => {
    const zone = zoneOf(world, c, writing);
    const fields = readRecord(await jsonBody(c, badBody), zone);
    const others = ofZone(zone);
    checkConflicts(fields, others);
    // github.com/js-org/js.org/issues/2873 (81045); today's text: github.com/ZoneABC/ZoneABC/issues/30
    if (others.length >= world.state.cloudflare.dials.recordsPerZone) {
      throw refusal(400, 81045, "Record quota exceeded.");
    }
    return answer(c, wireRecord(addRecord(world, zone, fields, false)));
  });

  app.get("/:record", (c) => {
    const zone = zoneOf(world, c, reading);
    return answer(c, wireRecord(find(c, zone)));
  });

  app.put("/:record", async (c) => {
    const zone = zoneOf(world, c, writing);
    const record = writable(find(c, zone));
    return answer(c, wireRecord(change(record, await jsonBody(c, badBody), zone)));
  });

  app.patch("/:record", async (c) => {
    const zone = zoneOf(world, c, writing);
    const record = writable(find(c, zone));
    const { type, name, content, priority, data, ttl, proxied, comment, tags, settings } = record;
    const merged = {
      ...{ type, name, content, priority, data, ttl, proxied, comment, tags, settings },
      ...(await jsonBody(c, badBody)),
    };
    return answer(c, wireRecord(change(record, merged, zone)));
  });

  app.delete("/:record", (c) => {
    const zone = zoneOf(world, c, writing);
    const record = writable(find(c, zone));
    const slot = world.state.cloudflare;
    slot.records = slot.records.filter((r) => r.id !== record.id);
    world.changed();
    return answer(c, { id: record.id });
  });

  function find(c: Context<Caller>, zone: Zone): DnsRecord {
    const record = ofZone(zone).find((r) => r.id === c.req.param("record"));
    if (record === undefined) throw refusal(404, 81044, "Record does not exist.");
    return record;
  }

  function change(record: DnsRecord, body: Record<string, unknown>, zone: Zone): DnsRecord {
    const fields = readRecord(body, zone);
    checkConflicts(
      fields,
      ofZone(zone).filter((r) => r.id !== record.id),
    );
    delete record.priority;
    delete record.data;
    Object.assign(record, fields, { modifiedOn: microTime(world.now()) });
    world.changed();
    return record;
  }
  return app;
}

/**
 * Adds a record to a zone. The caller has checked the rules.
 *
 * @param managedByR2 whether R2 creates the record for a custom domain; only R2 can change such a record.
 */
export function addRecord(world: World, zone: Zone, fields: RecordFields, managedByR2: boolean): DnsRecord {
  const now = microTime(world.now());
  const record: DnsRecord = {
    id: newId(),
    zoneId: zone.id,
    ...fields,
    managedByR2,
    createdOn: now,
    modifiedOn: now,
  };
  world.state.cloudflare.records.push(record);
  world.changed();
  return record;
}

/**
 * Refuses to change a record that another product made. Such records have `meta.read_only`, and the dashboard
 * and the API refuse changes (github.com/DNSControl/dnscontrol/issues/3850). The code is not published: this
 * one is a guess (docs/fidelity/cloudflare.md).
 */
function writable(record: DnsRecord): DnsRecord {
  if (record.managedByR2) {
    throw refusal(
      400,
      1043,
      "This record is read only and cannot be edited or deleted: it is managed by R2.",
    );
  }
  return record;
}

// Without `zone_id` and `zone_name`, since January 2025:
// developers.cloudflare.com/fundamentals/api/reference/deprecations/#2024-11-30, github.com/cloudflare/cloudflare-rs/issues/251.
function wireRecord(record: DnsRecord): Record<string, unknown> {
  const { id, type, name, content, ttl, proxied, priority, data, comment, tags, settings } = record;
  return {
    id,
    name,
    type,
    content,
    ...(priority !== undefined && { priority }),
    ...(data !== undefined && { data }),
    proxiable: isProxiable(type, content),
    proxied,
    ttl,
    settings,
    meta: record.managedByR2 ? { r2: true, read_only: true } : {},
    comment,
    tags,
    created_on: record.createdOn,
    modified_on: record.modifiedOn,
  };
}
