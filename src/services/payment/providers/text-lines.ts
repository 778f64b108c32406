import { BillUnavailable } from './provider.ts';

/** No line of a bill comes near it. Without an end a packed file of some kilobytes could unpack into one line of gigabytes. */
const lineLengthMax = 64 * 1024;

/** Puts a text that comes in parts into lines, as it comes; they keep whatever stands before their `\n`. */
export async function* textLines(parts: AsyncIterable<string>): AsyncIterable<string> {
  let rest = '';
  for await (const part of parts) {
    const lines = (rest + part).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > lineLengthMax) throw new BillUnavailable('malformed', 'a line without an end');
    yield* lines;
  }
  yield rest;
}
