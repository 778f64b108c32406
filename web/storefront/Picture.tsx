import { type ReactNode, useState } from 'react';
import { isElsewhere } from '../ui/pictures.ts';

/** A product's picture; where it has none, or it does not come, a drawing that is always the same for the product. */
export function Picture(props: {
  readonly of: string;
  readonly url: string | null | undefined;
  readonly alt: string;
  readonly isFirst?: boolean;
}): ReactNode {
  const [isBroken, setBroken] = useState(false);
  if (!props.url || isBroken || isElsewhere(props.url)) return <Drawing of={props.of} alt={props.alt} />;
  return (
    <img
      className="picture"
      src={props.url}
      alt={props.alt}
      width={640}
      height={640}
      loading={props.isFirst ? 'eager' : 'lazy'}
      fetchPriority={props.isFirst ? 'high' : 'auto'}
      onError={() => setBroken(true)}
    />
  );
}

function Drawing({ of, alt }: { readonly of: string; readonly alt: string }): ReactNode {
  let hash = 7;
  for (const character of of) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 997;
  const hue = (hash * 47) % 360;
  return (
    <>
      <svg className="picture" viewBox="0 0 640 640" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
        <rect width="640" height="640" fill={`hsl(${hue} 38% 91%)`} />
        <circle cx={250 + (hash % 140)} cy="300" r="230" fill={`hsl(${hue} 36% 83%)`} />
        <path d="M320 150l150 85v170l-150 85-150-85V235z" fill={`hsl(${hue} 34% 62%)`} />
        <path d="M170 235l150 85 150-85M320 320v170" fill="none" stroke="#fff" strokeOpacity=".6" strokeWidth="10" />
      </svg>
      {alt !== '' && <span className="visually-hidden">{alt}</span>}
    </>
  );
}
