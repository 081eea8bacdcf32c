/** Decides whether a text is a timestamp to go.yaml.in/yaml/v2 v2.4.3 resolve.go. */

const DATE = /^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})$/;
const DATE_TIME =
  /^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})([Tt ])([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,][0-9]+)?(Z|[-+][0-9]{2}:[0-9]{2})?$/;

/** The four layouts of go-yaml, read as Go's time.Parse reads them. */
export function isTimestamp(text: string): boolean {
  if (text.charCodeAt(4) !== 0x2d) return false;
  const date = DATE.exec(text) ?? DATE_TIME.exec(text);
  if (date === null) return false;
  const [, year, month, day, separator, hour, minute, second, zone] = date;
  if (!isDate(Number(year), Number(month), Number(day))) return false;
  if (separator === undefined) return true;
  if ((separator === ' ') !== (zone === undefined)) return false;
  return Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60 && isZone(zone ?? 'Z');
}

function isDate(year: number, month: number, day: number): boolean {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const last = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1];
  return last !== undefined && day >= 1 && day <= last;
}

/** time.Parse bounds the offset since Go 1.20: hours to 24, minutes to 60. */
function isZone(zone: string): boolean {
  return zone === 'Z' || (Number(zone.slice(1, 3)) <= 24 && Number(zone.slice(4, 6)) <= 60);
}
