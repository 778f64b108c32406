import type { ReactNode } from 'react';
import { Icon, type IconName } from '../ui/icons.tsx';

const pictures: Readonly<Record<'good' | 'bad' | 'warn', IconName>> = {
  good: 'success',
  bad: 'failure',
  warn: 'clock',
};

/** How something ended, and the next step. */
export function Verdict(props: {
  readonly tone: 'good' | 'bad' | 'warn';
  readonly title: string;
  readonly text: string;
  readonly children?: ReactNode;
}): ReactNode {
  return (
    <div className="verdict" role="status">
      <span className="verdict-mark" data-tone={props.tone}>
        <Icon name={pictures[props.tone]} size={64} />
      </span>
      <h2>{props.title}</h2>
      <p className="soft">{props.text}</p>
      {props.children && <div className="verdict-acts">{props.children}</div>}
    </div>
  );
}
