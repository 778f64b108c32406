import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Ask, LoadOptions, Rate, Said, Scenario, Window } from './load/protocol.ts';

/** The buyers, in a process of their own. */
export interface Load {
  readonly pid: number;
  prepare(options: LoadOptions): Promise<void>;
  /** What comes before the window and is not to be measured. */
  getReady(scenario: Scenario, rate: Rate): Promise<void>;
  /** `perSecond`: arrivals of the open loop. */
  window(seconds: number, scenario?: Scenario, perSecond?: number): Promise<Window>;
  end(): Promise<void>;
}

export function startLoad(progress: (line: string) => void): Load {
  const child = fork(fileURLToPath(new URL('./load.ts', import.meta.url)), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const request = <Kind extends Said['said']>(ask: Ask, wanted: Kind): Promise<Extract<Said, { said: Kind }>> =>
    new Promise((resolve, reject) => {
      const ended = (code: number | null): void => reject(new Error(`the load ended with ${code}`));
      const hear = (said: Said): void => {
        if (said.said === 'progress') {
          progress(said.line);
          return;
        }
        child.off('message', hear).off('exit', ended);
        if (said.said === wanted) resolve(said as Extract<Said, { said: Kind }>);
        else reject(new Error(said.said === 'failed' ? said.reason : `the load said ${said.said}`));
      };
      child.on('message', hear).on('exit', ended);
      child.send(ask);
    });
  return {
    pid: child.pid ?? 0,
    prepare: async (options) => void (await request({ ask: 'prepare', options }, 'prepared')),
    getReady: async (scenario, rate) => void (await request({ ask: 'get ready', scenario, ...rate }, 'ready')),
    window: async (seconds, scenario = 'spread', perSecond = 0) =>
      (await request({ ask: 'run', scenario, seconds, perSecond }, 'window')).window,
    async end() {
      if (child.exitCode !== null) return;
      const ended = once(child, 'exit');
      // In the midst of a window as well: nobody waits for it any more.
      child.kill('SIGKILL');
      await ended;
    },
  };
}
