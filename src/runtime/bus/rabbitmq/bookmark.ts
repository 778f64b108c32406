import type { Publications } from '../../log/publications.ts';
import type { Cancel, Scheduler } from '../../seams/scheduler.ts';
import type { Log } from '../../telemetry/log.ts';

const saveEveryMs = 500;

/** Up to where a log was handed over, and the newest message up to there that the consumer gets. */
export interface Place {
  readonly position: number;
  readonly last: number;
}

interface BookmarkOptions {
  readonly publications: Publications;
  readonly consumer: string;
  readonly scheduler: Scheduler;
  readonly log: Log;
  /** Where it stands now. */
  readonly place: () => Place;
  /** What is saved already. */
  readonly saved: Place | undefined;
  /** Another process has taken over. */
  readonly lost: () => void;
}

/** Saves where a publisher stands: now and then, and at its end. What was not saved is handed over twice, which is harmless. */
export class Bookmark {
  readonly #options: BookmarkOptions;
  #saved: Place | undefined;
  #cancel: Cancel | undefined;
  #saving: Promise<void> = Promise.resolve();
  #isLost = false;

  constructor(options: BookmarkOptions) {
    this.#options = options;
    this.#saved = options.saved;
  }

  /** The place may have moved. */
  moved(): void {
    this.#cancel ??= this.#options.scheduler.after(saveEveryMs, () => {
      this.#cancel = undefined;
      void this.#save();
    });
  }

  /** Saves it for the last time. */
  async close(): Promise<void> {
    this.#cancel?.();
    this.#cancel = undefined;
    await this.#save();
  }

  #save(): Promise<void> {
    this.#saving = this.#saving.then(() => this.#saveNow());
    return this.#saving;
  }

  async #saveNow(): Promise<void> {
    const { publications, consumer, log, place, lost } = this.#options;
    const { position, last } = place();
    if (this.#isLost || (position === this.#saved?.position && last === this.#saved.last)) return;
    try {
      if (await publications.save({ consumer, position, last })) {
        this.#saved = { position, last };
        return;
      }
      this.#isLost = true;
      lost();
    } catch (error) {
      log.warn({ err: error, consumer, position }, 'how far a log was published could not be saved');
    }
  }
}
