import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { ConnectionError } from 'fastify';
import { type Problem, problem, statusOf } from '#kernel/problem.ts';
import { problemMediaType, toWireProblem } from './problems.ts';
import { securityHeaders } from './respond.ts';
import { urlLengthMax } from './settings.ts';
import { type Traces, traceIdOf } from './trace.ts';

/** Node keeps the answer under way here, and looks at it for the same purpose in its own handler of `clientError`. */
type AnsweringSocket = Socket & { readonly _httpMessage?: ServerResponse | null };

/**
 * Answers what never became a request: garbage, a request line or headers past their limit, or a client that takes too long
 * to send. It gets a problem with a Trace-Id like everything else, and the connection ends.
 */
export function answerConnectionError(error: ConnectionError, socket: Socket, traces: Traces): void {
  const answering = (socket as AnsweringSocket)._httpMessage;
  // While another request of this connection is being answered (pipelining), what is written now would be taken for its answer.
  const taken = answering !== undefined && answering !== null && (answering.headersSent || answering.req.complete);
  const code: string = error.code;
  if (code === 'ECONNRESET' || !socket.writable || taken) {
    socket.destroy();
    return;
  }
  const value = connectionProblem(error);
  const traceId = traceIdOf(traces.begin(undefined));
  const status = statusOf(value);
  const body = JSON.stringify(toWireProblem(value, traceId));
  const headers = { ...securityHeaders, 'content-type': problemMediaType, 'trace-id': traceId, connection: 'close' };
  let head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`;
  for (const [name, text] of Object.entries(headers)) head += `${name}: ${text}\r\n`;
  socket.end(`${head}\r\n${body}`, () => socket.destroy());
}

function connectionProblem(error: ConnectionError): Problem {
  const code: string = error.code;
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return problem('request_timeout');
  if (code === 'HPE_HEADER_OVERFLOW') {
    // Typed otherwise by Fastify, but Node hands over the bytes as they came.
    const packet: unknown = error.rawPacket;
    const lineEnds = !Buffer.isBuffer(packet) || packet.subarray(0, urlLengthMax).includes('\r\n');
    return problem(lineEnds ? 'headers_too_large' : 'uri_too_long');
  }
  return problem('malformed_request');
}
