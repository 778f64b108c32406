import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { getOverview, type Overview, streamOverview } from '#contracts/http/operator.ts';
import { addressOf } from '../../../ui/api/call.ts';
import { keyOf } from '../../../ui/api/query.ts';

/** Three that did not come. */
const silenceMs = 6_000;
/** A stream that was refused, as where the session had to be renewed, is opened again after this. */
const reopenMs = 10_000;

/**
 * Hears how the platform does, every two seconds, and keeps it where the page looks for it. Says whether it does: where it is
 * not heard, the page asks by itself, and so shows why.
 */
export function useLiveOverview(): boolean {
  const queries = useQueryClient();
  const [isLive, setLive] = useState(false);
  useEffect(() => {
    let silence = 0;
    let reopening = 0;
    let source = open();

    function open(): EventSource {
      const opened = new EventSource(addressOf(streamOverview, {}));
      opened.addEventListener('overview', ({ data }: MessageEvent<string>) => {
        queries.setQueryData<Overview>(keyOf(getOverview, {}), JSON.parse(data));
        setLive(true);
        clearTimeout(silence);
        silence = window.setTimeout(() => setLive(false), silenceMs);
      });
      opened.addEventListener('error', () => {
        setLive(false);
        if (opened.readyState !== EventSource.CLOSED) return;
        reopening = window.setTimeout(() => {
          source = open();
        }, reopenMs);
      });
      return opened;
    }

    return () => {
      source.close();
      clearTimeout(silence);
      clearTimeout(reopening);
    };
  }, [queries]);
  return isLive;
}
