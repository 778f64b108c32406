import { beginSession, registerInSession } from '../../src/contracts/http/sessions.ts';
import type { AnswerOf, Operation } from '../../src/contracts/operation.ts';
import type { Client, Reply } from '../../src/runtime/http/client.ts';
import type { CallInput } from '../../src/runtime/service.ts';
import { uniqueName } from './postgres.ts';
import type { TestShop } from './shop.ts';
import { expectStatus } from './trade.ts';

type Headers = Readonly<Record<string, string>>;

/** A cookie as a browser keeps it. */
export interface Kept {
  readonly value: string;
  readonly path: string;
  readonly attributes: string;
}

/** A browser on a page of the shop: it keeps cookies, sends those of the path, and says where its page is from. */
export class Browser {
  readonly jar = new Map<string, Kept>();
  readonly origin: string;
  readonly #client: Client;

  constructor(shop: Pick<TestShop, 'url' | 'client'>) {
    this.#client = shop.client;
    this.origin = new URL(shop.url).origin;
  }

  /** As the shop's own page asks. */
  async ask<O extends Operation>(operation: O, input?: CallInput<O>, headers: Headers = {}): Promise<Reply<O>> {
    const csrf = this.jar.get('suanpan_csrf');
    const page: Headers = { origin: this.origin, 'sec-fetch-site': 'same-origin' };
    return this.send(operation, input, { ...page, ...(csrf && { 'x-csrf-token': csrf.value }), ...headers });
  }

  /** With its cookies, and no more than these headers. */
  async send<O extends Operation>(operation: O, input: CallInput<O> | undefined, headers: Headers): Promise<Reply<O>> {
    const cookie = this.cookiesFor(operation.path);
    // Several gateways have several addresses in tests: the browser's page is of one host, whichever answers.
    const host = new URL(this.origin).host;
    const sent = { host, 'user-agent': 'Firefox', ...(cookie === '' ? {} : { cookie }), ...headers };
    const reply = await this.#client.request(operation, input, { token: null, headers: sent });
    this.#keep(reply.headers['set-cookie']);
    return reply;
  }

  cookiesFor(path: string): string {
    const sent = [...this.jar].filter(([, kept]) => path.startsWith(kept.path));
    return sent.map(([name, { value }]) => `${name}=${value}`).join('; ');
  }

  async register() {
    const body = { email: `${uniqueName('guest')}@example.com`, password: 'correct horse battery', name: '林小荷' };
    const { user, csrfToken, expiresIn } = expectStatus(await this.ask(registerInSession, { body }), 201);
    return { ...body, user, csrfToken, expiresIn };
  }

  async logIn(email: string): Promise<AnswerOf<typeof beginSession>['body']> {
    return expectStatus(await this.ask(beginSession, { body: { email, password: 'correct horse battery' } }), 200);
  }

  #keep(header: string | undefined): void {
    // The client has put several into one, and none of ours has a comma.
    for (const line of header?.split(', ') ?? []) {
      const [pair = '', ...attributes] = line.split('; ');
      const [name = '', value = ''] = pair.split('=');
      const path = attributes.find((one) => one.startsWith('Path='))?.slice(5) ?? '/';
      if (attributes.includes('Max-Age=0')) this.jar.delete(name);
      else this.jar.set(name, { value, path, attributes: attributes.join('; ') });
    }
  }
}
