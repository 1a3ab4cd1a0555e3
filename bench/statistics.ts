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
 * How far the growth from the first size to the last one is from a straight line: the middle size as that line foretells
 * it ÷ as it was. 1 is linear, 3.4 is quadratic for sizes of 1, 5 and 20 without a constant.
 */
export function bendOf(points: readonly Point[]): number {
  const [first, middle, last] = threeOf(points);
  return (first[1] + slope(first, last) * (middle[0] - first[0])) / middle[1];
}

/** The cost of one more, from the first size to the last one, as a share of what the first size costs. */
export function shareOfOneMore(points: readonly Point[]): number {
  const [first, , last] = threeOf(points);
  return slope(first, last) / first[1];
}

type Point = readonly [size: number, value: number];

function threeOf([first, middle, last]: readonly Point[]): [Point, Point, Point] {
  if (first === undefined || middle === undefined || last === undefined)
    throw new Error("growth needs three sizes");
  return [first, middle, last];
}

function slope(a: Point, b: Point): number {
  return (b[1] - a[1]) / (b[0] - a[0]);
}
