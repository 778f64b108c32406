import { logIn, logOut, refreshWebSession, register } from '#contracts/http/identity.ts';
import { beginSession, leaveSession, registerInSession, renewSession } from '#contracts/http/sessions.ts';
import type { AnswerOf } from '#contracts/operation.ts';
import { refuse } from '#kernel/problem.ts';
import { type Answering, answer, type Context as ContextOf, type Request } from '#runtime/service.ts';
import type { settings } from '../settings.ts';
import { readCookies, removeCookies, writeCookies } from './cookies.ts';
import { csrfTokenOf, isOverHttps, requireOwnOrigin } from './guard.ts';

type Context = ContextOf<typeof settings>;
type SignedIn = AnswerOf<typeof logIn>['body'];

/** Identity's tokens, put into cookies: what a script cannot read, it cannot lose (ADR 24). */
export const sessionAnswers: readonly Answering[] = [
  answer(beginSession, async (request, context: Context) => {
    const { isSecure, refreshToken: former } = browserOf(request, context);
    const { body } = await context.call(logIn, { body: request.body }, request);
    // The session that this one replaces: nobody can come back to it.
    if (former !== undefined) await end(former, request, context);
    return { status: 200 as const, ...opened(body, isSecure) };
  }),

  answer(registerInSession, async (request, context: Context) => {
    const { isSecure } = browserOf(request, context);
    const { body } = await context.call(register, { body: request.body }, request);
    return { status: 201 as const, ...opened(body, isSecure) };
  }),

  answer(renewSession, async (request, context: Context) => {
    const { isSecure, refreshToken } = browserOf(request, context);
    if (refreshToken === undefined) refuse('unauthenticated', 'There is no session.');
    const { body } = await context.call(refreshWebSession, { body: { refreshToken } }, request);
    return { status: 200 as const, ...opened(body, isSecure) };
  }),

  answer(leaveSession, async (request, context: Context) => {
    const { isSecure, refreshToken } = browserOf(request, context);
    if (refreshToken !== undefined) await end(refreshToken, request, context);
    return { status: 204 as const, body: null, headers: { 'set-cookie': removeCookies(isSecure) } };
  }),
];

function browserOf({ headers = {} }: Request, { settings: { publicUrl } }: Context) {
  requireOwnOrigin(headers, publicUrl);
  const isSecure = isOverHttps(headers, publicUrl);
  const { refresh } = readCookies(headers.cookie, isSecure);
  // What is not one of identity's tokens would be refused as a malformed request.
  return { isSecure, refreshToken: refresh !== undefined && refresh.length <= 256 ? refresh : undefined };
}

async function end(refreshToken: string, request: Request, context: Context): Promise<void> {
  await context.call(logOut, { body: { refreshToken } }, request);
}

function opened({ user, accessToken, refreshToken, expiresIn }: SignedIn, isSecure: boolean) {
  const csrfToken = csrfTokenOf(accessToken);
  const cookies = writeCookies({ session: accessToken, refresh: refreshToken, csrf: csrfToken }, isSecure);
  return { body: { user, expiresIn, csrfToken }, headers: { 'set-cookie': cookies } };
}
