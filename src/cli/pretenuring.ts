import { setFlagsFromString } from 'node:v8';

/**
 * Where most of what a place in the code makes has survived for a while, V8 makes it old from the start, for good: one moment
 * in which everybody waits for the disk, and all requests ever after are held by something that only a marking of the whole
 * heap finds dead (ADR 29). Before anything is warm; the flag is only ever looked at where such a place is judged.
 */
export function turnOffPretenuring(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
}
