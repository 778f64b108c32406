/** Where progress goes: a terminal has one line that changes, anything else a line for each step. */
export interface Screen {
  readonly isTerminal: boolean;
  readonly columns: number;
  write(text: string): void;
}

/** What the bench is at, and how long it will take from here. */
export class Progress {
  readonly #screen: Screen;
  readonly #now: () => number;
  #secondsAhead: number;
  #label = '';
  #stepSeconds = 0;
  #stepStartedMs = 0;

  constructor(screen: Screen, seconds: number, now: () => number = () => performance.now()) {
    this.#screen = screen;
    this.#secondsAhead = seconds;
    this.#now = now;
  }

  /** Runs a step that was planned to take so long; `tell` says how far it is. */
  async step<Result>(label: string, seconds: number, work: (tell: Tell) => Promise<Result>): Promise<Result> {
    this.#label = label;
    this.#stepSeconds = seconds;
    this.#secondsAhead -= seconds;
    this.#stepStartedMs = this.#now();
    this.#show('');
    return work((text) => {
      if (this.#screen.isTerminal) this.#show(text);
    });
  }

  /** Something worth keeping on the screen. */
  say(text: string): void {
    this.#screen.write(this.#screen.isTerminal ? `\r\x1b[K${text}\n` : `${text}\n`);
  }

  /** Never below what is planned for the steps to come. */
  get secondsToGo(): number {
    const elapsed = (this.#now() - this.#stepStartedMs) / 1_000;
    return Math.max(0, this.#secondsAhead) + Math.max(0, this.#stepSeconds - elapsed);
  }

  #show(text: string): void {
    const line = `[${clock(this.secondsToGo)} to go] ${this.#label}${text === '' ? '' : `: ${text}`}`;
    const { isTerminal, columns } = this.#screen;
    this.#screen.write(isTerminal ? `\r\x1b[K${line.slice(0, columns - 1)}` : `${line}\n`);
  }
}

export type Tell = (text: string) => void;

/** Minutes and seconds, as 12:07. */
export function clock(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
