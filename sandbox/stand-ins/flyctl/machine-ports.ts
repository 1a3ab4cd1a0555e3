/** `--port`: services by `port[:internal][/protocol[:handler…]]`. Source: superfly/flyctl command_run.go. */
import type { Data } from "./api/graphql.ts";
import { FlyError } from "./go/errors.ts";
import type { Run } from "./run.ts";

/** The services with the `--port` flags applied. A service without ports is dropped. */
export function determineServices(run: Run, services: Data[]): Data[] {
  const all = services.map((service) => ({ ...service, ports: [...(service.ports ?? [])] }) as Data);
  for (const text of run.list("port")) {
    const { internal, protocol, port, start, end, handlers } = parsePort(text);
    let service = all.find((one) => one.internal_port === internal && one.protocol === protocol);
    if (service === undefined) {
      service = { internal_port: internal, protocol, ports: [] };
      all.push(service);
    }
    if (handlers.length === 1 && handlers[0] === "-") {
      service.ports = [];
      continue;
    }
    const known = (service.ports as Data[]).find(
      (one) => (port !== undefined && one.port === port) || (start !== undefined && one.start_port === start),
    );
    if (known !== undefined) {
      known.handlers = handlers;
      if (start !== undefined) known.end_port = end;
    } else {
      service.ports.push({ port, start_port: start, end_port: end, handlers });
    }
  }
  return all.filter((service) => service.ports.length > 0);
}

interface PortFlag {
  internal: number;
  protocol: string;
  port: number | undefined;
  start: number | undefined;
  end: number | undefined;
  handlers: string[];
}

function parsePort(text: string): PortFlag {
  const [ports = "", rest, more] = text.split("/");
  if (more !== undefined) throw new FlyError("port must be at most two elements (ports/protocol:handler)");
  const [protocol = "tcp", ...handlers] = rest === undefined ? ["tcp"] : rest.split(":");
  const [external = "", machine, tooMany] = ports.split(":");
  if (tooMany !== undefined)
    throw new FlyError("port definition must be at most 2 elements (external:internal)");
  if (machine === undefined) {
    const port = number(external, "invalid port");
    return { internal: port, protocol, port, start: undefined, end: undefined, handlers };
  }
  const internal = number(machine, "invalid machine (internal) port");
  const [first = "", last, third] = external.split("-");
  if (third !== undefined) {
    throw new FlyError("external port must be at most 2 elements (port, or range start-end)");
  }
  if (last === undefined) {
    const port = number(first, "invalid external port");
    return { internal: internal || port, protocol, port, start: undefined, end: undefined, handlers };
  }
  const start = number(first, "invalid start port for port range");
  // The official flyctl reads the start of the range twice, so a range ends at its start.
  return { internal: internal || start, protocol, port: undefined, start, end: start, handlers };
}

function number(text: string, failed: string): number {
  if (/^[+-]?\d+$/.test(text)) return Number(text);
  throw new FlyError(`${failed}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`);
}
