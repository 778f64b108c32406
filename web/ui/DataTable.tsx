import { type ColumnDef, type RowData, type TableFeatures, tableFeatures, useTable } from '@tanstack/react-table';
import type { ReactNode } from 'react';

const features = tableFeatures({});
type Features = typeof features extends TableFeatures ? typeof features : never;

export type Column<Row extends RowData> = ColumnDef<Features, Row>;

/** Rows as the server paged, sorted and filtered them; `caption` says to a screen reader what they are. */
export function DataTable<Row extends RowData>(props: {
  readonly caption: string;
  readonly columns: Column<Row>[];
  readonly rows: readonly Row[];
  idOf(row: Row): string;
}): ReactNode {
  const table = useTable({ features, columns: props.columns, data: props.rows as Row[], getRowId: props.idOf });
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: where it scrolls it has to be reached by keyboard
    <section className="table-wrap" aria-label={props.caption} tabIndex={0}>
      <table className="table">
        <caption className="visually-hidden">{props.caption}</caption>
        <thead>
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id}>
              {group.headers.map((header) => (
                <th key={header.id} scope="col">
                  <table.FlexRender header={header} />
                </th>
              ))}
            </tr>
          ))}
        </thead>
        <tbody>
          {table.getRowModel().rows.map((row) => (
            <tr key={row.id}>
              {row.getAllCells().map((cell) => (
                <td key={cell.id}>
                  <table.FlexRender cell={cell} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
