import { setTimeout as pause } from 'node:timers/promises';
import { administrator } from './platform.ts';

export interface AuditFound {
  readonly checked: Readonly<Record<string, number>>;
  readonly violations: readonly { readonly invariant: string; readonly detail: string }[];
  readonly seconds: number;
}

interface Audit extends AuditFound {
  readonly id: string;
  readonly finishedAt: string | null;
  readonly error: string | null;
}

/** The platform's own audit over all that the bench has left in its store: POST /v1/admin/audits. */
export async function auditOf(port: number): Promise<AuditFound> {
  const ask = async <Answer>(method: string, path: string, token?: string, body?: object): Promise<Answer> => {
    const headers = {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body && { 'content-type': 'application/json' }),
    };
    const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, init);
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Answer;
  };
  const startedMs = performance.now();
  const { accessToken } = await ask<{ accessToken: string }>('POST', '/v1/auth/login', undefined, administrator);
  const { id } = await ask<{ id: string }>('POST', '/v1/admin/audits', accessToken);
  for (;;) {
    const audit = await ask<Audit>('GET', `/v1/admin/audits/${id}`, accessToken);
    if (audit.error !== null) throw new Error(`the audit broke off: ${audit.error}`);
    if (audit.finishedAt !== null) {
      const { checked, violations } = audit;
      return { checked, violations, seconds: (performance.now() - startedMs) / 1_000 };
    }
    await pause(200);
  }
}
