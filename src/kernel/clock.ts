/** A point in time: whole milliseconds since the Unix epoch, UTC. */
export type Instant = number;

/** Where all code asks for the time. In production it follows the database's clock; tests and simulations set it. */
export interface Clock {
  now(): Instant;
}

/** The rows of a batch are of one moment: its text is made once. */
const latest: { instant: Instant; text: string } = { instant: Number.NaN, text: '' };

/** RFC 3339 in UTC with milliseconds, the only form in which time leaves the platform. */
export function toTimestamp(instant: Instant): string {
  if (instant !== latest.instant) {
    latest.text = new Date(instant).toISOString();
    latest.instant = instant;
  }
  return latest.text;
}

/** The inverse of {@link toTimestamp}; throws a RangeError for what is not a timestamp. */
export function fromTimestamp(text: string): Instant {
  const instant = Date.parse(text);
  if (Number.isNaN(instant)) throw new RangeError(`not an RFC 3339 timestamp: ${text}`);
  return instant;
}
