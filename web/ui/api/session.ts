import { renewSession as contract } from '#contracts/http/sessions.ts';
import { ApiProblem } from './problem.ts';

/**
 * The session of a browser lies in httpOnly cookies that no script sees; what changes something carries beside them a token
 * that only a page of this origin can read. It is read at each request: another tab may have renewed the session.
 */
const csrfCookies = ['__Host-suanpan_csrf', 'suanpan_csrf'];

function csrfToken(): string | undefined {
  for (const pair of document.cookie.split('; ')) {
    const [name = '', value = ''] = pair.split('=', 2);
    if (csrfCookies.includes(name) && value !== '') return decodeURIComponent(value);
  }
  return undefined;
}

/** Whether somebody is, or was, logged in here; only the platform knows for sure. */
export function mayBeSignedIn(): boolean {
  return csrfToken() !== undefined;
}

export function csrfHeaders(): Readonly<Record<string, string>> {
  const token = csrfToken();
  return token === undefined ? {} : { 'x-csrf-token': token };
}

let renewing: Promise<boolean> | undefined;
let over: () => void = () => undefined;

/** Has somebody told when the platform says that the session is over. */
export function onSessionOver(listener: () => void): void {
  over = listener;
}

/**
 * Whether there is a session again; all who ask meanwhile wait for the same answer. Where there is none to be had just now that
 * says nothing about the session, and is thrown.
 */
export function renewSession(): Promise<boolean> {
  renewing ??= (mayBeSignedIn() ? renew() : Promise.resolve(false))
    .then((isRenewed) => {
      if (!isRenewed) over();
      return isRenewed;
    })
    .finally(() => {
      renewing = undefined;
    });
  return renewing;
}

async function renew(): Promise<boolean> {
  const answer = await fetch(contract.path, {
    method: contract.method,
    headers: { 'content-type': 'application/json' },
    body: '{}',
    credentials: 'same-origin',
  }).catch(() => undefined);
  if (answer?.ok) return true;
  if (answer && answer.status >= 400 && answer.status < 500 && answer.status !== 429) return false;
  throw new ApiProblem(answer ? { code: 'unavailable', status: answer.status } : { code: 'unreachable' });
}
