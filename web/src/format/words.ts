/** Names of the machine's, as people say them. */

/** Return `COINBASE:ETH-USDT` without its venue. */
export function shortName(instrument: string): string {
  return instrument.includes(":") ? instrument.slice(instrument.indexOf(":") + 1) : instrument;
}

/** Return the base of `COINBASE:ETH-USDT`, the unit of its sizes. */
export function baseOf(instrument: string): string {
  return shortName(instrument).split(/[-/]/)[0] ?? "";
}

/** Return `max_order_notional` as `max order notional`. */
export function spaced(name: string): string {
  return name.replaceAll("_", " ").replaceAll("-", " ");
}

/** Return the text with a capital first letter. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Return `1 order`, `2 orders`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString("en-US")} ${count === 1 ? one : many}`;
}
