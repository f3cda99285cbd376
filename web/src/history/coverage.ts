/** What the lake holds of a series, a UTC day at a time, as a calendar of weeks. */

const DAY_MS = 86_400_000;

export interface DayHeld {
  /** Such as 2024-01-31. */
  readonly day: string;
  /** 0 to 1 of the day that is held. */
  readonly share: number;
}

export interface CalendarDay {
  readonly date: string;
  /** 0 Monday to 6 Sunday. */
  readonly weekday: number;
  /** Week of the calendar, 0 for the first one shown. */
  readonly week: number;
  /** 0 to 1; null outside of the span. */
  readonly share: number | null;
}

/** Return the day of a date, counted from 1970-01-01. */
export function dayNumber(date: string): number {
  return Math.floor(Date.parse(`${date}T00:00:00Z`) / DAY_MS);
}

/** Return the weekday of a day counted from 1970-01-01, a Thursday: 0 Monday to 6 Sunday. */
export function weekdayOf(day: number): number {
  return (((day + 3) % 7) + 7) % 7;
}

/** Return whole weeks, Monday first, over a span of days; its last day is included. */
export function calendar(held: readonly DayHeld[], first: string, last: string): CalendarDay[] {
  const [from, until] = [dayNumber(first), dayNumber(last) + 1];
  if (!(until > from)) return [];
  const shares = new Map(held.map((each) => [each.day, each.share]));
  const start = from - weekdayOf(from);
  const end = until + ((7 - weekdayOf(until)) % 7);
  return Array.from({ length: end - start }, (_, place) => {
    const day = start + place;
    const date = new Date(day * DAY_MS).toISOString().slice(0, 10);
    return {
      date,
      weekday: place % 7,
      week: Math.floor(place / 7),
      share: day < from || day >= until ? null : (shares.get(date) ?? 0),
    };
  });
}

/** Return the years that days lie in, newest first. */
export function yearsOf(held: readonly DayHeld[]): string[] {
  return [...new Set(held.map((each) => each.day.slice(0, 4)))].sort().reverse();
}

/** Return the part of a calendar's days that are held whole. */
export function wholeShare(days: readonly CalendarDay[]): { whole: number; all: number } {
  const inside = days.filter((day) => day.share !== null);
  return { whole: inside.filter((day) => (day.share ?? 0) >= WHOLE).length, all: inside.length };
}

/** From this share on a day counts as whole: a minute of trading without a bar is no gap. */
export const WHOLE = 0.999;
