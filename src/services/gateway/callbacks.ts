import { receiveCallback as operation } from '#contracts/http/gateway.ts';
import { takeCallback } from '#contracts/http/payment.ts';
import { answer, type Request } from '#runtime/service.ts';

/** Hands a provider's call on as it came, and payment's answer back as it is. */
export const receiveCallback = answer(operation, async (request, context) => {
  const { params } = request;
  const body = Buffer.from(request.rawBody ?? new Uint8Array()).toString('base64');
  const told = { path: `/callbacks/${params.provider}`, headers: headersOf(request), body };
  const { body: reply } = await context.call(takeCallback, { params, body: told }, request);
  const headers = reply.contentType === null ? {} : { 'content-type': reply.contentType };
  // The provider's own status, of which the contract names the usual ones.
  return { status: reply.status as 200, body: reply.body, headers };
});

const notForPayment = new Set(['authorization', 'cookie']);

function headersOf({ headers = {} }: Request): Record<string, string> {
  const single = Object.entries(headers).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return Object.fromEntries(single.filter(([name]) => !notForPayment.has(name)));
}
