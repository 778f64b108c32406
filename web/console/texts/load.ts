import type { TextLoader } from '../../ui/i18n.ts';

/** One language at a time: what both applications say, what the console says, and what it calls the platform's codes. */
export const loadTexts: TextLoader = async (language) => {
  switch (language) {
    case 'zh-CN': {
      const [ui, own, words] = await Promise.all([
        import('../../ui/texts/zh-CN.ts'),
        import('./zh-CN.ts'),
        import('./zh-CN-words.ts'),
      ]);
      return { ui: ui.texts, console: own.texts, words: words.words };
    }
    case 'zh-TW': {
      const [ui, own, words] = await Promise.all([
        import('../../ui/texts/zh-TW.ts'),
        import('./zh-TW.ts'),
        import('./zh-TW-words.ts'),
      ]);
      return { ui: ui.texts, console: own.texts, words: words.words };
    }
    default: {
      const [ui, own, words] = await Promise.all([
        import('../../ui/texts/en.ts'),
        import('./en.ts'),
        import('./en-words.ts'),
      ]);
      return { ui: ui.uiTexts, console: own.consoleTexts, words: words.wordTexts };
    }
  }
};
