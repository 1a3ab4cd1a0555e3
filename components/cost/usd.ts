/** Amounts of money as text. They are whole micro-dollars everywhere else. */

const microsPerCent = 10_000;

/** Micro-dollars as US dollars with two decimals, rounded to the nearest cent. */
export function usd(micros: number): string {
  return cents(Math.round(micros / microsPerCent));
}

/** Micro-dollars as US dollars with two decimals, rounded up. */
export function usdUp(micros: number): string {
  return cents(Math.ceil(micros / microsPerCent));
}

/** A difference with its sign. */
export function signedUsd(micros: number): string {
  if (micros === 0) return usd(0);
  return `${micros > 0 ? "+" : "−"}${usd(Math.abs(micros))}`;
}

/** The price of a unit in US dollars, with two decimals or as many as it needs, up to a limit. */
export function unitUsd(micros: number, decimals = 4): string {
  return cents(micros / microsPerCent, decimals);
}

/** US dollars with up to two decimals as micro-dollars. */
export function microsOf(dollars: number): number {
  return Math.round(dollars * 100) * microsPerCent;
}

function cents(count: number, decimals = 2): string {
  return (count / 100).toLocaleString("en-US", {
    useGrouping: false,
    minimumFractionDigits: 2,
    maximumFractionDigits: decimals,
  });
}
