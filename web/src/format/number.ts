/**
 * Numbers as people read them. Money, prices and sizes arrive as decimal text and are never made
 * binary on the way: `Intl.NumberFormat` takes the text itself.
 */

export type Decimal = string | number | null | undefined;

export const UNKNOWN = "—";
const MINUS = "−";
const LOCALE = "en-US";

export interface NumberTerms {
  /** Places after the point: exactly this many, or from `min` to `max`. */
  digits?: number | { min: number; max: number };
  /** Whether a plus is written before what is positive. */
  sign?: boolean;
}

const FORMATS = new Map<string, Intl.NumberFormat>();

function formatOf(min: number, max: number, sign: boolean): Intl.NumberFormat {
  const key = `${min}/${max}/${sign}`;
  let format = FORMATS.get(key);
  if (format === undefined) {
    format = new Intl.NumberFormat(LOCALE, {
      minimumFractionDigits: min,
      maximumFractionDigits: max,
      signDisplay: sign ? "exceptZero" : "negative",
    });
    FORMATS.set(key, format);
  }
  return format;
}

/** Return whether there is a number at all: nothing, empty text and NaN are unknown, not zero. */
export function isKnown(value: Decimal): value is string | number {
  if (value === null || value === undefined || value === "") return false;
  return Number.isFinite(Number(value));
}

/** Return the number with thousands separated, or a dash where it is not known. */
export function number(value: Decimal, { digits = 2, sign = false }: NumberTerms = {}): string {
  if (!isKnown(value)) return UNKNOWN;
  const { min, max } = typeof digits === "number" ? { min: digits, max: digits } : digits;
  const text = formatOf(min, max, sign).format(value as Intl.StringNumericLiteral | number);
  return text.replace("-", MINUS);
}

/** Return money: two places, as accounts are kept. */
export function money(value: Decimal, terms: Omit<NumberTerms, "digits"> = {}): string {
  return number(value, { ...terms, digits: 2 });
}

/** Return a fraction as percent: `"0.05"` is `5.00 %`. */
export function percent(value: Decimal, { digits = 2, sign = false }: NumberTerms = {}): string {
  if (!isKnown(value)) return UNKNOWN;
  return `${number(Number(value) * 100, { digits, sign })} %`;
}

/** Return how many places after the point a step such as a tick or a lot has. */
export function placesOf(step: Decimal): number {
  if (!isKnown(step)) return 2;
  const text = String(step);
  const exponent = /e-(\d+)$/i.exec(text)?.[1];
  if (exponent !== undefined) return Number(exponent);
  return (text.split(".")[1] ?? "").replace(/0+$/, "").length;
}

/** Return a price with the places of its tick; without a tick, as many as it came with. */
export function price(value: Decimal, tick?: Decimal): string {
  if (!isKnown(value)) return UNKNOWN;
  if (tick !== undefined) return number(value, { digits: placesOf(tick) });
  const places = (String(value).split(".")[1] ?? "").length;
  return number(value, { digits: Math.min(Math.max(places, 2), 8) });
}

/** Return a size in base units, with the places of its lot where that is known. */
export function size(value: Decimal, lot?: Decimal, terms: { sign?: boolean } = {}): string {
  if (lot !== undefined) return number(value, { ...terms, digits: placesOf(lot) });
  return number(value, { ...terms, digits: { min: 0, max: 8 } });
}

/** Return a large count in three digits and a letter: `12,300` is `12.3k`. */
export function compact(value: Decimal): string {
  if (!isKnown(value)) return UNKNOWN;
  const text = new Intl.NumberFormat(LOCALE, {
    notation: "compact",
    maximumSignificantDigits: 3,
  }).format(Number(value));
  return text.replace("-", MINUS).replace("K", "k");
}

/** Return 1, -1 or 0, and 0 for what is not known. */
export function signOf(value: Decimal): -1 | 0 | 1 {
  if (!isKnown(value)) return 0;
  return Math.sign(Number(value)) as -1 | 0 | 1;
}

/** Return the part of `limit` that `used` is, from 0 up; null where either is not known. */
export function shareOf(used: Decimal, limit: Decimal): number | null {
  if (!isKnown(used) || !isKnown(limit) || Number(limit) === 0) return null;
  return Math.abs(Number(used)) / Math.abs(Number(limit));
}
