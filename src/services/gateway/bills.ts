import { uploadBill as operation, reconcileFile } from '#contracts/http/reconciliation.ts';
import { answer } from '#runtime/service.ts';

/** Hands a bill's file on as it came. */
export const uploadBill = answer(operation, async (request, context) => {
  const bytes = Buffer.from(request.rawBody ?? new Uint8Array());
  const body = { ...request.query, file: bytes.toString('base64') };
  const reply = await context.call(reconcileFile, { body }, request);
  // An answer in bytes is sent as it is.
  const text = JSON.stringify(reply.body) as unknown as typeof reply.body;
  return { ...reply, body: text, headers: { 'content-type': 'application/json; charset=utf-8' } };
});
