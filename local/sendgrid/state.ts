/** What the local Sendgrid remembers. */
export interface SendgridState {
  [part: string]: unknown;
}

/** The Sendgrid of a fresh local world. */
export function initialSendgrid(): SendgridState {
  return {};
}
