/** One field of a cron expression: how it is called, and what its numbers mean where they have names. */
interface Field {
  readonly first: number;
  readonly names: readonly string[];
}

const months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const days = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const time: Field = { first: 0, names: [] };
const dayOfMonth: Field = { first: 1, names: [] };
const month: Field = { first: 1, names: months };

/**
 * A cron expression as expressions for OnCalendar=, systemd.time(7): two when the day of the month and of the week both count, as cron
 * takes either. Undefined when it says more than numbers, names, lists, ranges and steps.
 */
export function calendarOfCron(cron: string, timezone: string): readonly string[] | undefined {
  const given = cron.trim().toUpperCase().split(/\s+/);
  const [weekday = "", ...others] = (given.length === 5 ? ["0", ...given] : given).toReversed();
  const kinds = [month, dayOfMonth, time, time, time];
  const parts = others.map((word, index) => partOf(word, kinds[index] ?? time));
  const onDays = daysOf(weekday);
  if (given.length > 6 || onDays === undefined || parts.includes(undefined)) return undefined;
  const [inMonth, date = "", hour, minute, second] = parts;
  const at = `${hour}:${minute}:${second} ${timezone}`;
  const byDate = `*-${inMonth}-${date} ${at}`;
  const byDay = `${onDays} *-${inMonth}-* ${at}`;
  if (onDays === "") return [byDate];
  return date === "*" ? [byDay] : [byDate, byDay];
}

function partOf(word: string, { first, names }: Field): string | undefined {
  const items = word.split(",").map((item) => {
    const [, from = "", to, step] = /^(\*|\w+)(?:-(\w+))?(?:\/(\d+))?$/.exec(item) ?? [];
    const ends = [from === "*" && step !== undefined ? String(first) : from, ...(to === undefined ? [] : [to])];
    const numbers = ends.map((end) => (names.includes(end) ? String(names.indexOf(end) + first) : end));
    if (!numbers.every((number) => /^(?:\d+|\*)$/.test(number))) return undefined;
    return `${numbers.map(twoDigits).join("..")}${step === undefined ? "" : `/${step}`}`;
  });
  return items.includes(undefined) ? undefined : items.join(",");
}

const twoDigits = (number: string): string => (number === "*" ? number : number.padStart(2, "0"));

/** The days of a week in words, one by one as a range of cron may begin on a Sunday; empty for every day. */
function daysOf(word: string): string | undefined {
  if (word === "*") return "";
  const found = word.split(",").flatMap(daysOfItem);
  if (found.includes(undefined)) return undefined;
  const names = days.filter((_, day) => found.includes(day));
  return names.map((name) => name.charAt(0) + name.slice(1).toLowerCase()).join(",");
}

function daysOfItem(item: string): readonly (number | undefined)[] {
  const [, from = "", to = from, step = "1"] = /^(\*(?=$|\/)|\w+(?=$|-))(?:-(\w+))?(?:\/([1-9]\d*))?$/.exec(item) ?? [];
  const [first, last] = from === "*" ? [0, 6] : [numberOfDay(from), numberOfDay(to)];
  if (first === undefined || last === undefined || first > last) return [undefined];
  const amount = Math.floor((last - first) / Number(step)) + 1;
  return Array.from({ length: amount }, (_, index) => (first + index * Number(step)) % 7);
}

function numberOfDay(word: string): number | undefined {
  if (/^[0-7]$/.test(word)) return Number(word);
  return days.includes(word) ? days.indexOf(word) : undefined;
}
