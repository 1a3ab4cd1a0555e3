/** flyctl's variables for the addresses of its three APIs; none when the addresses are the usual ones. */
export function flyEndpoint(base: string | undefined): Record<string, string> {
  return base === undefined
    ? {}
    : { FLY_API_BASE_URL: base, FLY_FLAPS_BASE_URL: base, FLY_UIEX_BASE_URL: base };
}
