import { medianOf, type Report } from '../results.ts';
import { arrangementNames, costOf, latencyOf, partNames, parts, rateOf, ratioOf, toConfirmedName } from './figures.ts';

const width = 880;
const margin = 24;
const labelWidth = 250;
const rowHeight = 26;
const barHeight = 16;
/** Left for the figures behind the bars. */
const figureWidth = 150;
const barMost = width - 2 * margin - labelWidth - figureWidth;

/** Colours by role, for light and dark; each bar's stands out from both grounds, and texts reach 4.5 : 1 (WCAG 2.1, 1.4.3). */
const style = `
  text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; fill: #1f2733; }
  .title { font-weight: 600; font-size: 15px; }
  .quiet { fill: #5a6575; }
  .ground { fill: #ffffff; }
  .axis { stroke: #c5ccd6; }
  .other { fill: #9aa5b4; }
  .own, .node { fill: #2f6fd0; }
  .postgres { fill: #1f9a8a; }
  .broker { fill: #d9822b; }
  .load { fill: #8d98a8; }
  .p50 { fill: #2f6fd0; }
  .p95 { fill: #7aa6e6; }
  .p99 { fill: #a9c6f2; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6eaf0; }
    .quiet { fill: #a3aebd; }
    .ground { fill: #161b22; }
    .axis { stroke: #3d4652; }
    .other { fill: #6d7889; }
    .own, .node { fill: #5b95ee; }
    .postgres { fill: #34b8a6; }
    .broker { fill: #e89a4c; }
    .load { fill: #7c8797; }
    .p50 { fill: #5b95ee; }
    .p95 { fill: #3f6db3; }
    .p99 { fill: #2c4a78; }
  }`;

interface Segment {
  readonly value: number;
  readonly role: string;
}

interface Bar {
  readonly label: string;
  /** One after the other. */
  readonly segments: readonly Segment[];
  readonly figure: string;
}

interface Panel {
  readonly title: string;
  readonly legend: readonly (readonly [role: string, text: string])[];
  readonly bars: readonly Bar[];
}

/** The report's medians as an SVG that is readable on light and dark pages. */
export function pictureOf(report: Report): string {
  return drawn([rates(report), latencies(report), costs(report)].filter(({ bars }) => bars.length > 0));
}

function rates({ measurements }: Report): Panel {
  const [first] = measurements;
  const bar = (label: string, value: number | undefined, role: string, ratio?: number): Bar[] => {
    if (value === undefined) return [];
    const behind = ratio === undefined ? '' : ` · ${ratio.toFixed(2)} × naive`;
    return [{ label, segments: [{ value, role }], figure: `${whole(value)}${behind}` }];
  };
  const own = measurements.flatMap(({ arrangement, rounds }) =>
    (['spread', 'hot'] as const).flatMap((scenario) => {
      const label = scenario === 'hot' ? `${arrangementNames[arrangement]}, hot SKUs` : arrangementNames[arrangement];
      return bar(label, rateOf(rounds, scenario), 'own', ratioOf(rounds, scenario, 'naive'));
    }),
  );
  const yardstick = (name: 'naive' | 'ceiling') => medianOf(first?.rounds ?? [], (round) => round[name]);
  return {
    title: 'Orders per second, from POST /v1/orders to CONFIRMED',
    legend: [
      ['own', 'Suanpan, over HTTP'],
      ['other', 'yardsticks: the same rows, nothing around them'],
    ],
    bars: [
      ...bar('naive: one at a time', yardstick('naive'), 'other'),
      ...own,
      ...bar('ceiling: in batches', yardstick('ceiling'), 'other'),
    ],
  };
}

function latencies({ measurements, options }: Report): Panel {
  const [first] = measurements;
  const rounds = first?.rounds ?? [];
  const hasOpen = rounds.some(({ runs }) => runs.open);
  const calls = ['POST /v1/orders', 'POST /v1/payments', toConfirmedName];
  const bars = (['spread', 'open'] as const).flatMap((scenario) =>
    calls.flatMap((call) => {
      const [p50, p95, p99] = (['p50Ms', 'p95Ms', 'p99Ms'] as const).map((one) =>
        latencyOf(rounds, scenario, call, one),
      );
      if (p50 === undefined || p95 === undefined || p99 === undefined) return [];
      const segments = [
        { value: p50, role: 'p50' },
        { value: p95 - p50, role: 'p95' },
        { value: p99 - p95, role: 'p99' },
      ];
      const label = scenario === 'open' ? `${call}, half load` : call;
      return [{ label, segments, figure: [p50, p95, p99].map(milliseconds).join(' · ') }];
    }),
  );
  return {
    title: `Latency in ms, at ${options.connections} connections${hasOpen ? ' and at a steady half of that load' : ''}`,
    legend: [
      ['p50', 'P50'],
      ['p95', 'P95'],
      ['p99', 'P99'],
    ],
    bars,
  };
}

function costs({ measurements }: Report): Panel {
  const bars = measurements.flatMap(({ arrangement, rounds }) => {
    const segments = parts.flatMap((part) => {
      const value = costOf(rounds, 'spread', part);
      return value === undefined ? [] : [{ value, role: part }];
    });
    if (segments.length === 0) return [];
    const total = segments.reduce((sum, { value }) => sum + value, 0);
    return [{ label: arrangementNames[arrangement], segments, figure: whole(total) }];
  });
  const shown = parts.filter((part) => bars.some(({ segments }) => segments.some(({ role }) => role === part)));
  return {
    title: 'Processor time per order, in microseconds',
    legend: shown.map((part) => [part, partNames[part]]),
    bars,
  };
}

function drawn(panels: readonly Panel[]): string {
  let y = margin;
  const body: string[] = [];
  for (const panel of panels) {
    body.push(text(margin, y + 14, panel.title, 'title'));
    body.push(...legend(panel, y + 36));
    const top = y + 50;
    const most = Math.max(
      ...panel.bars.map(({ segments }) => segments.reduce((sum, { value }) => sum + value, 0)),
      1e-9,
    );
    const left = margin + labelWidth;
    panel.bars.forEach((bar, index) => {
      body.push(...row(bar, top + index * rowHeight, barMost / most));
    });
    y = top + panel.bars.length * rowHeight;
    body.push(`<line class="axis" x1="${left}" x2="${left}" y1="${top}" y2="${y - (rowHeight - barHeight) + 4}"/>`);
    y += margin;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" width="${width}" height="${y}" role="img" aria-label="${escaped(spoken(panels))}">
<style>${style}
</style>
<rect class="ground" width="100%" height="100%" rx="8"/>
${body.join('\n')}
</svg>
`;
}

function row({ label, segments, figure }: Bar, y: number, scale: number): string[] {
  const left = margin + labelWidth;
  const middle = y + barHeight / 2 + 5;
  let x = left;
  const drawnSegments = segments.map(({ value, role }) => {
    const length = Math.max(0, value * scale);
    const rect = `<rect class="${role}" x="${x.toFixed(1)}" y="${y}" width="${length.toFixed(1)}" height="${barHeight}"/>`;
    x += length;
    return rect;
  });
  const name = `<text x="${left - 10}" y="${middle}" text-anchor="end">${escaped(label)}</text>`;
  return [name, ...drawnSegments, text(x + 8, middle, figure, 'quiet')];
}

function legend({ legend: entries }: Panel, y: number): string[] {
  let x = margin;
  return entries.flatMap(([role, words]) => {
    const entry = [
      `<rect class="${role}" x="${x}" y="${y - 9}" width="10" height="10"/>`,
      text(x + 15, y, words, 'quiet'),
    ];
    x += 15 + words.length * 7 + 24;
    return entry;
  });
}

function spoken(panels: readonly Panel[]): string {
  return panels
    .map(({ title, bars }) => `${title}: ${bars.map((bar) => `${bar.label} ${bar.figure}`).join(', ')}`)
    .join('. ');
}

function text(x: number, y: number, words: string, role: string): string {
  return `<text class="${role}" x="${x.toFixed(1)}" y="${y}">${escaped(words)}</text>`;
}

function escaped(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

function milliseconds(ms: number): string {
  return ms < 10 ? ms.toFixed(1) : ms.toFixed(0);
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en');
}
