/** The same error is spelled in several ways: ORDERNOTEXIST, ORDER_NOT_EXIST, ORDER_NOT_EXISTS. */
export function canonical(code: string): string {
  return code
    .toUpperCase()
    .replaceAll('_', '')
    .replace(/EXISTS$/, 'EXIST');
}

const set = (...codes: readonly string[]): ReadonlySet<string> => new Set(codes.map(canonical));

const notThere = set('ORDER_NOT_EXIST', 'RESOURCE_NOT_EXISTS');

/** What the documentation of Native, JSAPI, closing and refunds lists for a request that was understood and not carried out. */
const refusals = set(
  ...['PARAM_ERROR', 'INVALID_REQUEST', 'MCH_NOT_EXISTS', 'APPID_MCHID_NOT_MATCH', 'OPENID_MISMATCH', 'NO_AUTH'],
  ...['RULE_LIMIT', 'ACCOUNT_ERROR', 'USER_ACCOUNT_ABNORMAL', 'REQUEST_BLOCKED', 'NOT_ENOUGH', 'TRADE_ERROR'],
  ...['OUT_TRADE_NO_USED', 'ORDER_PAID', 'ORDER_CLOSED', 'ORDER_NOT_EXIST', 'RESOURCE_NOT_EXISTS', 'USERPAYING'],
  ...['INVALID_TRANSACTIONID', 'ORDER_REVERSED'],
);

export type Meaning =
  /** 2xx: in the fields is what was asked for. */
  | 'done'
  /** There is no such order or refund. */
  | 'not there'
  /** Understood and not carried out, this time: an earlier request under the same number may have been. */
  | 'refused'
  /** Nothing is known: SIGN_ERROR, FREQUENCY_LIMITED, SYSTEM_ERROR, BANK_ERROR, and what is in no list. */
  | 'unknown';

/** By the HTTP class first, then by the code, whichever way it is spelled; total over both. */
export function meaningOf(status: number, code: string): Meaning {
  if (status >= 200 && status < 300) return 'done';
  if (status < 400 || status >= 500 || status === 401 || status === 408 || status === 429) return 'unknown';
  const name = canonical(code);
  if (notThere.has(name)) return 'not there';
  return refusals.has(name) ? 'refused' : 'unknown';
}
