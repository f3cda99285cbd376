/* Words for numbers and times. */

const DASH = "\u2014";
const MINUS = "\u2212";
const DAY = 86400;
const YEAR = 365.25 * DAY;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

function grouped(value, digits) {
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return Math.abs(value).toLocaleString("en-US", options);
}

function signed(value, text) {
  return value < 0 && /[1-9]/.test(text) ? MINUS + text : text;
}

function digitsFor(value) {
  const size = Math.abs(value);
  if (size >= 1000 || size === 0) return 2;
  return Math.min(10, Math.max(2, 5 - Math.floor(Math.log10(size))));
}

const amount = (value) => (value === null ? DASH : signed(value, grouped(value, digitsFor(value))));
const share = (value) => (value === null ? DASH : signed(value, `${grouped(value * 100, 2)}%`));

function axisText(value, step, scale) {
  const shown = value * scale;
  const digits = Math.max(0, -Math.floor(Math.log10(Math.abs(step * scale)) + 1e-9));
  if (scale === 1 && Math.abs(shown) >= 1e6) {
    const compact = { notation: "compact", maximumSignificantDigits: 4 };
    return signed(shown, Math.abs(shown).toLocaleString("en-US", compact));
  }
  return signed(shown, grouped(shown, Math.min(10, digits))) + (scale === 100 ? "%" : "");
}

const two = (value) => String(value).padStart(2, "0");

function timeText(second) {
  const at = new Date(second * 1000);
  const day = `${at.getUTCFullYear()}-${two(at.getUTCMonth() + 1)}-${two(at.getUTCDate())}`;
  return `${day} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())} UTC`;
}

/* --- Ticks --- */

function niceStep(range, count) {
  const rough = range / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough * 0.999);
}

function valueTicks(low, high, pixels, log) {
  if (log) {
    const ticks = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power += 1) {
      for (const factor of [1, 2, 5]) ticks.push([factor * 10 ** power, 10 ** power]);
    }
    const inside = ticks.filter(([value]) => value >= low && value <= high);
    if (inside.length >= 3) return inside;
  }
  const step = niceStep(high - low, pixels / 34);
  const ticks = [];
  for (let at = Math.ceil(low / step); at * step <= high; at += 1) ticks.push([at * step, step]);
  return ticks;
}

const FIXED_STEPS = [60, 300, 900, 1800, 3600, 10800, 21600, 43200, DAY, 2 * DAY, 4 * DAY, 7 * DAY, 14 * DAY];
const MONTH_STEPS = [1, 3, 6, 12, 24, 60, 120];

function timeTicks(start, to, pixels) {
  const rough = (to - start) / Math.max(2, pixels / 84);
  const from = start + ((to - start) * 17) / pixels; // a label further left would be cut
  const step = FIXED_STEPS.find((size) => size >= rough);
  const ticks = [];
  if (step) {
    for (let at = Math.ceil(from / step) * step; at <= to; at += step) {
      const year = step >= DAY && ticks.length === 0 ? ` ${new Date(at * 1000).getUTCFullYear()}` : "";
      ticks.push([at, fixedLabel(at, step) + year]);
    }
    return ticks;
  }
  const months = MONTH_STEPS.find((size) => size * 30.4 * DAY >= rough) || 240;
  const first = new Date(from * 1000);
  const firstMonth = Math.floor((first.getUTCFullYear() * 12 + first.getUTCMonth()) / months) * months;
  for (let month = firstMonth; ; month += months) {
    const at = Date.UTC(Math.floor(month / 12), month % 12, 1) / 1000;
    if (at > to) return ticks;
    if (at < from) continue;
    const year = String(Math.floor(month / 12));
    ticks.push([at, month % 12 === 0 ? year : `${MONTHS[month % 12]}${ticks.length ? "" : ` ${year}`}`]);
  }
}

function fixedLabel(second, step) {
  const at = new Date(second * 1000);
  const day = `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]}`;
  return step >= DAY || second % DAY === 0 ? day : `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`;
}
