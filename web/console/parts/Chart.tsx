import { type ReactNode, useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { formatNumber } from '../../ui/format.ts';
import { formatExactly } from './time.tsx';

export interface Line {
  readonly name: string;
  readonly colour: 1 | 2 | 3;
  /** One value per time; null where there is none. */
  readonly values: readonly (number | null)[];
}

/** By light and dark; a canvas knows no variables of the page. */
const colours = { light: ['#1c5f47', '#b4641a', '#23568c'], dark: ['#7fd1ae', '#f2c063', '#93c3f5'] } as const;

/** Lines over time that move with it. `times` are seconds; the newest value of each line stands beside its name. */
export function Chart(props: {
  readonly title: string;
  readonly times: readonly number[];
  readonly lines: readonly Line[];
  format?(value: number): string;
}): ReactNode {
  const { title, times, lines, format = formatNumber } = props;
  const frame = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(undefined);
  const names = lines.map(({ name }) => name).join('\n');
  // biome-ignore lint/correctness/useExhaustiveDependencies: made anew for other lines; new values go into the same one
  useEffect(() => {
    const place = frame.current;
    if (!place) return undefined;
    const made = new uPlot(optionsOf(lines, place.clientWidth, format), [[], ...lines.map(() => [])], place);
    chart.current = made;
    const sizes = new ResizeObserver(() => made.setSize({ width: place.clientWidth, height }));
    sizes.observe(place);
    return () => {
      sizes.disconnect();
      made.destroy();
    };
  }, [names]);
  useEffect(() => {
    chart.current?.setData([[...times], ...lines.map(({ values }) => [...values])]);
  }, [times, lines]);
  return (
    <figure className="panel chart">
      <figcaption className="panel-head">
        <h2>{title}</h2>
        <ul className="chart-legend">
          {lines.map(({ name, colour, values }) => (
            <li key={name} data-colour={colour}>
              {name} <strong className="number">{shown(values.at(-1), format)}</strong>
            </li>
          ))}
        </ul>
      </figcaption>
      <div ref={frame} className="chart-frame" aria-hidden="true" />
    </figure>
  );
}

const height = 150;

function shown(value: number | null | undefined, format: (value: number) => string): string {
  return value === null || value === undefined ? '–' : format(value);
}

/** With seconds where the ticks are less than a minute apart. */
function clockAt(at: number, [first = 0, second = 0]: readonly number[]): string {
  const clock = formatExactly(at * 1000, 'clock');
  return second - first < 60 ? clock : clock.slice(0, 5);
}

function optionsOf(lines: readonly Line[], width: number, format: (value: number) => string): uPlot.Options {
  const isDark = window.matchMedia('(prefers-color-scheme: dark)').matches;
  const palette = isDark ? colours.dark : colours.light;
  const axis = {
    stroke: isDark ? '#98a099' : '#6b706a',
    grid: { stroke: isDark ? '#2a2f2b' : '#eeebe3', width: 1 },
    ticks: { show: false },
    font: '11px system-ui, sans-serif',
  };
  return {
    width,
    height,
    cursor: { show: false },
    legend: { show: false },
    scales: { y: { range: (_, __, max) => [0, Math.max(1, max * 1.1)] } },
    series: [
      {},
      ...lines.map(({ colour }, index) => ({
        stroke: palette[colour - 1] ?? palette[0],
        width: 1.75,
        points: { show: false },
        ...(index === 0 && { fill: `${palette[colour - 1]}1f` }),
      })),
    ],
    axes: [
      {
        ...axis,
        space: 90,
        size: 26,
        values: (_, ticks) => ticks.map((at) => clockAt(at, ticks)),
      },
      { ...axis, size: 62, values: (_, ticks) => ticks.map((value) => (value === null ? '' : format(value))) },
    ],
  };
}
