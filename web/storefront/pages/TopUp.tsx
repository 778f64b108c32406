import { Link, useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { getTopUp } from '#contracts/http/top-ups.ts';
import type { Answered } from '../../ui/api/call.ts';
import { useApi } from '../../ui/api/query.ts';
import { formatMoney } from '../../ui/format.ts';
import { Loaded, Skeleton } from '../../ui/states.tsx';
import { ForMe, Page } from '../Page.tsx';
import { PaymentAction } from '../PaymentAction.tsx';
import { Verdict } from '../Verdict.tsx';

type TopUpBody = Answered<typeof getTopUp>;

const ends = ['SUCCEEDED', 'FAILED', 'CLOSED'];

export function TopUp(): ReactNode {
  const { id } = useParams({ from: '/wallet/top-ups/$id' });
  return <ForMe>{() => <OneTopUp key={id} id={id} />}</ForMe>;
}

function OneTopUp({ id }: { readonly id: string }): ReactNode {
  const { t } = useTranslation('shop');
  const params = { id };
  const refetchMs = (known: TopUpBody | undefined): number | false => {
    return known && ends.includes(known.status) ? false : 2_000;
  };
  const topUp = useApi(getTopUp, { params }, { refetchMs });
  const toWallet = (
    <Link to="/wallet" className="button" data-kind="secondary">
      {t('wallet.toWallet')}
    </Link>
  );
  return (
    <Page title={t('wallet.topUp')} width="s">
      <div className="card pay-panel">
        <Loaded of={topUp} waiting={<Skeleton height="22rem" />}>
          {(data) => {
            const { status, amount } = data;
            if (status === 'SUCCEEDED') {
              return (
                <Verdict
                  tone="good"
                  title={t('wallet.done', { amount: formatMoney(amount) })}
                  text={t('wallet.doneText')}
                >
                  {toWallet}
                </Verdict>
              );
            }
            if (status === 'FAILED' || status === 'CLOSED') {
              return (
                <Verdict tone="bad" title={t('wallet.failed')} text={t('wallet.failedText')}>
                  {toWallet}
                </Verdict>
              );
            }
            return (
              <>
                <p className="pay-amount">{formatMoney(amount)}</p>
                <PaymentAction open={data} />
                <p className="row soft" role="status">
                  <span className="spinner" aria-hidden="true" /> {t('pay.waiting')}
                </p>
              </>
            );
          }}
        </Loaded>
      </div>
    </Page>
  );
}
