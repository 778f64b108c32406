import type { EditedProduct } from '#contracts/http/catalog.ts';

type ByLanguage<Text> = Readonly<Partial<Record<'zh-CN' | 'zh-TW' | 'en', Text>>>;

/** In the reader's language, else in one that there is. */
export function inLanguage<Text>(of: ByLanguage<Text>, language: string): Text | undefined {
  return of[language as keyof typeof of] ?? of['zh-CN'] ?? of.en ?? of['zh-TW'];
}

export function nameIn(texts: EditedProduct['texts'], language: string): string {
  return inLanguage(texts, language)?.name ?? '–';
}
