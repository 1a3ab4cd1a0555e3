/** Medians and spreads of a few measurements. Pure. */

/** A measured quantity: its values, one a run. */
export interface Series {
  median: number;
  least: number;
  most: number;
}

/** @throws Error when there is no value */
export function seriesOf(values: readonly number[]): Series {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  const [least, most] = [sorted[0], sorted.at(-1)];
  if (low === undefined || high === undefined || least === undefined || most === undefined)
    throw new Error("a series needs a value");
  return { median: (low + high) / 2, least, most };
}

/**
 * How far the growth from the first size to the last one is from a straight line: the cost of one more in the upper
 * half ÷ the cost of one more in the lower half. 1 is linear, 2 is beginning to be quadratic.
 */
export function bendOf(points: readonly (readonly [size: number, value: number])[]): number {
  const [first, middle, last] = points;
  if (first === undefined || middle === undefined || last === undefined)
    throw new Error("growth needs three sizes");
  const slope = (a: readonly [number, number], b: readonly [number, number]) => (b[1] - a[1]) / (b[0] - a[0]);
  return slope(middle, last) / slope(first, middle);
}
