/** flyctl's own variables for its three APIs, when they are not at their usual place. */
export function flyEndpoint(base: string | undefined): Record<string, string> {
  return base === undefined
    ? {}
    : { FLY_API_BASE_URL: base, FLY_FLAPS_BASE_URL: base, FLY_UIEX_BASE_URL: base };
}
