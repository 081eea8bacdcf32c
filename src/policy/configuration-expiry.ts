/** When an exemption ends: an RFC 3339 timestamp, or a date alone, which means the end of that day in UTC. */

export type Expiry =
  | { readonly kind: 'expiry' /** Milliseconds since 1970; from then on it has ended. */; readonly at: number }
  | { readonly kind: 'invalid' /** What to write, following `but got …: `. */; readonly hint: string };

const date = '(\\d{4})-(\\d{2})-(\\d{2})';
const time = '([01]\\d|2[0-3]):([0-5]\\d):([0-5]\\d)(\\.\\d{1,9})?';
const offset = '([Zz]|[+-](?:[01]\\d|2[0-3]):[0-5]\\d)';
/** The shape; whether the day exists is for the calendar. Leap seconds are left out, as Go's time.Parse does. */
export const expiryPattern = `^${date}(?:[Tt]${time}${offset})?$`;

const shape = new RegExp(expiryPattern, 'u');
const day = 24 * 60 * 60 * 1000;
const longest = 'YYYY-MM-DDTHH:MM:SS.nnnnnnnnn+HH:MM'.length;

/** Reads what an administrator wrote. */
export function parseExpiry(text: string): Expiry {
  const match = text.length > longest ? null : shape.exec(text);
  if (match === null) return { kind: 'invalid', hint: hintFor(text) };
  const [, year, month, dayOfMonth, hours, minutes, seconds, fraction, zone] = match;
  const midnight = midnightOf(Number(year), Number(month), Number(dayOfMonth));
  if (midnight === undefined) return { kind: 'invalid', hint: 'there is no such day in the calendar' };
  if (hours === undefined) return { kind: 'expiry', at: midnight + day };
  const withinDay = (Number(hours) * 60 + Number(minutes)) * 60_000 + Number(seconds) * 1000;
  return {
    kind: 'expiry',
    at: midnight + withinDay + Math.floor(Number(`0${fraction ?? ''}`) * 1000) - shiftOf(zone ?? 'Z'),
  };
}

/** Midnight in UTC, unless the day does not exist (Date would roll 30 February over into March). */
function midnightOf(year: number, month: number, dayOfMonth: number): number | undefined {
  const midnight = new Date(0);
  midnight.setUTCFullYear(year, month - 1, dayOfMonth);
  return midnight.getUTCMonth() === month - 1 && midnight.getUTCDate() === dayOfMonth ? midnight.getTime() : undefined;
}

function shiftOf(zone: string): number {
  if (zone === 'Z' || zone === 'z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4));
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000;
}

function hintFor(text: string): string {
  if (/^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?$/.test(text.slice(0, 60))) {
    return 'a time needs its seconds, a "T" before it and an offset from UTC after it, such as 2027-03-31T18:00:00Z';
  }
  return 'write it as 2027-03-31 or 2027-03-31T18:00:00+01:00';
}
