/** The pages' policy lets no picture come from another host: it is not even asked for. */
export function isElsewhere(url: string): boolean {
  return new URL(url, location.origin).origin !== location.origin;
}
