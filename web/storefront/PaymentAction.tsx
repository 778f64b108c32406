import { create } from 'qrcode';
import { type ReactNode, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Static } from 'typebox';
import type { Payment } from '#contracts/http/payment.ts';
import type { TopUp } from '#contracts/http/top-ups.ts';
import { Button } from '../ui/Button.tsx';
import { formatCountdown } from '../ui/format.ts';
import { Icon } from '../ui/icons.tsx';
import { Notice } from '../ui/states.tsx';
import { useTimeLeft } from './live.ts';

type Open = Pick<Static<typeof Payment> | Static<typeof TopUp>, 'action' | 'method' | 'demoPhoneUrl'>;

/** What the buyer has to do now: scan, go to the provider's page, or give a card. */
export function PaymentAction({ open, onRenew }: { readonly open: Open; onRenew?(): void }): ReactNode {
  const { t } = useTranslation(['shop', 'ui']);
  const { action, method, demoPhoneUrl } = open;
  if (!action || !method) return null;
  const name = t(`ui:method.${method}`);
  return (
    <>
      {action.type === 'qr_code' && (
        <>
          <h2>{method === 'alipay' ? t('pay.scan.alipay') : t('pay.scan.wechat')}</h2>
          <Code
            content={action.content}
            label={t('pay.qr', { method: name })}
            expiresAt={action.expiresAt}
            {...(onRenew && { onRenew })}
          />
        </>
      )}
      {action.type === 'redirect' && (
        <>
          <h2>{t('pay.redirect', { method: name })}</h2>
          <p className="soft">{t('pay.redirectText', { method: name })}</p>
          <a href={action.url} className="button" data-kind="primary">
            {t('pay.redirect', { method: name })} <Icon name="external" size={18} />
          </a>
        </>
      )}
      {action.type === 'card' && (
        <>
          <h2>{t('pay.card')}</h2>
          <p className="soft">{t('pay.cardText')}</p>
          {!demoPhoneUrl && <Notice tone="warn">{t('pay.cardForm')}</Notice>}
        </>
      )}
      {demoPhoneUrl && (
        <div className="demo-panel stack-s">
          <p className="small soft">{t('pay.demo')}</p>
          <p>
            <a href={demoPhoneUrl} target="_blank" rel="noopener opener" className="button" data-kind="secondary">
              <Icon name="phone" /> {t('pay.demoOpen')}
            </a>
          </p>
        </div>
      )}
    </>
  );
}

function Code(props: {
  readonly content: string;
  readonly label: string;
  readonly expiresAt: string;
  onRenew?(): void;
}): ReactNode {
  const { t } = useTranslation('shop');
  const left = useTimeLeft(props.expiresAt) ?? 0;
  return (
    <>
      <div className="qr" data-old={left === 0 || undefined}>
        <QrCode content={props.content} label={props.label} />
      </div>
      {left > 0 ? (
        <p className="small soft number">{t('pay.expires', { time: formatCountdown(left) })}</p>
      ) : (
        <div className="row">
          <p>{t('pay.expired')}</p>
          {props.onRenew && (
            <Button kind="secondary" size="s" icon="refresh" onPress={props.onRenew}>
              {t('pay.renew')}
            </Button>
          )}
        </div>
      )}
    </>
  );
}

/** Drawn as one path, so that no picture has to be loaded. */
function QrCode({ content, label }: { readonly content: string; readonly label: string }): ReactNode {
  const { size, path } = useMemo(() => {
    const { modules } = create(content, { errorCorrectionLevel: 'M' });
    let drawn = '';
    for (let row = 0; row < modules.size; row += 1) {
      for (let column = 0; column < modules.size; column += 1) {
        if (modules.get(row, column)) drawn += `M${column} ${row}h1v1h-1z`;
      }
    }
    return { size: modules.size, path: drawn };
  }, [content]);
  return (
    <svg viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shapeRendering="crispEdges">
      <path d={path} fill="#000" />
    </svg>
  );
}
