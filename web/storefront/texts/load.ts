import type { TextLoader } from '../../ui/i18n.ts';

/** One language at a time, with what both applications say. */
export const loadTexts: TextLoader = async (language) => {
  switch (language) {
    case 'zh-CN': {
      const [ui, own] = await Promise.all([import('../../ui/texts/zh-CN.ts'), import('./zh-CN.ts')]);
      return { ui: ui.texts, shop: own.texts };
    }
    case 'zh-TW': {
      const [ui, own] = await Promise.all([import('../../ui/texts/zh-TW.ts'), import('./zh-TW.ts')]);
      return { ui: ui.texts, shop: own.texts };
    }
    default: {
      const [ui, own] = await Promise.all([import('../../ui/texts/en.ts'), import('./en.ts')]);
      return { ui: ui.uiTexts, shop: own.shopTexts };
    }
  }
};
