import { useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { chooseLanguage, type Language, language, languages } from './i18n.ts';

/** What the platform answers in words is asked for again in the new language. */
export function LanguageChoice(): ReactNode {
  const { t } = useTranslation('ui');
  const queries = useQueryClient();
  const choose = async (chosen: Language): Promise<void> => {
    await chooseLanguage(chosen);
    await queries.invalidateQueries();
  };
  return (
    <label className="language-choice">
      <span className="visually-hidden">{t('language')}</span>
      <select value={language()} onChange={(event) => void choose(event.target.value as Language)}>
        {languages.map(({ code, name }) => (
          <option key={code} value={code} lang={code}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
