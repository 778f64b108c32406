import 'i18next';
import type { consoleTexts } from '../console/texts/en.ts';
import type { wordTexts } from '../console/texts/en-words.ts';
import type { shopTexts } from '../storefront/texts/en.ts';
import type { uiTexts } from './texts/en.ts';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'ui';
    resources: { ui: typeof uiTexts; shop: typeof shopTexts; console: typeof consoleTexts; words: typeof wordTexts };
  }
}
