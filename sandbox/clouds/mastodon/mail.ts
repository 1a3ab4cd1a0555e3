/** Rails' login to the mail server. */
import { smtpHosts, smtpLogin } from "../sendgrid/mail.ts";
import type { Situation } from "./behaviour.ts";

/**
 * SendGrid's SMTP ports: 25, 587 and 2525 use STARTTLS, 465 uses TLS from the first byte (docs.sendgrid.com).
 */
const sendgridPorts = { plain: ["25", "587", "2525"], tls: ["465"] };

/** Why a login fails, in Net::SMTP's words; undefined: it succeeds, or none is configured. */
export function loginFault(seen: Situation): string | undefined {
  const { env, world } = seen;
  const server = env.SMTP_SERVER ?? "";
  if (server === "") return undefined;
  const method = env.SMTP_AUTH_METHOD || "plain";
  const port = env.SMTP_PORT || "25";
  const password = env.SMTP_PASSWORD ?? "";
  const rejected = "Net::SMTPAuthenticationError: 535 Authentication failed: Bad username / password";
  const region = Object.entries(smtpHosts).find(([, host]) => host === server)?.[0];
  if (region !== undefined) {
    const tls = env.SMTP_TLS === "true";
    if (!(tls ? sendgridPorts.tls : sendgridPorts.plain).includes(port)) {
      return `Net::OpenTimeout: Timeout to open TCP connection to ${server}:${port} (exceeds 15 seconds)`;
    }
    if (method === "none") return undefined;
    const known = region === world.state.sendgrid.user.region ? smtpLogin(world, password) : undefined;
    if (env.SMTP_LOGIN !== "apikey" || known === undefined) return rejected;
    return known.scopes.includes("mail.send")
      ? undefined
      : "Net::SMTPAuthenticationError: 535 Authentication failed: The provided authorization grant does not permit mail.send";
  }
  const accepted = world.state.fly.dials.smtpServers[`${server}:${port}`];
  if (accepted === undefined) {
    return `SocketError: Failed to open TCP connection to ${server}:${port} (getaddrinfo: Name or service not known)`;
  }
  const methods = world.state.fly.dials.smtpMethods[`${server}:${port}`] ?? ["plain", "login"];
  if (method === "none") return undefined;
  // Exchange Online's text for a method that it does not offer.
  if (!methods.includes(method))
    return "Net::SMTPAuthenticationError: 504 5.7.4 Unrecognized authentication type";
  return accepted.includes(password) ? undefined : rejected;
}
