/** The pages' policy lets no picture come from another host: it is not even asked for, nor is what is no address at all. */
export function isElsewhere(url: string): boolean {
  return URL.parse(url, location.origin)?.origin !== location.origin;
}
