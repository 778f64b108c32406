import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ApiProblem } from '../../ui/api/problem.ts';
import { Button } from '../../ui/Button.tsx';
import { type Column, DataTable } from '../../ui/DataTable.tsx';
import type { IconName } from '../../ui/icons.tsx';
import { Blank, ProblemNotice, Skeleton } from '../../ui/states.tsx';

/** A list as `useApiList` gives it. */
interface Paged<Row> {
  readonly items: readonly Row[] | undefined;
  readonly error: ApiProblem | null;
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
  refetch(): unknown;
  fetchNextPage(): unknown;
}

/** A column of a table; `end` sets numbers below each other. */
export function column<Row>(
  id: string,
  title: string,
  cell: (row: Row) => ReactNode,
  options: { readonly end?: boolean } = {},
): Column<Row & object> {
  const at = options.end ? 'end' : undefined;
  return {
    id,
    header: () => <div className={at}>{title}</div>,
    cell: ({ row }) => (
      <div className={at} data-title={title}>
        {cell(row.original)}
      </div>
    ),
  };
}

/** A page's list: waiting, broken, empty, or its rows with the way to more of them. */
export function Listing<Row extends object>(props: {
  readonly of: Paged<Row>;
  readonly caption: string;
  readonly columns: Column<Row>[];
  idOf(row: Row): string;
  readonly blank: { readonly icon: IconName; readonly title: string; readonly text?: string };
}): ReactNode {
  const { t } = useTranslation('ui');
  const { items, error, hasNextPage, isFetchingNextPage, refetch, fetchNextPage } = props.of;
  if (!items) {
    if (error) return <ProblemNotice problem={error} onRetry={() => void refetch()} />;
    return (
      <div className="panel padded">
        <Skeleton height="1.75rem" count={8} />
      </div>
    );
  }
  if (items.length === 0) {
    return (
      <div className="panel">
        <Blank {...props.blank} />
      </div>
    );
  }
  return (
    <div className="panel">
      <DataTable caption={props.caption} columns={props.columns} rows={items} idOf={props.idOf} />
      {hasNextPage && (
        <div className="panel-foot">
          <Button kind="secondary" size="s" isPending={isFetchingNextPage} onPress={() => void fetchNextPage()}>
            {t('more')}
          </Button>
        </div>
      )}
    </div>
  );
}
