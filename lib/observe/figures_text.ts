/** Figures as people read them. A number and its unit are never parted at the end of a line. */

const NO_BREAK = "\u00A0";

/** Seconds: `0.25 ms`, `12 ms`, `1.5 s`. */
export function durationText(seconds: number): string {
  if (seconds >= 1) return `${short(seconds)}${NO_BREAK}s`;
  return `${short(seconds * 1000)}${NO_BREAK}ms`;
}

/** How often a second: `0.3/s`, `1250/s`. */
export function rateText(rate: number): string {
  return `${short(rate)}/s`;
}

/** A number of bytes: `512 B`, `1.5 MiB`. */
export function bytesText(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${short(bytes / 2 ** (10 * power))}${NO_BREAK}${units[power]}`;
}

/** How long something has been there: `42 s`, `3 h 5 min`, `12 d 4 h`. */
export function uptimeText(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  const [days, hours, minutes] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3600) % 24,
    Math.floor(seconds / 60) % 60,
  ];
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}

/** Two or three digits, more only in front of the point. */
function short(value: number): string {
  if (value === 0) return "0";
  if (value >= 100) return String(Math.round(value));
  return String(Number(value.toPrecision(2)));
}
