import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import type { Language } from '#contracts/schema.ts';

export type { Language };

export const languages: readonly { readonly code: Language; readonly name: string }[] = [
  { code: 'zh-CN', name: '简体中文' },
  { code: 'zh-TW', name: '繁體中文' },
  { code: 'en', name: 'English' },
];

const kept = 'suanpan.language';

/** The texts of one language by namespace, loaded when it is chosen. */
export type TextLoader = (language: Language) => Promise<Readonly<Record<string, object>>>;

let load: TextLoader;

/** Chosen before, else the first of the browser's that we have, else English. */
function wanted(): Language {
  const chosen = localStorage.getItem(kept);
  const known = languages.find(({ code }) => code === chosen);
  if (known) return known.code;
  for (const tag of navigator.languages.map((text) => text.toLowerCase())) {
    if (tag.startsWith('en')) return 'en';
    if (tag.startsWith('zh')) return /hant|tw|hk|mo/.test(tag) ? 'zh-TW' : 'zh-CN';
  }
  return 'en';
}

/** Resolves once the texts of the first language are there. */
export async function startTexts(loader: TextLoader, namespaces: readonly [string, ...string[]]): Promise<void> {
  load = loader;
  const first = wanted();
  await i18next.use(initReactI18next).init({
    lng: first,
    ns: namespaces,
    defaultNS: namespaces[0],
    resources: { [first]: { ...(await load(first)) } },
    fallbackLng: false,
    interpolation: { escapeValue: false },
    react: { useSuspense: false },
  });
  document.documentElement.lang = first;
}

export async function chooseLanguage(chosen: Language): Promise<void> {
  if (!i18next.hasResourceBundle(chosen, 'ui')) {
    for (const [namespace, texts] of Object.entries(await load(chosen))) {
      i18next.addResourceBundle(chosen, namespace, texts);
    }
  }
  localStorage.setItem(kept, chosen);
  document.documentElement.lang = chosen;
  await i18next.changeLanguage(chosen);
}

export function language(): Language {
  return (i18next.language as Language | undefined) ?? 'en';
}
