/**
 * An answer of the gateway is `{"alipay_trade_query_response":{…},"sign":"…"}`, and the signature covers the characters of the
 * inner object as they came. The client finds them by searching for the key and for the last `"sign"`, then reads the values
 * with JSON.parse, which takes the last of two equal keys: it can be made to verify one object and to return another. So the
 * characters are found here by walking the text, and what was verified is what is parsed.
 */
export function membersOf(raw: string): ReadonlyMap<string, string> | undefined {
  const members = new Map<string, string>();
  let at = afterSpace(raw, 0);
  if (raw[at] !== '{') return undefined;
  do {
    at = afterSpace(raw, at + 1);
    const keyEnd = endOfValue(raw, at);
    const key = raw[at] === '"' ? parsed(raw.slice(at, keyEnd)) : undefined;
    at = afterSpace(raw, keyEnd);
    if (typeof key !== 'string' || raw[at] !== ':' || members.has(key)) return undefined;
    const start = afterSpace(raw, at + 1);
    const end = endOfValue(raw, start);
    members.set(key, raw.slice(start, end));
    at = afterSpace(raw, end);
  } while (raw[at] === ',');
  return raw[at] === '}' && afterSpace(raw, at + 1) === raw.length ? members : undefined;
}

/** The value of a JSON text; undefined where it is none. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function afterSpace(text: string, from: number): number {
  let at = from;
  while (/\s/.test(text[at] ?? '')) at += 1;
  return at;
}

/** Where the value that starts here ends: strings by their quotes, objects and lists by their brackets, all else at a comma. */
function endOfValue(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (character === '"') {
      at = endOfString(text, at);
      if (depth === 0) return at + 1;
    } else if (depth === 0 && /[,}\]\s:]/.test(character)) {
      return at;
    } else if (/[{[]/.test(character)) {
      depth += 1;
    } else if (/[}\]]/.test(character)) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return text.length;
}

function endOfString(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}
