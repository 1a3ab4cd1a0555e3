/** What the local Fly remembers. */
export interface FlyState {
  [part: string]: unknown;
}

/** The Fly of a fresh local world. */
export function initialFly(): FlyState {
  return {};
}
