/** Exact sums of decimal texts: money is never added as a binary fraction. */

/** Return a decimal text as a whole number of 10^-`digits`. */
function units(text: string, digits: number): bigint {
  const found = /^([+-]?)(\d+)(?:\.(\d+))?$/.exec(text.trim());
  if (!found) throw new RangeError(`${text} is no decimal number`);
  const [, sign, whole = "0", part = ""] = found;
  const value = BigInt(whole + part.padEnd(digits, "0"));
  return sign === "-" ? -value : value;
}

function digitsOf(text: string): number {
  return text.trim().split(".")[1]?.length ?? 0;
}

/** Return the sum of decimal texts, with as many digits as the longest of them has. */
export function decimalSum(texts: readonly string[]): string {
  const digits = Math.max(0, ...texts.map(digitsOf));
  const sum = texts.reduce((total, text) => total + units(text, digits), 0n);
  const bare = (sum < 0n ? -sum : sum).toString().padStart(digits + 1, "0");
  const sign = sum < 0n ? "-" : "";
  if (digits === 0) return sign + bare;
  return `${sign}${bare.slice(0, -digits)}.${bare.slice(-digits)}`;
}

/** Return the negative of a decimal text. */
export function negated(text: string): string {
  const bare = text.trim();
  if (bare.startsWith("-")) return bare.slice(1);
  return /[1-9]/.test(bare) ? `-${bare.replace(/^\+/, "")}` : bare;
}

/** Tell whether two decimal texts are the same number. */
export function isSame(one: string, other: string): boolean {
  return !/[1-9]/.test(decimalSum([one, negated(other)]));
}
