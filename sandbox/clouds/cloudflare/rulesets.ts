/** `/zones/:zone/rulesets`: one ruleset per zone and phase, as a whole and rule by rule. */
import { type Context, Hono } from "hono";
import type { World } from "../world.ts";
import { answer, isId, jsonBody, microTime, newId, refusal } from "./answer.ts";
import { type Caller, zoneOf } from "./auth.ts";
import {
  checkCount,
  checkPhase,
  invalid,
  keepRule,
  phasesOfKind,
  readRule,
  readRules,
} from "./ruleset-rules.ts";
import type { Rule, Ruleset, Zone } from "./state.ts";

/**
 * Groups that give access to a phase: developers.cloudflare.com/ruleset-engine/reference/phases-list and
 * /fundamentals/api.
 */
const groupOfPhase: Record<string, string> = {
  http_request_transform: "Zone Transform Rules",
  http_request_late_transform: "Zone Transform Rules",
  http_response_headers_transform: "Zone Transform Rules",
  http_config_settings: "Config Settings",
  http_request_cache_settings: "Cache Settings",
};
const anyGroup = Object.values(groupOfPhase).flatMap((g) => [`${g} Read`, `${g} Write`]);
const badBody = () => refusal(400, 20014, "could not parse the request body");

export function serveRulesets(world: World): Hono<Caller> {
  const app = new Hono<Caller>();
  const slot = () => world.state.cloudflare;

  app.get("/", (c) => {
    const zone = zoneOf(world, c, anyGroup);
    const mine = slot().rulesets.filter((r) => r.zoneId === zone.id);
    // The list omits the rules: developers.cloudflare.com/ruleset-engine/rulesets-api/view.
    return answer(
      c,
      mine.map((r) => {
        const { rules: _, ...rest } = wire(r);
        return rest;
      }),
    );
  });

  app.post("/", async (c) => {
    const zone = zoneOf(world, c, anyGroup);
    const body = await jsonBody(c, badBody);
    if (typeof body.name !== "string" || body.name === "") {
      throw invalid(20011, body.name ?? "", "name", "it is required", "/name");
    }
    if (body.kind !== "zone")
      throw invalid(20017, body.kind ?? "", "kind", "a zone takes only 'zone'", "/kind");
    const phase = writable(c, checkPhase(body.phase));
    if (entrypoint(zone, phase) !== undefined) {
      // One per phase: developers.cloudflare.com/ruleset-engine/about/rulesets/#entry-point-ruleset.
      const reason = `exceeded maximum number of zone rulesets for phase ${phase}`;
      throw invalid(20217, "zone", "kind", reason, "/kind");
    }
    return answer(c, wire(create(zone, phase, body)));
  });

  app.get("/phases/:phase/entrypoint", (c) => {
    const zone = zoneOf(world, c, anyGroup);
    const phase = checkPhase(c.req.param("phase"));
    const found = entrypoint(zone, phase);
    if (found === undefined) {
      throw refusal(404, 10003, `could not find entrypoint ruleset in the ${phase} phase`);
    }
    return answer(c, wire(found));
  });

  // Creates the ruleset if it does not exist:
  // developers.cloudflare.com/ruleset-engine/basic-operations/deploy-rulesets.
  app.put("/phases/:phase/entrypoint", async (c) => {
    const zone = zoneOf(world, c, anyGroup);
    const phase = writable(c, checkPhase(c.req.param("phase")));
    const body = await jsonBody(c, badBody);
    const found = entrypoint(zone, phase);
    return answer(c, wire(found === undefined ? create(zone, phase, body) : replace(found, body)));
  });

  app.get("/:ruleset", (c) => {
    const zone = zoneOf(world, c, anyGroup);
    return answer(c, wire(find(c, zone)));
  });

  app.put("/:ruleset", async (c) => {
    const zone = zoneOf(world, c, anyGroup);
    const ruleset = find(c, zone);
    writable(c, ruleset.phase);
    const body = await jsonBody(c, badBody);
    // Kind and phase are fixed: developers.cloudflare.com/ruleset-engine/rulesets-api/update.
    if (body.kind !== undefined && body.kind !== ruleset.kind) {
      throw invalid(20017, body.kind, "kind", "it cannot be changed", "/kind");
    }
    if (body.phase !== undefined && body.phase !== ruleset.phase) {
      throw invalid(20019, body.phase, "phase", "it cannot be changed", "/phase");
    }
    return answer(c, wire(replace(ruleset, body)));
  });

  // 204 without a body. This deletes the rules of all users of the phase.
  app.delete("/:ruleset", (c) => {
    const zone = zoneOf(world, c, anyGroup);
    const ruleset = find(c, zone);
    writable(c, ruleset.phase);
    slot().rulesets = slot().rulesets.filter((r) => r.id !== ruleset.id);
    world.changed();
    return c.body(null, 204);
  });

  // developers.cloudflare.com/ruleset-engine/rulesets-api/add-rule: the answer is the whole ruleset.
  app.post("/:ruleset/rules", async (c) => {
    const zone = zoneOf(world, c, anyGroup);
    const ruleset = find(c, zone);
    writable(c, ruleset.phase);
    const body = await jsonBody(c, badBody);
    checkCount(ruleset.rules.length + 1 + rulesBeside(zone.id, ruleset.phase), ruleset.phase);
    const fields = readRule(body, ruleset.phase, "");
    if (fields.ref !== undefined && ruleset.rules.some((r) => r.ref === fields.ref)) {
      throw invalid(20031, fields.ref, "ref", "another rule of the ruleset has it", "/ref");
    }
    const rule = keepRule({ ...fields, id: newId() }, [], microTime(world.now()));
    const rules = [...ruleset.rules];
    rules.splice(position(body.position, rules, rules.length), 0, rule);
    return answer(c, wire(commit(ruleset, rules)));
  });

  /**
   * A rule PATCH replaces the rule. A PATCH with only `action_parameters` is refused for its missing action
   * and blank expression, code 20125 (docs/fidelity/cloudflare.md). A PATCH with only a position moves the
   * rule.
   */
  app.patch("/:ruleset/rules/:rule", async (c) => {
    const zone = zoneOf(world, c, anyGroup);
    const ruleset = find(c, zone);
    writable(c, ruleset.phase);
    const rule = findRule(c, ruleset);
    const { position: place, ...body } = await jsonBody(c, badBody);
    const onlyMove = Object.keys(body).length === 0;
    const changed = onlyMove
      ? rule
      : keepRule(
          { ...readRule(body, ruleset.phase, ""), id: rule.id },
          ruleset.rules,
          microTime(world.now()),
        );
    const others = ruleset.rules.filter((r) => r.id !== rule.id);
    if (others.some((r) => r.ref === changed.ref)) {
      throw invalid(20031, changed.ref, "ref", "another rule of the ruleset has it", "/ref");
    }
    others.splice(position(place, others, ruleset.rules.indexOf(rule)), 0, changed);
    return answer(c, wire(commit(ruleset, others)));
  });

  app.delete("/:ruleset/rules/:rule", (c) => {
    const zone = zoneOf(world, c, anyGroup);
    const ruleset = find(c, zone);
    writable(c, ruleset.phase);
    const rule = findRule(c, ruleset);
    const rules = ruleset.rules.filter((r) => r.id !== rule.id);
    return answer(c, wire(commit(ruleset, rules)));
  });

  function writable(c: Context<Caller>, phase: string): string {
    zoneOf(world, c, [`${groupOfPhase[phase]} Write`]);
    return phase;
  }

  function entrypoint(zone: Zone, phase: string): Ruleset | undefined {
    return slot().rulesets.find((r) => r.zoneId === zone.id && r.phase === phase);
  }

  /** The number of rules in the zone's other phases of the same kind, which count towards the same limit. */
  function rulesBeside(zoneId: string, phase: string): number {
    const others = phasesOfKind(phase).filter((one) => one !== phase);
    return slot()
      .rulesets.filter((r) => r.zoneId === zoneId && others.includes(r.phase))
      .reduce((sum, r) => sum + r.rules.length, 0);
  }

  function find(c: Context<Caller>, zone: Zone): Ruleset {
    const id = c.req.param("ruleset") ?? "";
    const found = slot().rulesets.find((r) => r.zoneId === zone.id && r.id === id);
    if (!isId(id)) throw invalid(20001, id, "ruleset_id", "it is not an identifier", "/ruleset_id");
    if (found === undefined) throw refusal(404, 10001, `could not find ruleset with ID '${id}'`);
    return found;
  }

  function create(zone: Zone, phase: string, body: Record<string, unknown>): Ruleset {
    const now = microTime(world.now());
    const ruleset: Ruleset = {
      id: newId(),
      zoneId: zone.id,
      name: typeof body.name === "string" ? body.name : "default",
      description: typeof body.description === "string" ? body.description : "",
      kind: "zone",
      phase,
      version: 1,
      lastUpdated: now,
      rules: readRules(body.rules, phase, rulesBeside(zone.id, phase)).map((fields) =>
        keepRule(fields, [], now),
      ),
    };
    slot().rulesets.push(ruleset);
    world.changed();
    return ruleset;
  }

  /**
   * PUT replaces the whole list of rules. Without `rules` it changes only the properties
   * (rulesets-api/update).
   */
  function replace(ruleset: Ruleset, body: Record<string, unknown>): Ruleset {
    const now = microTime(world.now());
    const rules =
      body.rules === undefined
        ? ruleset.rules
        : readRules(body.rules, ruleset.phase, rulesBeside(ruleset.zoneId, ruleset.phase)).map((fields) =>
            keepRule(fields, ruleset.rules, now),
          );
    if (typeof body.description === "string") ruleset.description = body.description;
    return commit(ruleset, rules);
  }

  function commit(ruleset: Ruleset, rules: Rule[]): Ruleset {
    ruleset.rules = rules;
    ruleset.version += 1;
    ruleset.lastUpdated = microTime(world.now());
    world.changed();
    return ruleset;
  }
  return app;
}

function findRule(c: Context<Caller>, ruleset: Ruleset): Rule {
  const id = c.req.param("rule") ?? "";
  const rule = ruleset.rules.find((r) => r.id === id);
  if (rule === undefined) throw refusal(404, 10002, `could not find rule with ID '${id}'`);
  return rule;
}

/** `position`: `{before: id}`, `{after: id}` (empty: first, last) or `{index: n}` from 1. */
function position(raw: unknown, rules: readonly Rule[], otherwise: number): number {
  if (typeof raw !== "object" || raw === null) return otherwise;
  const { before, after, index } = raw as { before?: string; after?: string; index?: number };
  const at = (id: string) => {
    const found = rules.findIndex((r) => r.id === id);
    if (found < 0) throw invalid(20204, id, "position", "there is no such rule", "/position");
    return found;
  };
  if (index !== undefined) return Math.max(0, Math.min(rules.length, index - 1));
  if (before !== undefined) return before === "" ? 0 : at(before);
  if (after !== undefined) return after === "" ? rules.length : at(after) + 1;
  return otherwise;
}

function wire({ id, name, description, kind, phase, version, lastUpdated, rules }: Ruleset) {
  return { id, name, description, kind, version: String(version), rules, last_updated: lastUpdated, phase };
}
