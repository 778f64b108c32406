import type { Answer, Connection } from './http.ts';
import type { LoadOptions } from './protocol.ts';

export interface Buyer {
  /** The header line with the token. */
  authorization: string;
  refreshToken: string;
}

/** Before an access token is 15 minutes old it must have been exchanged; a window may take as long as the difference. */
const freshMs = 8 * 60_000;

/** What the bench buys with: accounts with money, and how they stay signed in. */
export class Buyers {
  readonly all: Buyer[] = [];
  readonly userIds: string[] = [];
  #signedInMs = Number.POSITIVE_INFINITY;

  at(turn: number): Buyer {
    const buyer = this.all[turn % this.all.length];
    if (!buyer) throw new Error('nobody is signed in');
    return buyer;
  }

  /** Registers one; the answer is the platform's. */
  async register(connection: Connection, index: number): Promise<Answer> {
    this.#signedInMs = Math.min(this.#signedInMs, performance.now());
    const account = { email: `buyer-${index}@example.com`, password: `tea for ${index}`, name: `Buyer ${index}` };
    const answer = await connection.send('POST', '/v1/auth/register', '', JSON.stringify(account));
    if (answer.status === 201) {
      this.userIds.push((JSON.parse(answer.body) as { user: { id: string } }).user.id);
      this.all.push(signedIn(answer));
    }
    return answer;
  }

  get areFresh(): boolean {
    return performance.now() - this.#signedInMs < freshMs;
  }

  /** Exchanges everybody's tokens for new ones. */
  async refresh(
    send: (count: number, one: (connection: Connection, index: number) => Promise<Answer>) => Promise<void>,
  ) {
    const startedMs = performance.now();
    await send(this.all.length, async (connection, index) => {
      const buyer = this.at(index);
      const body = JSON.stringify({ refreshToken: buyer.refreshToken });
      const answer = await connection.send('POST', '/v1/auth/refresh', '', body);
      if (answer.status === 200) Object.assign(buyer, signedIn(answer));
      return answer;
    });
    this.#signedInMs = startedMs;
  }
}

export async function signInAdministrator(connection: Connection, { admin }: LoadOptions): Promise<Buyer> {
  const answer = await connection.send('POST', '/v1/auth/login', '', JSON.stringify(admin));
  if (answer.status !== 200) throw new Error(`the administrator cannot log in: ${answer.status} ${answer.body}`);
  return signedIn(answer);
}

function signedIn({ body }: Answer): Buyer {
  const { accessToken, refreshToken } = JSON.parse(body) as { accessToken: string; refreshToken: string };
  return { authorization: `authorization: Bearer ${accessToken}\r\n`, refreshToken };
}
