/**
 * Ends what is running, or still on its way up, when the process is told to. Ctrl-C comes more than once: from the terminal, and
 * passed on by npm and by what stands in for this process. Stopping again is nothing, but a signal without a listener would end
 * Node in the midst of it.
 */
export function endOnSignals(starting: Promise<{ stop(): Promise<void> }>): void {
  const end = (): void => {
    starting
      .then((running) => running.stop())
      .catch((error: unknown) => {
        process.stderr.write(`suanpan: ${error}\n`);
        process.exitCode = 1;
      });
  };
  process.on('SIGTERM', end).on('SIGINT', end).on('SIGHUP', end);
}
