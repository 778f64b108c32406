import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Notice, Skeleton } from '../../ui/states.tsx';

/** Texts are read at their own size or larger: what is wider than its frame is moved about in. */
const largestAtFirst = 1.5;
const scales = [0.25, 0.35, 0.5, 0.7, 0.85, 1, 1.25, 1.5, 2, 2.5];

interface Drawn {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

/** A drawing in Mermaid's language: to be moved about in, and as large as one likes. */
export function Diagram(props: {
  readonly source: string;
  readonly label: string;
  readonly height: 'm' | 'l';
}): ReactNode {
  const { t } = useTranslation('console');
  const { source } = props;
  const name = `diagram${useId().replace(/\W/g, '')}`;
  const frame = useRef<HTMLDivElement>(null);
  const [drawn, setDrawn] = useState<Drawn | 'broken'>();
  const [scale, setScale] = useState(1);
  useEffect(() => {
    let isWanted = true;
    draw(name, source)
      .then((result) => {
        if (!isWanted) return;
        setDrawn(result);
        setScale(Math.min(largestAtFirst, Math.max(1, fitting(frame.current, result))));
      })
      .catch(() => isWanted && setDrawn('broken'));
    return () => {
      isWanted = false;
    };
  }, [name, source]);
  if (drawn === 'broken') {
    return (
      <div className="padded stack-s">
        <Notice tone="warn">{t('diagram.broken')}</Notice>
        <pre className="raw">{source}</pre>
      </div>
    );
  }
  return (
    <div className="diagram" data-height={props.height}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
      <section ref={frame} className="diagram-frame" aria-label={props.label} tabIndex={0}>
        {drawn ? <Picture of={drawn} scale={scale} label={props.label} /> : <Skeleton height="16rem" />}
      </section>
      <fieldset className="diagram-zoom" aria-label={t('diagram.zoom')}>
        <button type="button" aria-label={t('diagram.smaller')} onClick={() => setScale(next(scale, -1))}>
          −
        </button>
        <span className="number small">{Math.round(scale * 100)}%</span>
        <button type="button" aria-label={t('diagram.larger')} onClick={() => setScale(next(scale, 1))}>
          +
        </button>
        <button type="button" className="diagram-fit" onClick={() => drawn && setScale(fitting(frame.current, drawn))}>
          {t('diagram.fit')}
        </button>
      </fieldset>
    </div>
  );
}

function Picture(props: { readonly of: Drawn; readonly scale: number; readonly label: string }): ReactNode {
  const holder = useRef<HTMLDivElement>(null);
  const { svg, width, height } = props.of;
  useEffect(() => {
    if (holder.current) holder.current.innerHTML = svg;
  }, [svg]);
  return (
    <div
      ref={holder}
      className="diagram-picture"
      role="img"
      aria-label={props.label}
      style={{ width: width * props.scale, height: height * props.scale }}
    />
  );
}

/** The scale at which all of its width is seen. */
function fitting(frame: HTMLElement | null, { width }: Drawn): number {
  if (!frame) return 1;
  const { paddingLeft, paddingRight } = getComputedStyle(frame);
  return (frame.clientWidth - Number.parseFloat(paddingLeft) - Number.parseFloat(paddingRight)) / width;
}

function next(scale: number, direction: 1 | -1): number {
  const steps = direction === 1 ? scales : [...scales].reverse();
  return steps.find((step) => (step - scale) * direction > 0.01) ?? scale;
}

/** Mermaid is large: it comes with the first drawing. */
async function draw(name: string, source: string): Promise<Drawn> {
  const { default: mermaid } = await import('mermaid');
  const isDark = window.matchMedia('(prefers-color-scheme: dark)').matches;
  mermaid.initialize({
    startOnLoad: false,
    securityLevel: 'strict',
    layout: 'dagre',
    theme: isDark ? 'dark' : 'neutral',
    fontFamily: 'inherit',
    sequence: { useMaxWidth: false, mirrorActors: false, actorMargin: 30, messageMargin: 28 },
    flowchart: { useMaxWidth: false, curve: 'basis', nodeSpacing: 40, rankSpacing: 70 },
  });
  const { svg } = await mermaid.render(name, source);
  const box = /viewBox="[-\d.]+ [-\d.]+ ([\d.]+) ([\d.]+)"/.exec(svg);
  return { svg, width: Number(box?.[1] ?? 800), height: Number(box?.[2] ?? 600) };
}
