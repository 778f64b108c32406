import type { KeyObject } from 'node:crypto';
import { contentOf, isSignatureOf, type Parameters } from './signing.ts';
import { instantOf } from './wire-forms.ts';

export interface GatewayRequest {
  readonly method: string;
  readonly parameters: Parameters;
  readonly content: Readonly<Record<string, unknown>>;
}

/** What the gateway says before it looks at the trade; codes of https://opendocs.alipay.com/common/02km9f. */
export interface GateRefusal {
  readonly code: '40001' | '40002' | '40006' | '20000';
  readonly subCode: string;
  readonly detail: string;
}

export interface Merchant {
  readonly appId: string;
  readonly sellerId: string;
  /** The app's, as the merchant has uploaded it. */
  readonly publicKey: KeyObject;
}

const needed = [
  ['method', 'isv.missing-method'],
  ['sign', 'isv.missing-signature'],
  ['sign_type', 'isv.missing-signature-type'],
  ['app_id', 'isv.missing-app-id'],
  ['timestamp', 'isv.missing-timestamp'],
  ['version', 'isv.missing-version'],
] as const;

/** The common parameters, as they stand in the address and in the form; the method is known even of what is refused. */
export function readRequest(
  pairs: readonly (readonly [string, string])[],
  merchant: Merchant,
  methods: ReadonlySet<string>,
): { readonly method: string; readonly request: GatewayRequest | GateRefusal } {
  const parameters = Object.fromEntries(pairs);
  const method = parameters.method ?? '';
  const refusal = refusalOf(pairs, parameters, merchant, methods);
  if (refusal) return { method, request: refusal };
  const content = contentIn(parameters.biz_content);
  return { method, request: content ? { method, parameters, content } : wrong('isv.invalid-parameter', 'biz_content') };
}

function refusalOf(
  pairs: readonly (readonly [string, string])[],
  parameters: Parameters,
  merchant: Merchant,
  methods: ReadonlySet<string>,
): GateRefusal | undefined {
  if (Object.keys(parameters).length !== pairs.length) return wrong('isv.invalid-parameter', 'a parameter comes twice');
  for (const [name, subCode] of needed) {
    if (!parameters[name]) return { code: '40001', subCode, detail: `${name} is missing` };
  }
  if (!methods.has(parameters.method ?? '')) return wrong('isv.invalid-method', 'method');
  if (parameters.app_id !== merchant.appId) return wrong('isv.invalid-app-id', '无效的AppID参数');
  if (parameters.sign_type !== 'RSA2') return wrong('isv.invalid-signature-type', 'sign_type');
  if (parameters.version !== '1.0') return wrong('isv.invalid-parameter', 'version');
  if ((parameters.format ?? 'JSON').toUpperCase() !== 'JSON') return wrong('isv.invalid-format', 'format');
  if ((parameters.charset ?? '').toLowerCase() !== 'utf-8') return wrong('isv.invalid-charset', 'charset');
  if (instantOf(parameters.timestamp) === undefined) return wrong('isv.invalid-timestamp', 'timestamp');
  for (const name of ['notify_url', 'return_url']) {
    const url = parameters[name];
    if (url !== undefined && (url.length > 256 || !/^https?:\/\//.test(url) || !URL.canParse(url))) {
      return wrong('isv.invalid-parameter', name);
    }
  }
  const empty = Object.keys(parameters).filter((name) => parameters[name] === '');
  const content = contentOf(parameters, ['sign', ...empty]);
  if (!isSignatureOf(content, parameters.sign ?? '', merchant.publicKey)) {
    return wrong('isv.invalid-signature', `验签出错，网关生成的验签字符串为：${content}`);
  }
  return undefined;
}

function contentIn(text: string | undefined): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function wrong(subCode: string, detail: string): GateRefusal {
  return { code: '40002', subCode, detail };
}
