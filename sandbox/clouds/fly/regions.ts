/**
 * Fly's regions. Codes and places: https://fly.io/docs/reference/regions/ (2026-08: eighteen of them). The
 * fields about gateways and paid plans follow `GET /v1/platform/regions`.
 */
export interface Region {
  code: string;
  name: string;
  latitude: number;
  longitude: number;
  geo: string;
}

const region = (code: string, name: string, latitude: number, longitude: number, geo: string): Region => ({
  code,
  name,
  latitude,
  longitude,
  geo,
});

export const regions: readonly Region[] = [
  region("ams", "Amsterdam, Netherlands", 52.374, 4.9, "europe"),
  region("arn", "Stockholm, Sweden", 59.67, 17.94, "europe"),
  region("bom", "Mumbai, India", 19.1, 72.87, "asia_pacific"),
  region("cdg", "Paris, France", 48.86, 2.35, "europe"),
  region("dfw", "Dallas, Texas (US)", 32.78, -96.8, "north_america"),
  region("ewr", "Secaucus, NJ (US)", 40.79, -74.06, "north_america"),
  region("fra", "Frankfurt, Germany", 50.11, 8.68, "europe"),
  region("gru", "Sao Paulo, Brazil", -23.55, -46.64, "south_america"),
  region("iad", "Ashburn, Virginia (US)", 39.04, -77.49, "north_america"),
  region("jnb", "Johannesburg, South Africa", -26.2, 28.04, "africa"),
  region("lax", "Los Angeles, California (US)", 34.05, -118.24, "north_america"),
  region("lhr", "London, United Kingdom", 51.51, -0.13, "europe"),
  region("nrt", "Tokyo, Japan", 35.69, 139.69, "asia_pacific"),
  region("ord", "Chicago, Illinois (US)", 41.88, -87.63, "north_america"),
  region("sin", "Singapore, Singapore", 1.35, 103.82, "asia_pacific"),
  region("sjc", "San Jose, California (US)", 37.34, -121.89, "north_america"),
  region("syd", "Sydney, Australia", -33.87, 151.21, "asia_pacific"),
  region("yyz", "Toronto, Canada", 43.65, -79.38, "north_america"),
];

/** The region with this code, if Fly has it. */
export function findRegion(code: string): Region | undefined {
  return regions.find((r) => r.code === code);
}
