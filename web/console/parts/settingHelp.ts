import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useWords, type Words } from './words.ts';

type Texts = Readonly<Record<string, string>>;

/** The platform says what its settings mean in English; other languages come with the page that shows them. */
const inOtherLanguages: Readonly<Record<string, () => Promise<{ readonly settingTexts: Texts }>>> = {
  'zh-CN': () => import('../texts/zh-CN-settings.ts'),
  'zh-TW': () => import('../texts/zh-TW-settings.ts'),
};

export interface Help {
  readonly text: string;
  readonly isEnglish: boolean;
}

export function useSettingHelp(): (setting: { readonly name: string; readonly help: string }) => Help {
  const { i18n } = useTranslation('console');
  const words = useWords();
  const { language } = i18n;
  const { data } = useQuery({
    queryKey: ['texts of settings', language],
    queryFn: async () => (await inOtherLanguages[language]?.())?.settingTexts ?? {},
    staleTime: Number.POSITIVE_INFINITY,
  });
  return ({ name, help }) => {
    const text = data && textOf(data, name, words);
    return text === undefined ? { text: help, isEnglish: true } : { text, isEnglish: false };
  };
}

const ofService = /^([A-Z]+)_(DATABASE_URL|URL)$/;

export function textOf(texts: Texts, name: string, words: Words): string | undefined {
  const own = texts[name];
  if (own !== undefined) return own;
  const [, service, what] = ofService.exec(name) ?? [];
  if (service === undefined) return undefined;
  return texts[`SERVICE_${what}`]?.replace('{{service}}', words('service', service.toLowerCase()));
}
