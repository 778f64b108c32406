import type { ReactNode } from 'react';
import {
  Text,
  UNSTABLE_Toast as Toast,
  UNSTABLE_ToastContent as ToastContent,
  UNSTABLE_ToastQueue as ToastQueue,
  UNSTABLE_ToastRegion as ToastRegion,
} from 'react-aria-components/Toast';
import { useTranslation } from 'react-i18next';
import { IconButton } from './Button.tsx';

interface Message {
  readonly text: string;
  readonly action?: ReactNode;
}

const queue = new ToastQueue<Message>({ maxVisibleToasts: 3 });

/** Says something in passing; with an action it stays a little longer. */
export function toast(text: string, action?: ReactNode): void {
  queue.add(action === undefined ? { text } : { text, action }, { timeout: action === undefined ? 5_000 : 9_000 });
}

/** Once in an application. */
export function Toasts(): ReactNode {
  const { t } = useTranslation('ui');
  return (
    <ToastRegion queue={queue} className="toasts" aria-label={t('notifications')}>
      {({ toast: shown }) => (
        <Toast toast={shown} className="toast">
          <ToastContent className="grow">
            <Text slot="title">{shown.content.text}</Text>
          </ToastContent>
          {shown.content.action}
          <IconButton slot="close" icon="close" label={t('close')} />
        </Toast>
      )}
    </ToastRegion>
  );
}
