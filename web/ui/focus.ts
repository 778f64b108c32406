import { useEffect } from 'react';

const landings = '[tabindex], li, form, section, article, aside, main';

/**
 * Keeps the keyboard's place. When what has the focus is taken away, by its own act or by news, the nearest of what was around it
 * gets it: the next Tab goes on from there, and a screen reader is not sent back to the top.
 */
export function useKeptFocus(): void {
  useEffect(() => {
    let around: readonly HTMLElement[] = [];
    let onPage: readonly HTMLElement[] = [];
    const remember = ({ target }: FocusEvent): void => {
      around = withAncestors(target as HTMLElement);
      if (!around.some((each) => each.matches('[role=dialog], [role=alertdialog]'))) onPage = around;
    };
    const isLost = (): boolean => around[0]?.isConnected === false && document.activeElement === document.body;
    const mend = (): void => {
      if (!isLost()) return;
      if (landNear(around)) return;
      // A dialog went: it gives the focus back by itself, unless what opened it has gone with it.
      setTimeout(() => isLost() && landNear(onPage), 100);
    };
    const watcher = new MutationObserver(mend);
    watcher.observe(document.body, { childList: true, subtree: true });
    document.addEventListener('focusin', remember);
    return () => {
      watcher.disconnect();
      document.removeEventListener('focusin', remember);
    };
  }, []);
}

function withAncestors(of: HTMLElement): readonly HTMLElement[] {
  const found: HTMLElement[] = [];
  for (let at: HTMLElement | null = of; at; at = at.parentElement) found.push(at);
  return found;
}

function landNear(places: readonly HTMLElement[]): boolean {
  const landing = places.find((each) => each.isConnected && each.matches(landings));
  if (landing) land(landing);
  return landing !== undefined;
}

/** Puts the focus on something that people do not act on: a heading, a part of the page. */
export function land(on: HTMLElement): void {
  if (!on.hasAttribute('tabindex')) {
    on.tabIndex = -1;
    on.dataset.landing = '';
  }
  on.focus({ preventScroll: true });
}
