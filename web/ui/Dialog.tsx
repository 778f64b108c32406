import type { ReactNode } from 'react';
import { Dialog as AriaDialog } from 'react-aria-components/Dialog';
import { Heading } from 'react-aria-components/Heading';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import { useTranslation } from 'react-i18next';
import { IconButton } from './Button.tsx';

/** Over the page, until it is closed; `foot` has its buttons. */
export function Dialog(props: {
  readonly title: string;
  readonly isOpen: boolean;
  onClose(): void;
  readonly size?: 'm' | 'l' | 'xl';
  readonly children: ReactNode;
  readonly foot?: ReactNode;
}): ReactNode {
  const { t } = useTranslation('ui');
  return (
    <ModalOverlay
      className="overlay"
      isDismissable
      isOpen={props.isOpen}
      onOpenChange={(isOpen) => !isOpen && props.onClose()}
    >
      <Modal className="modal" data-size={props.size ?? 'm'}>
        <AriaDialog>
          <div className="spread">
            <Heading slot="title">{props.title}</Heading>
            <IconButton icon="close" label={t('close')} onPress={props.onClose} />
          </div>
          {props.children}
          {props.foot && <div className="modal-foot">{props.foot}</div>}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
