import type { Content } from './content.ts';

/** What happens to an answer instead of reaching the one who asked. */
export type Trouble =
  /** The connection stays open, and nothing comes. */
  | 'no answer'
  /** The connection ends without an answer. */
  | 'cut'
  /** HTTP 502 with a page of the proxy before it. */
  | 'server error'
  /** As it should be, but without `sign`. */
  | 'unsigned'
  /** Signed with a key that is not Alipay's. */
  | 'forged'
  /** 20000 isp.unknow-error, signed. */
  | 'unknown'
  /** 40004 ACQ.SYSTEM_ERROR, signed. */
  | 'system error'
  /** 10003, signed. */
  | 'waiting';

export interface Fault {
  readonly trouble: Trouble | { readonly refuse: string };
  /** Whether what was asked for is carried out all the same. A refusal never is. */
  readonly applied: boolean;
  /** Only for requests of this method; of any else. */
  readonly method?: string;
  /** How many requests it befalls; one unless told otherwise. */
  readonly times?: number;
}

/** Faults that wait for their request, the oldest first. */
export class Faults {
  #waiting: { readonly fault: Fault; left: number }[] = [];

  add(fault: Fault): void {
    this.#waiting.push({ fault, left: fault.times ?? 1 });
  }

  clear(): void {
    this.#waiting = [];
  }

  next(method: string): Fault | undefined {
    const found = this.#waiting.find(({ fault }) => fault.method === undefined || fault.method === method);
    if (!found) return undefined;
    found.left -= 1;
    if (found.left <= 0) this.#waiting = this.#waiting.filter((other) => other !== found);
    return found.fault;
  }
}

/** What Alipay says where it does not know either, or refuses. */
export function troubleContent(trouble: Fault['trouble']): Content | undefined {
  if (typeof trouble === 'object') {
    return { code: '40004', msg: 'Business Failed', sub_code: trouble.refuse, sub_msg: '模拟的错误' };
  }
  switch (trouble) {
    case 'unknown':
      return { code: '20000', msg: 'Service Currently Unavailable', sub_code: 'isp.unknow-error', sub_msg: '系统繁忙' };
    case 'system error':
      return { code: '40004', msg: 'Business Failed', sub_code: 'ACQ.SYSTEM_ERROR', sub_msg: '系统错误' };
    case 'waiting':
      return { code: '10003', msg: ' order success pay inprocess' };
    default:
      return undefined;
  }
}
