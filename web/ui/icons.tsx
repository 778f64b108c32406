import type { ReactNode } from 'react';

/** Drawn on a grid of 24, in the colour of the text around them; they say nothing to a screen reader. */
const shapes = {
  cart: 'M3 4h2l2.4 11.2a1 1 0 0 0 1 .8h8.9a1 1 0 0 0 1-.8L20 8H6M9 20.2h.01M17 20.2h.01',
  user: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.5 20.5c.8-3.6 3.8-5.5 7.5-5.5s6.7 1.9 7.5 5.5',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM16.2 16.2 21 21',
  close: 'M6 6l12 12M18 6 6 18',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  chevronDown: 'M6 9.5l6 6 6-6',
  chevronRight: 'M9.5 6l6 6-6 6',
  arrowLeft: 'M19 12H5m6-6-6 6 6 6',
  alert: 'M12 8.5v4.5m0 3.2h.01M10.3 4.2 2.8 17.5A2 2 0 0 0 4.5 20.5h15a2 2 0 0 0 1.7-3L13.7 4.2a2 2 0 0 0-3.4 0Z',
  info: 'M12 11.5v5m0-8.5h.01M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z',
  success: 'M8 12.3l2.8 2.7L16 9.5M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z',
  failure: 'M9 9l6 6m0-6-6 6M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z',
  clock: 'M12 7.5V12l3 2M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z',
  bell: 'M6 10a6 6 0 1 1 12 0c0 5 2 6 2 6H4s2-1 2-6M10 19.5a2 2 0 0 0 4 0',
  wallet:
    'M4 7.5V18a2 2 0 0 0 2 2h13a1 1 0 0 0 1-1V9a1 1 0 0 0-1-1H5.5A1.5 1.5 0 0 1 4 6.5 1.5 1.5 0 0 1 5.5 5H17M16 14h.01',
  box: 'M4 8l8-4 8 4v8l-8 4-8-4V8Zm0 0 8 4 8-4m-8 4v8',
  truck: 'M3 6h11v10H3zM14 9h4l3 3.5V16h-7M7 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM17 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z',
  trash: 'M5 7h14M10 11v6m4-6v6M7 7l.8 12a1 1 0 0 0 1 1h6.4a1 1 0 0 0 1-1L17 7M9.5 7V5a1 1 0 0 1 1-1h3a1 1 0 0 1 1 1v2',
  edit: 'M4 20h4L19 9l-4-4L4 16v4ZM13 7l4 4',
  plus: 'M12 5v14M5 12h14',
  phone: 'M8 3h8a1 1 0 0 1 1 1v16a1 1 0 0 1-1 1H8a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1Zm3 15h2',
  globe:
    'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM3.5 12h17M12 3c2.5 2.5 3.5 5.5 3.5 9s-1 6.5-3.5 9c-2.5-2.5-3.5-5.5-3.5-9s1-6.5 3.5-9Z',
  menu: 'M4 7h16M4 12h16M4 17h16',
  card: 'M4 6h16a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V7a1 1 0 0 1 1-1Zm-1 4h18M7 14.5h3',
  external: 'M14 5h5v5M19 5l-8 8M11 6H6a1 1 0 0 0-1 1v11a1 1 0 0 0 1 1h11a1 1 0 0 0 1-1v-5',
  refresh: 'M20 11a8 8 0 0 0-14.5-3.5L4 9m0-4v4h4M4 13a8 8 0 0 0 14.5 3.5L20 15m0 4v-4h-4',
  pin: 'M12 21s7-6.2 7-11a7 7 0 1 0-14 0c0 4.8 7 11 7 11Zm0-8.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z',
  shield: 'M12 3l7 3v5c0 4.5-3 8-7 10-4-2-7-5.5-7-10V6l7-3Zm-3 9l2.2 2.2L15.5 10',
} as const;

export type IconName = keyof typeof shapes;

export function Icon({ name, size = 20 }: { readonly name: IconName; readonly size?: number }): ReactNode {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.7"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={shapes[name]} />
    </svg>
  );
}

/** The mark of the platform: three rods of an abacus and its beads. */
export function Mark({ size = 28 }: { readonly size?: number }): ReactNode {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect x="2" y="3" width="28" height="26" rx="6" fill="var(--accent)" />
      <path d="M9 6v20M16 6v20M23 6v20" stroke="var(--on-accent)" strokeOpacity=".45" strokeWidth="1.5" />
      <path d="M5 12.5h22" stroke="var(--on-accent)" strokeWidth="1.5" />
      <g fill="var(--on-accent)">
        <rect x="6" y="7.5" width="6" height="3.2" rx="1.6" />
        <rect x="13" y="7.5" width="6" height="3.2" rx="1.6" />
        <rect x="20" y="7.5" width="6" height="3.2" rx="1.6" />
        <rect x="6" y="15" width="6" height="3.2" rx="1.6" />
        <rect x="13" y="18.5" width="6" height="3.2" rx="1.6" />
        <rect x="20" y="22" width="6" height="3.2" rx="1.6" />
      </g>
    </svg>
  );
}
