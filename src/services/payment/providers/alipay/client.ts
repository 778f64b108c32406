import { createRequire } from 'node:module';
import type { AlipaySdk } from 'alipay-sdk';
import { keepingSockets } from '#runtime/http/sockets.ts';
import type { AlipaySettings } from './merchant.ts';

/** What Alipay's own client is used for: to sign, and to verify signatures. See gateway.ts for what it is not used for. */
export interface Client {
  /** The parameters of a request with their signature. `parameters` may name the common ones; `timestamp` must be there. */
  signed(method: string, parameters: Parameters): URLSearchParams;
  /** The address that the buyer's browser is sent to, signed. */
  page(method: string, parameters: Parameters): string;
  /** Whether Alipay has signed these characters. */
  verify(content: string, signature: unknown): boolean;
  /** Whether Alipay has signed this notification. */
  verifyNotification(parameters: Readonly<Record<string, string>>): boolean;
}

interface Parameters {
  readonly content: Readonly<Record<string, unknown>>;
  readonly common: Readonly<Record<string, string>> & { readonly timestamp: string };
}

/** The package is big, and a callback is read in one go: it is loaded at the first use, and not awaited. */
export function lazyClient(options: AlipaySettings): Client {
  let sdk: AlipaySdk | undefined;
  const client = (): AlipaySdk => {
    sdk ??= makeSdk(options);
    return sdk;
  };
  return {
    signed(method, { content, common }) {
      const parameters = { format: 'JSON', ...common, biz_content: content };
      return new URLSearchParams(client().sdkExecute(method, parameters, { bizContentAutoSnakeCase: false }));
    },
    page: (method, { content, common }) =>
      client().pageExecute(method, 'GET', { format: 'JSON', ...common, bizContent: content }),
    verify: (content, signature) => isSignature(signature) && client().rsaCheck(content, signature, 'RSA2'),
    // The client would take the notification's own word for how it is signed, and that may be the broken SHA-1.
    verifyNotification: (parameters) =>
      parameters.sign_type === 'RSA2' && isSignature(parameters.sign) && client().checkNotifySignV2(parameters),
  };
}

function makeSdk({ appId, gateway, privateKey, alipayPublicKey }: AlipaySettings): AlipaySdk {
  const { AlipaySdk } = keepingSockets(
    () => createRequire(import.meta.url)('alipay-sdk') as typeof import('alipay-sdk'),
  );
  return new AlipaySdk({
    appId,
    gateway,
    // PKCS#1, which is what the client takes a key for unless told otherwise, whatever the key file was.
    privateKey: privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
    alipayPublicKey: alipayPublicKey.export({ type: 'spki', format: 'pem' }).toString(),
    signType: 'RSA2',
  });
}

/** Base64 as it has to be: the decoder beneath skips what it does not know, and so takes many texts for one signature. */
function isSignature(text: unknown): text is string {
  return typeof text === 'string' && text !== '' && Buffer.from(text, 'base64').toString('base64') === text;
}
